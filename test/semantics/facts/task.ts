// SPDX-License-Identifier: Apache-2.0
import { kernelPrimitives } from '#semantics/primitives/index'
import { exitsOf, type Operation, type Primitive } from '#semantics/primitive'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

/** Every operation that may sleep, by the builder's name of its primitive. */
const sleepers = Object.entries<Primitive>(kernelPrimitives).flatMap(([kind, { operations, implicit = false }]) =>
  Object.entries<Operation>(operations)
    .filter(([, operation]) => operation.sleeps === true)
    .map(([op, operation]) => ({ kind, op, operation, implicit })),
)
type Sleeper = (typeof sleepers)[number]

/** The operation, and its primitive where another one has an operation of that name. */
const nameOf = ({ kind, op }: Sleeper): string =>
  sleepers.find((other) => other.op === op)!.kind === kind ? op : `${op} of a ${kind}`

/** The object, with what has to be done before the operation is legal at all. */
interface Prepared {
  readonly object: unknown
  /** Legal in every context. */
  readonly before: (t: T) => void
  /** Sleeps itself, so that no handler can do it. */
  readonly earlier?: (t: T) => void
}

/** What comes only after a back-off. */
const isSlow = (op: string): boolean => op.startsWith('wwLockSlow')

/** What an operation needs before it can be called; nothing unless said. */
function prepare(m: M, { kind, op, implicit }: Sleeper): Prepared {
  const nothing = (): void => {}
  if (implicit) return { object: undefined, before: nothing }
  if (op === 'createWorker') {
    const queue = m.workqueue('object')
    const item = m.work('item', { queue })
    return { object: queue, before: (t) => t.queueWork(item) }
  }
  if (kind === 'runtimePm') return { object: m.runtimePm('object', { usage: 1 }), before: nothing }
  if (kind === 'fenceChain') {
    const [object, fence] = [m.fenceChain('object'), m.fence('chained', { signalled: true })]
    return { object, before: (t) => t.chainInit(object, { fence }) }
  }
  if (kind === 'fenceArray') return { object: m.fenceArray('object', { signalled: true }), before: nothing }
  // With lockdep a wait for a submission is misuse twice over.
  if (kind === 'syncobj') return { object: m.syncobj('object', { lockdep: false }), before: nothing }
  if (kind !== 'wwMutex' && kind !== 'resv') {
    const declare = m as unknown as Record<string, (name: string) => unknown>
    return { object: declare[kind]!('object'), before: nothing }
  }
  const c = m.wwClass('class', { debugWw: true })
  const object = m[kind]('object', { class: c }) as ObjectHandle<'wwMutex'>
  if (op === 'reserveFences') return { object, before: nothing, earlier: (t) => t.wwLockPlain(object) }
  if (isSlow(op)) {
    const other = m.wwMutex('other', { class: c })
    const earlier = (t: T): void => {
      t.wwAcquireInit(c)
      t.wwLock(other, { edeadlk: () => {} })
      t.wwLock(object, {
        ok: () => {
          t.wwUnlock(object)
          t.wwUnlock(other)
          t.end()
        },
        edeadlk: () => t.wwUnlock(other),
      })
    }
    return { object, before: nothing, earlier }
  }
  return {
    object,
    before: op.startsWith('wwLock') && !op.startsWith('wwLockPlain') ? (t) => t.wwAcquireInit(c) : nothing,
  }
}
const hasEarlier = ({ op }: Sleeper): boolean => op === 'reserveFences' || isSlow(op)

/** Calls an operation that takes no arguments, whatever its exits. */
const perform = (t: T, { op, operation, implicit }: Sleeper, object: unknown): void => {
  const exits = Object.fromEntries(exitsOf(operation).map((exit) => [exit, () => {}]))
  const call = (t as unknown as Record<string, (...args: unknown[]) => void>)[op]!
  if (implicit) call(exits)
  else call(object, exits)
}

/** What makes a process atomic; a process `a` that does `earlier`, becomes atomic and then does what it is told. */
const atomic: Readonly<Record<string, (m: M, earlier: (t: T) => void, write: (t: T) => void) => void>> = {
  'under a spinlock': (m, earlier, write) => {
    const l = m.spinlock('l')
    m.thread('a', (t) => {
      earlier(t)
      t.spinLock(l)
      write(t)
    })
  },
  'under a read-held rwlock': (m, earlier, write) => {
    const l = m.rwlock('l')
    m.thread('a', (t) => {
      earlier(t)
      t.readLock(l)
      write(t)
    })
  },
  'with interrupts off': (m, earlier, write) =>
    m.thread('a', (t) => {
      earlier(t)
      t.localIrqDisable()
      write(t)
    }),
  'after local_irq_save()': (m, earlier, write) =>
    m.thread('a', (t) => {
      earlier(t)
      t.localIrqSave()
      write(t)
    }),
  'with bottom halves off': (m, earlier, write) =>
    m.thread('a', (t) => {
      earlier(t)
      t.localBhDisable()
      write(t)
    }),
  'with preemption off': (m, earlier, write) =>
    m.thread('a', (t) => {
      earlier(t)
      t.preemptDisable()
      write(t)
    }),
  'in a hardirq handler': (m, _, write) => m.irq('a', write),
  'in a softirq handler': (m, _, write) => m.softirq('a', write),
  'in a worker with interrupts off': (m, earlier, write) =>
    m.worker('a', (t) => {
      earlier(t)
      t.localIrqDisable()
      write(t)
    }),
  'in a fence callback': (m, earlier, write) => {
    const f = m.fence('f')
    m.callback(f, 'cb', write)
    m.thread('a', (t) => {
      earlier(t)
      t.signal(f)
    })
  },
}

const sleepFacts: readonly Fact[] = sleepers.flatMap((sleeper): Fact[] => [
  // A handler cannot come so far that it could call what needs a sleeping operation before it.
  ...Object.entries(atomic)
    .filter(([where]) => !(hasEarlier(sleeper) && where.endsWith('handler')))
    .map(([where, become]): Fact => ({
      name: `${nameOf(sleeper)} ${where} is misuse, blocked or not`,
      build: (m) => {
        const { object, before, earlier = () => {} } = prepare(m, sleeper)
        become(m, earlier, (t) => {
          before(t)
          perform(t, sleeper, object)
        })
      },
      expected: misuse('sleep-in-atomic', 'a', sleeper.implicit ? '' : 'object'),
    })),
  {
    name: `${nameOf(sleeper)} is no misuse once nothing makes the process atomic any more`,
    build: (m) => {
      const { object, before, earlier = () => {} } = prepare(m, sleeper)
      const l = m.spinlock('l')
      m.thread('a', (t) => {
        earlier(t)
        before(t)
        t.spinLockIrqsave(l)
        t.spinUnlockIrqrestore(l)
        t.localIrqDisable()
        t.localIrqEnable()
        t.localIrqSave()
        t.localIrqRestore()
        t.localBhDisable()
        t.localBhEnable()
        t.preemptDisable()
        t.preemptEnable()
        perform(t, sleeper, object)
        t.assert(false, 'came here')
      })
      m.thread('helper', (t) => {
        if (sleeper.kind === 'completion') t.complete(object as ObjectHandle<'completion'>)
        if (sleeper.kind === 'fence') t.signal(object as ObjectHandle<'fence'>)
      })
    },
    // That it came so far is the point; a lock that it still holds would be misuse only at the end.
    expected: { verdict: 'violated', kind: 'assertion' },
  },
])

/** Handlers of both kinds, always raised, on top of `on` only. */
const handlers = (m: M, on: readonly string[]): void => {
  m.irq('hard', (t) => t.local(), { on, idleCpu: false, when: true })
  m.softirq('soft', (t) => t.local(), { on, idleCpu: false, when: true })
}
const of = ['hard', 'soft']
const a = (write: (t: T) => void) => (m: M) => {
  m.thread('a', write)
  handlers(m, ['a'])
}
const state = (name: string, after: readonly string[], write: (t: T) => void, enabled: readonly string[]): Fact => ({
  name,
  build: a(write),
  after,
  enabled,
  enabledOf: of,
})
const [hard, soft] = ['hard: irq on a', 'soft: irq on a']

/** Execution contexts. */
export const taskFacts: readonly Fact[] = [
  state('both kinds of handler come on top of a task', [], (t) => t.local(), [hard, soft]),
  {
    name: 'a process under a handler cannot move',
    build: a((t) => t.local()),
    after: [hard],
    enabled: ['hard: local step'],
  },
  {
    name: 'a process goes on when the handler has returned',
    build: a((t) => t.local()),
    after: [hard, 'hard: local step', 'hard: return from interrupt'],
    enabled: ['a: local step', hard, soft],
  },
  {
    name: 'a hardirq comes on top of a softirq, and suspends it and the process below',
    build: (m) => {
      m.thread('a', (t) => t.local())
      handlers(m, ['a'])
      m.irq('top', (t) => t.local(), { when: true, idleCpu: false })
    },
    after: [soft, 'top: irq on soft'],
    enabled: ['top: local step'],
  },
  {
    name: 'the softirq goes on when the hardirq on top of it has returned, the process still not',
    build: (m) => {
      m.thread('a', (t) => t.local())
      m.softirq('soft', (t) => t.local(), { on: ['a'], idleCpu: false, when: true })
      m.irq('top', (t) => t.local(), { when: true, idleCpu: false })
    },
    after: [soft, 'top: irq on soft', 'top: local step', 'top: return from interrupt'],
    enabled: ['soft: local step', 'top: irq on soft'],
  },
  {
    name: 'a softirq comes neither on top of a softirq nor of a hardirq',
    build: (m) => {
      m.thread('a', (t) => t.local())
      handlers(m, ['a'])
      m.softirq('other', (t) => t.local(), { when: true, idleCpu: false })
    },
    after: [soft],
    enabled: ['soft: local step'],
  },
  {
    name: 'a softirq does not come on top of a hardirq',
    build: (m) => {
      m.thread('a', (t) => t.local())
      handlers(m, ['a'])
      m.softirq('other', (t) => t.local(), { when: true, idleCpu: false })
    },
    after: [hard],
    enabled: ['hard: local step'],
  },
  {
    name: 'a hardirq does not come on top of a hardirq',
    build: (m) => {
      m.thread('a', (t) => t.local())
      handlers(m, ['a'])
      m.irq('other', (t) => t.local(), { when: true, idleCpu: false })
    },
    after: [hard],
    enabled: ['hard: local step'],
  },
  {
    name: 'a hardirq does not come on top of a softirq that has interrupts off',
    build: (m) => {
      const l = m.spinlock('l')
      m.thread('a', (t) => t.local())
      m.softirq(
        'soft',
        (t) => {
          t.spinLockIrqsave(l)
          t.spinUnlockIrqrestore(l)
        },
        { on: ['a'], idleCpu: false, when: true },
      )
      m.irq('top', (t) => t.local(), { when: true, idleCpu: false })
    },
    after: [soft, 'soft: spinLockIrqsave l'],
    enabled: ['soft: spinUnlockIrqrestore l'],
  },
  {
    name: 'a handler comes only on top of whom it is routed to',
    build: (m) => {
      m.thread('a', (t) => t.local())
      m.thread('b', (t) => t.local())
      m.worker('c', (t) => t.local())
      m.hardware('d', (t) => t.local())
      m.irq('hard', (t) => t.local(), { on: ['b'], idleCpu: false, when: true })
    },
    after: [],
    enabled: ['hard: irq on b'],
    enabledOf: of,
  },
  {
    name: 'a handler comes on every task, worker and another CPU unless it is routed; never on hardware',
    build: (m) => {
      m.thread('a', (t) => t.local())
      m.worker('c', (t) => t.local())
      m.hardware('d', (t) => t.local())
      m.irq('hard', (t) => t.local(), { when: true })
    },
    after: [],
    enabled: [hard, 'hard: irq on c', 'hard: irq on another cpu'],
    enabledOf: of,
  },
  {
    name: 'a handler on another CPU suspends nobody',
    build: (m) => {
      m.thread('a', (t) => t.local())
      m.irq('hard', (t) => t.local(), { when: true })
    },
    after: ['hard: irq on another cpu'],
    enabled: ['a: local step', 'hard: local step'],
  },
  {
    name: 'a handler suspends only the process it is on top of',
    build: (m) => {
      m.thread('a', (t) => t.local())
      m.thread('b', (t) => t.local())
      m.irq('hard', (t) => t.local(), { when: true })
    },
    after: [hard],
    enabled: ['b: local step', 'hard: local step'],
  },
  {
    name: 'a handler is raised only while its condition holds, and its assignment acknowledges it',
    build: (m) => {
      const raised = m.flag('raised')
      m.hardware('device', (t) => t.set(raised, 1))
      m.irq('hard', (t) => t.local(), { when: raised, set: [[raised, 0]] })
    },
    after: ['device: raised := 1', 'hard: irq on another cpu', 'hard: local step', 'hard: return from interrupt'],
    enabled: [],
  },
  {
    name: 'nobody may rely on an interrupt that nothing raises',
    build: (m) => {
      const c = m.completion('c')
      m.thread('w', (t) => t.waitForCompletion(c))
      m.irq('irq', (t) => t.complete(c))
    },
    expected: deadlock('none', ['w'], ['c']),
  },
  {
    name: 'one may rely on an interrupt whose condition holds',
    build: (m) => {
      const c = m.completion('c')
      const raised = m.flag('raised', true)
      m.thread('w', (t) => t.waitForCompletion(c))
      m.irq('irq', (t) => t.complete(c), { when: raised, set: [[raised, 0]] })
    },
    expected: holds,
  },
  {
    name: 'an interrupt that can only come on a CPU with interrupts off for ever is lost',
    build: (m) => {
      const c = m.completion('c')
      const raised = m.flag('raised', true)
      m.thread('w', (t) => {
        t.localIrqDisable()
        t.loop(() => t.local())
      })
      m.thread('v', (t) => t.waitForCompletion(c))
      m.irq('irq', (t) => t.complete(c), { on: ['w'], idleCpu: false, when: raised, set: [[raised, 0]] })
    },
    expected: { verdict: 'violated', kind: 'partial-deadlock', shape: 'none', processes: ['v'], objects: ['c'] },
  },
  state('local_irq_disable() keeps both out', ['a: localIrqDisable'], (t) => (t.localIrqDisable(), t.local()), []),
  state(
    'local_irq_disable() does not nest: one enable is enough',
    ['a: localIrqDisable', 'a: localIrqDisable', 'a: localIrqEnable'],
    (t) => {
      t.localIrqDisable()
      t.localIrqDisable()
      t.localIrqEnable()
      t.local()
    },
    [hard, soft],
  ),
  state(
    'local_irq_disable() may come as often as one likes',
    Array.from({ length: 5 }, () => 'a: localIrqDisable'),
    (t) => {
      t.repeat(5, () => t.localIrqDisable())
      t.local()
    },
    [],
  ),
  state(
    'local_irq_save() keeps both out and nests',
    ['a: localIrqSave', 'a: localIrqSave', 'a: localIrqRestore'],
    (t) => {
      t.localIrqSave()
      t.localIrqSave()
      t.localIrqRestore()
      t.local()
    },
    [],
  ),
  state(
    'local_irq_restore() of the outermost save lets both in again',
    ['a: localIrqSave', 'a: localIrqSave', 'a: localIrqRestore', 'a: localIrqRestore'],
    (t) => {
      t.localIrqSave()
      t.localIrqSave()
      t.localIrqRestore()
      t.localIrqRestore()
      t.local()
    },
    [hard, soft],
  ),
  state(
    'local_irq_enable() turns interrupts on however deep',
    ['a: localIrqSave', 'a: localIrqSave', 'a: localIrqEnable'],
    (t) => {
      t.localIrqSave()
      t.localIrqSave()
      t.localIrqEnable()
      t.local()
    },
    [hard, soft],
  ),
  state(
    'local_bh_disable() keeps softirqs out, not hardirqs',
    ['a: localBhDisable'],
    (t) => (t.localBhDisable(), t.local()),
    [hard],
  ),
  state(
    'local_bh_disable() nests',
    ['a: localBhDisable', 'a: localBhDisable', 'a: localBhEnable'],
    (t) => {
      t.localBhDisable()
      t.localBhDisable()
      t.localBhEnable()
      t.local()
    },
    [hard],
  ),
  state(
    'local_bh_enable() of the outermost disable lets softirqs in again',
    ['a: localBhDisable', 'a: localBhEnable'],
    (t) => {
      t.localBhDisable()
      t.localBhEnable()
      t.local()
    },
    [hard, soft],
  ),
  state('preempt_disable() keeps no handler out', ['a: preemptDisable'], (t) => (t.preemptDisable(), t.local()), [
    hard,
    soft,
  ]),
  ...(
    [
      ['localIrqRestore', 'irq-restore-unbalanced'],
      ['localBhEnable', 'bh-enable-unbalanced'],
      ['preemptEnable', 'preempt-enable-unbalanced'],
    ] as const
  ).map(([op, code]): Fact => ({
    name: `${op} without its counterpart is misuse`,
    build: (m) => m.thread('a', (t) => t[op]()),
    expected: misuse(code, 'a', ''),
  })),
  {
    name: 'local_bh_enable() with interrupts off is misuse',
    build: (m) =>
      m.thread('a', (t) => {
        t.localBhDisable()
        t.localIrqDisable()
        t.localBhEnable()
      }),
    expected: misuse('bh-enable-irqs-off', 'a', ''),
  },
  {
    name: 'preempt_disable() nests: still atomic after one enable of two',
    build: (m) => {
      const x = m.mutex('x')
      m.thread('a', (t) => {
        t.preemptDisable()
        t.preemptDisable()
        t.preemptEnable()
        t.lock(x)
      })
    },
    expected: misuse('sleep-in-atomic', 'a', 'x'),
  },
  {
    name: 'a handler finds its own context as it was, each time it runs',
    build: (m) => {
      const l = m.spinlock('l')
      m.thread('a', (t) => t.local())
      m.irq(
        'irq',
        (t) => {
          t.spinLockIrqsave(l)
          t.spinUnlockIrqrestore(l)
          t.preemptDisable()
          t.preemptEnable()
        },
        { when: true },
      )
    },
    expected: holds,
  },
  {
    name: 'a handler that returns with a lock held is misuse',
    build: (m) => {
      const l = m.spinlock('l')
      m.irq('irq', (t) => t.spinLock(l), { when: true })
    },
    expected: misuse('rest-while-holding', 'irq', 'l'),
  },
  ...sleepFacts,
  ...(['localIrqDisable', 'localBhDisable', 'preemptDisable'] as const).map((op): Fact => ({
    name: `ending after ${op} is misuse`,
    build: (m) => m.thread('a', (t) => t[op]()),
    expected: misuse('rest-while-holding', 'a'),
  })),
]
