// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import { exitsOf, type Arrow, type Operation, type Primitive } from '#semantics/primitive'
import { kernelPrimitives } from '#semantics/primitives/index'
import type { M, T } from '../../fixtures/models.ts'
import { deadlock, holds, stuck, type Fact } from './fact.ts'

// What ends a wait besides what it waits for: a signal to the process, which kernel threads ignore, and time.

/** Every operation that something else may end, by the builder's name of its primitive. */
const escapers = Object.entries<Primitive>(kernelPrimitives).flatMap(([kind, { operations }]) =>
  Object.entries<Operation>(operations).flatMap(([op, operation]) => {
    const escapes = operation.arrows.filter((arrow) => arrow.escape !== undefined)
    return escapes.length === 0 ? [] : [{ kind, op, operation, escapes }]
  }),
)
type Escaper = (typeof escapers)[number]
const nameOf = ({ kind, op }: Escaper): string =>
  escapers.find((other) => other.op === op)!.kind === kind ? op : `${op} of a ${kind}`

const byTime = ({ escape }: Arrow): boolean => escape === 'timeout'

/** A process `w` that waits with the operation for `object`, which another one keeps from it, and how they come there. */
interface Waiting {
  readonly build: (m: M) => void
  readonly after: readonly string[]
}

function waiting({ kind, op, operation, escapes }: Escaper, context: 'thread' | 'worker'): Waiting {
  const exits = Object.fromEntries(exitsOf(operation).map((exit) => [exit, () => {}]))
  const call = (t: T, on: unknown): void =>
    (t as unknown as Record<string, (...args: unknown[]) => void>)[op]!(on, exits)
  const { from } = escapes[0]!
  const phase = from === undefined ? [] : [`w: ${op} object -> ${from}`]
  if (kind === 'completion' || kind === 'fence')
    return { build: (m) => m[context]('w', (t) => call(t, m[kind as 'completion' | 'fence']('object'))), after: phase }
  if (kind === 'waitQueue')
    return {
      build: (m) => {
        const q = m.waitQueue('object')
        m[context]('w', (t) => (t.prepareToWait(q), call(t, q)))
      },
      after: ['w: prepareToWait object'],
    }
  if (kind === 'semaphore')
    return { build: (m) => m[context]('w', (t) => call(t, m.semaphore('object', { count: 0 }))), after: phase }
  if (kind === 'mutex')
    return {
      build: (m) => {
        const object = m.mutex('object')
        m.thread('h', (t) => t.lock(object))
        m[context]('w', (t) => call(t, object))
      },
      after: ['h: lock object', ...phase],
    }
  if (kind === 'rwsem' || kind === 'mmapLock')
    return {
      build: (m) => {
        const object = m[kind]('object') as ReturnType<typeof m.rwsem>
        m.thread('h', (t) => t.downWrite(object))
        m[context]('w', (t) => call(t, object))
      },
      after: ['h: downWrite object', ...phase],
    }
  if (kind === 'userFence')
    return { build: (m) => m[context]('w', (t) => call(t, m.userFence('object'))), after: phase }
  if (kind === 'fenceArray')
    return {
      build: (m) => {
        const object = m.fenceArrayOf('object', [m.fence('f')])
        m[context]('w', (t) => call(t, object))
      },
      after: phase,
    }
  if (kind === 'fenceChain' || kind === 'syncobj') {
    const put = kind === 'fenceChain' ? 'chainInit' : 'replaceFence'
    // What waits for a submission finds nothing there.
    const filled = !op.endsWith('ForSubmit') && !op.endsWith('Available')
    return {
      build: (m) => {
        const [object, f] = [m[kind]('object') as ObjectHandle<'fenceChain'> & ObjectHandle<'syncobj'>, m.fence('f')]
        m.thread(
          'h',
          (t) =>
            filled && (put === 'chainInit' ? t.chainInit(object, { fence: f }) : t.replaceFence(object, { fence: f })),
        )
        m[context]('w', (t) => call(t, object))
      },
      after: [...(filled ? [`h: ${put} object`] : []), ...phase],
    }
  }
  const slow = op.startsWith('wwLockSlow')
  const ticket = slow || op === 'wwLockInterruptible'
  const waits = op.startsWith('waitFences')
  const build = (m: M): void => {
    const c = m.wwClass('class', { waitDie: true, debugWw: true })
    const declared = m[kind as 'wwMutex' | 'resv']('object', { class: c })
    const [object, resv] = [declared as ReturnType<typeof m.wwMutex>, declared as ReturnType<typeof m.resv>]
    const [other, f] = [m.wwMutex('other', { class: c }), m.fence('f')]
    m.thread('h', (t) => {
      t.wwLockPlain(object)
      if (!waits) return
      t.reserveFences(resv)
      t.addFence(resv, { fence: f })
    })
    m[context]('w', (t) => {
      if (ticket) t.wwAcquireInit(c)
      if (slow) {
        t.wwLock(other, { edeadlk: () => {} })
        t.wwLock(object, { ok: () => t.end(), edeadlk: () => t.wwUnlock(other) })
      }
      call(t, object)
    })
  }
  const after = [
    'h: wwLockPlain object',
    ...(waits ? ['h: reserveFences object', 'h: addFence object'] : []),
    ...(ticket ? ['w: wwAcquireInit class'] : []),
    ...(slow ? ['w: wwLock other -> ok', 'w: wwLock object -> edeadlk', 'w: wwUnlock other'] : []),
    ...phase,
  ]
  return { build, after }
}

const ends: readonly Fact[] = escapers.flatMap((escaper): Fact[] => {
  const { op } = escaper
  // An operation that waits twice can be left in both places: looked at is the first.
  const escapes = escaper.escapes.filter(({ from }) => from === escaper.escapes[0]!.from)
  const is = (escape: Arrow): string => `w: ${op} object -> ${escape.to}`
  const never = escapes.filter(byTime)
  return [
    {
      name: `${nameOf(escaper)} of a thread that waits is ended by ${escapes.map((e) => e.escape).join(' or ')} alone`,
      ...waiting(escaper, 'thread'),
      enabled: escapes.map(is),
      enabledOf: ['w'],
    },
    {
      name: `${nameOf(escaper)} of a worker that waits is ended by ${never.length === 0 ? 'nothing' : 'time alone'}`,
      ...waiting(escaper, 'worker'),
      enabled: never.map(is),
      enabledOf: ['w'],
    },
  ]
})

/** Two processes take two mutexes in opposite orders; `w` gives the second one up at a signal. */
const crossed =
  (context: 'thread' | 'worker', op: 'lockInterruptible' | 'lockKillable') =>
  (m: M): void => {
    const [x, y] = [m.mutex('x'), m.mutex('y')]
    m[context]('w', (t) => {
      t.lock(x)
      t[op](y, { ok: () => t.unlock(y), eintr: () => {} })
      t.unlock(x)
    })
    m.thread('h', (t) => {
      t.lock(y)
      t.lock(x)
      t.unlock(x)
      t.unlock(y)
    })
  }
/** A notifier that can be interrupted takes what the process holds that invalidates. */
const notified =
  (context: 'thread' | 'worker') =>
  (m: M): void => {
    const x = m.mutex('x')
    m.mmuNotifier('n', (t) => t.lockInterruptible(x, { ok: () => t.unlock(x), eintr: () => {} }))
    m[context]('w', (t) => {
      t.lock(x)
      t.invalidateRange()
      t.unlock(x)
    })
  }

export const escapeFacts: readonly Fact[] = [
  ...ends,
  ...(['lockInterruptible', 'lockKillable'] as const).flatMap((op): Fact[] => [
    {
      name: `a cycle that ${op} of a thread can leave is masked`,
      build: crossed('thread', op),
      expected: stuck('masked', 'cycle', ['h', 'w'], ['x', 'y']),
    },
    {
      name: `a cycle with ${op} of a worker is a deadlock: a worker ignores signals`,
      build: crossed('worker', op),
      expected: deadlock('cycle', ['h', 'w'], ['x', 'y']),
    },
  ]),
  {
    name: 'a body that runs as a thread is interrupted as the thread is',
    build: notified('thread'),
    expected: stuck('masked', 'self', ['w'], ['x']),
  },
  { name: 'one that runs as a worker is not', build: notified('worker'), expected: deadlock('self', ['w'], ['x']) },
  {
    name: 'kswapd ignores signals: a shrinker of its that waits for a lock waits for good',
    build: (m) => {
      const x = m.mutex('x')
      const never = m.flag('never')
      m.shrinker('s', (t) => t.lockInterruptible(x, { ok: () => t.unlock(x), eintr: () => {} }))
      m.kswapd()
      m.thread('h', (t) => (t.lock(x), t.await(never), t.unlock(x)))
    },
    after: ['h: lock x', 'kswapd: memory is short', 'kswapd: allocKernel', 'kswapd: shrinker s'],
    enabled: [],
    enabledOf: ['kswapd'],
  },
  {
    name: 'a work item may say what happens at a signal, which never comes',
    build: (m) => {
      const [q, x] = [m.workqueue('q'), m.mutex('x')]
      const w = m.workItem(q, 'w', (t) =>
        t.lockInterruptible(x, { ok: () => t.unlock(x), eintr: () => t.assert(false, 'no signal') }),
      )
      m.thread('a', (t) => (t.lock(x), t.queueWork(w), t.unlock(x)))
    },
    expected: holds,
  },
]
