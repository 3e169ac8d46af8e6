// SPDX-License-Identifier: Apache-2.0
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

/** One way to take and release a spinning lock, and which handlers stay out meanwhile. */
export interface Section {
  readonly kind: 'spinlock' | 'rwlock'
  readonly lock: string
  readonly unlock: string
  /** Handlers that may come on top of the holder, and of the spinner. */
  readonly lets: readonly ('hard' | 'soft')[]
  readonly mode: 'write' | 'read'
  /** The phase in which it spins where it does not wait at the call itself. */
  readonly phase?: 'spinning' | 'queued'
}

const flavours = [
  ['', '', ['hard', 'soft']],
  ['Irq', 'Irq', []],
  ['Irqsave', 'Irqrestore', []],
  ['Bh', 'Bh', ['hard']],
] as const

const sectionsOf = (kind: Section['kind'], verb: string, mode: Section['mode'], queues: boolean): readonly Section[] =>
  flavours.map(([lock, unlock, lets]) => ({
    kind,
    lock: `${verb}Lock${lock}`,
    unlock: `${verb}Unlock${unlock}`,
    lets,
    mode,
    ...(queues ? { phase: 'queued' } : lock !== '' && { phase: 'spinning' }),
  }))

export const spinlockSections = sectionsOf('spinlock', 'spin', 'write', false)
export const rwlockSections = [
  ...sectionsOf('rwlock', 'read', 'read', false),
  ...sectionsOf('rwlock', 'write', 'write', true),
]

/** An operation by name on the one lock `l` of a fact. */
export type Call = (op: string) => void
export const lockOf = (m: M, kind: Section['kind']): ((t: T) => Call) => {
  const l = kind === 'spinlock' ? m.spinlock('l') : m.rwlock('l')
  return (t) => (op) => (t as unknown as Record<string, (object: unknown) => void>)[op]!(l)
}

/** Two handlers that are always raised and may come on top of one process only. */
const handlersOn = (m: M, on: string): void => {
  m.irq('hard', (t) => t.local(), { on: [on], idleCpu: false, when: true })
  m.softirq('soft', (t) => t.local(), { on: [on], idleCpu: false, when: true })
}
const both = ['hard', 'soft']
const raised = (lets: readonly string[], on: string): readonly string[] => lets.map((by) => `${by}: irq on ${on}`)

/** What is the same for every flavour of every spinning lock. */
export const sectionFacts = (sections: readonly Section[]): readonly Fact[] => sections.flatMap(factsOf)

function factsOf({ kind, lock, unlock, lets, mode, phase }: Section): readonly Fact[] {
  const shuts = both.filter((by) => !lets.some((x) => x === by))
  const exclusive = kind === 'spinlock' ? 'spinLock' : 'writeLock'
  const release = kind === 'spinlock' ? 'spinUnlock' : 'writeUnlock'
  const section =
    (write: (t: T, call: Call) => void) =>
    (m: M): void => {
      const on = lockOf(m, kind)
      m.thread('a', (t) => write(t, on(t)))
    }
  const contended =
    (write: (t: T, call: Call) => void) =>
    (m: M): void => {
      const on = lockOf(m, kind)
      m.thread('a', (t) => write(t, on(t)))
      m.thread('b', (t) => {
        on(t)(exclusive)
        on(t)(release)
      })
      handlersOn(m, 'a')
    }
  const once = (_: T, call: Call): void => {
    call(lock)
    call(unlock)
  }
  const waits = phase === undefined ? [] : [`a: ${lock} l -> ${phase}`]
  const facts: Fact[] = [
    {
      name: `${lock} takes a free lock at once`,
      build: contended(once),
      after: [],
      enabled: [`a: ${lock} l`],
      enabledOf: ['a'],
    },
    {
      name: `${lock} does not take a lock that is taken`,
      build: contended(once),
      after: [`b: ${exclusive} l`],
      enabled: waits,
      enabledOf: ['a'],
    },
    {
      name: `${lock} that spins goes on spinning while the lock is taken`,
      build: contended(once),
      after: [`b: ${exclusive} l`, ...waits],
      enabled: [],
      enabledOf: ['a'],
    },
    {
      name: `${lock}: ${lets.length === 0 ? 'no handler comes' : `handlers come only as ${lets.join(' and ')}`} on top of the holder`,
      build: contended(once),
      after: [`a: ${lock} l`],
      enabled: raised(lets, 'a'),
      enabledOf: both,
    },
    {
      name: `${lock}: the same on top of one that still spins`,
      build: contended(once),
      after: [`b: ${exclusive} l`, ...waits],
      enabled: [...raised(lets, 'a'), `b: ${release} l`],
    },
    {
      name: `${lock}: one that has spun has the lock in the end, and the same handlers`,
      build: contended(once),
      after: [`b: ${exclusive} l`, ...waits, `b: ${release} l`, `a: ${lock} l`],
      enabled: [...raised(lets, 'a'), `a: ${unlock} l`],
    },
    {
      name: `${unlock}: handlers may come again`,
      build: contended(once),
      after: [`b: ${exclusive} l`, ...waits, `b: ${release} l`, `a: ${lock} l`, `a: ${unlock} l`],
      enabled: raised(both, 'a'),
      enabledOf: both,
    },
    {
      name: `${lock} and ${unlock} leave the lock free and the process able to sleep`,
      build: (m) => {
        const on = lockOf(m, kind)
        const x = m.mutex('x')
        for (const name of ['a', 'c'])
          m.thread(name, (t) => {
            once(t, on(t))
            t.lock(x)
            t.unlock(x)
          })
        m.thread('b', (t) => {
          on(t)(exclusive)
          on(t)(release)
        })
      },
      expected: holds,
    },
    {
      name: `${lock} and ${unlock} are allowed under a spinlock: they do not sleep`,
      build: (m) => {
        const on = lockOf(m, kind)
        const other = m.spinlock('other')
        m.thread('a', (t) => {
          t.spinLock(other)
          once(t, on(t))
          t.spinUnlock(other)
        })
      },
      expected: holds,
    },
    {
      name: `sleeping under ${lock} is misuse even where nothing blocks`,
      build: (m) => {
        const on = lockOf(m, kind)
        const x = m.mutex('x')
        m.thread('a', (t) => {
          on(t)(lock)
          t.lock(x)
        })
      },
      expected: misuse('sleep-in-atomic', 'a', 'x'),
    },
    {
      name: `sleeping under ${lock}, got after spinning, is misuse`,
      build: (m) => {
        const on = lockOf(m, kind)
        const x = m.mutex('x')
        m.thread('a', (t) => {
          on(t)(lock)
          t.lock(x)
        })
        m.thread('b', (t) => {
          on(t)(exclusive)
          on(t)(release)
        })
      },
      after: [`b: ${exclusive} l`, ...waits, `b: ${release} l`, `a: ${lock} l`],
      enabled: ['a: lock x !! sleep-in-atomic'],
    },
    {
      name: `${unlock} by a process that does not hold it is misuse`,
      build: (m) => {
        const on = lockOf(m, kind)
        const held = m.flag('held')
        m.thread('b', (t) => {
          on(t)(lock)
          t.set(held, 1)
          t.local()
          on(t)(unlock)
        })
        m.thread('a', (t) => {
          t.await(held)
          if (unlock.endsWith('rqrestore')) t.localIrqSave()
          if (unlock.endsWith('Bh')) t.localBhDisable()
          on(t)(unlock)
        })
      },
      expected: misuse('unlock-not-held', 'a', 'l'),
    },
    {
      name: `ending under ${lock} is misuse`,
      build: section((_, call) => call(lock)),
      expected: misuse('rest-while-holding', 'a', 'l'),
    },
  ]
  if (mode === 'write')
    facts.push(
      {
        name: `${lock} on what one holds deadlocks on itself`,
        build: section((_, call) => {
          call(exclusive)
          call(lock)
        }),
        expected: deadlock('self', ['a'], ['l']),
      },
      {
        name: `${lock} excludes`,
        build: (m) => {
          const on = lockOf(m, kind)
          m.thread('a', (t) => once(t, on(t)))
          m.thread('c', (t) => once(t, on(t)))
        },
        after: [`a: ${lock} l`, ...(phase === undefined ? [] : [`c: ${lock} l -> ${phase}`])],
        enabled: [`a: ${unlock} l`],
      },
      {
        name: `${lock}, got after spinning, excludes`,
        build: (m) => {
          const on = lockOf(m, kind)
          for (const name of ['a', 'b', 'c']) m.thread(name, (t) => once(t, on(t)))
        },
        after: [
          `a: ${lock} l`,
          ...(phase === undefined ? [] : [`b: ${lock} l -> ${phase}`]),
          `a: ${unlock} l`,
          `b: ${lock} l`,
          ...(phase === undefined ? [] : [`c: ${lock} l -> ${phase}`]),
        ],
        enabled: [`b: ${unlock} l`],
      },
    )
  for (const by of both) {
    const blocked = !shuts.includes(by)
    facts.push({
      name: `${lock} with a ${by}irq on the same CPU that takes the lock ${blocked ? 'deadlocks' : 'is safe'}`,
      build: (m) => {
        const on = lockOf(m, kind)
        m.thread('a', (t) => once(t, on(t)))
        const handler = (t: T): void => {
          on(t)(exclusive)
          on(t)(release)
        }
        const options = { on: ['a'], idleCpu: false, when: true }
        if (by === 'hard') m.irq('h', handler, options)
        else m.softirq('h', handler, options)
      },
      expected: blocked ? deadlock('irq', ['a', 'h'], ['l']) : holds,
    })
  }
  if (lock.endsWith('Irq'))
    facts.push(
      ...(['hard', 'off', 'save', 'nested'] as const).map((how): Fact => ({
        name: `${lock} ${{ hard: 'in a hardirq handler', off: 'after local_irq_disable()', save: 'after local_irq_save()', nested: 'inside another irqs-off lock' }[how]} is misuse`,
        build: (m) => {
          const on = lockOf(m, kind)
          const other = m.spinlock('other')
          const write = (t: T): void => {
            if (how === 'off') t.localIrqDisable()
            if (how === 'save') t.localIrqSave()
            if (how === 'nested') t.spinLockIrqsave(other)
            on(t)(lock)
          }
          if (how === 'hard') m.irq('a', write)
          else m.thread('a', write)
        },
        expected: misuse('irq-disable-nested', 'a', 'l'),
      })),
      {
        name: `${unlock} turns interrupts on whatever they were before`,
        build: (m) => {
          const on = lockOf(m, kind)
          m.thread('a', (t) => {
            t.localIrqSave()
            t.localIrqSave()
            on(t)(lock.replace(/Irq$/, ''))
            on(t)(unlock)
            t.local()
          })
          handlersOn(m, 'a')
        },
        after: ['a: localIrqSave', 'a: localIrqSave', `a: ${lock.replace(/Irq$/, '')} l`, `a: ${unlock} l`],
        enabled: raised(both, 'a'),
        enabledOf: both,
      },
    )
  if (lock.endsWith('Irqsave'))
    facts.push(
      {
        name: `${lock} nests: interrupts stay off until the last restore`,
        build: (m) => {
          const on = lockOf(m, kind)
          const other = m.spinlock('other')
          m.thread('a', (t) => {
            t.spinLockIrqsave(other)
            once(t, on(t))
            t.spinUnlockIrqrestore(other)
          })
          handlersOn(m, 'a')
        },
        after: ['a: spinLockIrqsave other', `a: ${lock} l`, `a: ${unlock} l`],
        enabled: ['a: spinUnlockIrqrestore other'],
      },
      {
        name: `${lock} nests the same after it had to spin`,
        build: (m) => {
          const on = lockOf(m, kind)
          m.thread('a', (t) => {
            t.localIrqDisable()
            once(t, on(t))
            t.localIrqEnable()
          })
          m.thread('b', (t) => {
            on(t)(exclusive)
            on(t)(release)
          })
          handlersOn(m, 'a')
        },
        after: [
          'a: localIrqDisable',
          `b: ${exclusive} l`,
          ...waits,
          `b: ${release} l`,
          `a: ${lock} l`,
          `a: ${unlock} l`,
        ],
        enabled: ['a: localIrqEnable'],
      },
      {
        name: `${unlock} without a save is misuse`,
        build: section((_, call) => {
          call(lock.replace('Irqsave', ''))
          call(unlock)
        }),
        expected: misuse('irq-restore-unbalanced', 'a', 'l'),
      },
    )
  if (lock.endsWith('Bh'))
    facts.push(
      {
        name: `${lock} nests: softirqs stay off until the last enable`,
        build: (m) => {
          const on = lockOf(m, kind)
          m.thread('a', (t) => {
            t.localBhDisable()
            once(t, on(t))
            t.localBhEnable()
          })
          handlersOn(m, 'a')
        },
        after: ['a: localBhDisable', `a: ${lock} l`, `a: ${unlock} l`],
        enabled: ['a: localBhEnable', 'hard: irq on a'],
      },
      {
        name: `${unlock} without a disable is misuse`,
        build: section((_, call) => {
          call(lock.replace('Bh', ''))
          call(unlock)
        }),
        expected: misuse('bh-enable-unbalanced', 'a', 'l'),
      },
      {
        name: `${unlock} with interrupts off is misuse`,
        build: section((t, call) => {
          call(lock)
          t.localIrqDisable()
          call(unlock)
        }),
        expected: misuse('bh-enable-irqs-off', 'a', 'l'),
      },
      {
        name: `${lock} in a hardirq handler ends in misuse`,
        build: (m) => {
          const on = lockOf(m, kind)
          m.irq('a', (t) => once(t, on(t)))
        },
        expected: misuse('bh-enable-irqs-off', 'a', 'l'),
      },
      {
        name: `${lock} in a softirq handler is fine`,
        build: (m) => {
          const on = lockOf(m, kind)
          m.softirq('a', (t) => once(t, on(t)))
        },
        expected: holds,
      },
    )
  return facts
}
