// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { isCall } from '#ir/model'
import { kernelPrimitives } from '#semantics/primitives/index'
import type { Arrow, Primitive } from '#semantics/primitive'
import { all, any, its, my, no, positive, set, some, the } from '#semantics/vocabulary'
import type { System } from '#system/system'
import { allFacts, facts } from './facts.ts'
import { contradiction, modelOf, type Fact } from './facts/fact.ts'
import { containerMistakes } from './mistakes-containers.ts'
import { newerMistakes, type Mistake } from './mistakes.ts'
import { mutantsOf, withArrows, withOperation, without } from './mutants.ts'

const {
  mutex,
  rwsem,
  spinlock,
  rwlock,
  completion,
  fence,
  fenceArray,
  task,
  wwMutex,
  resv,
  memory,
  work,
  mmapLock,
  signalling,
} = kernelPrimitives as Readonly<Record<keyof typeof kernelPrimitives, Primitive>>

const onArrow =
  (index: number, change: (arrow: Arrow) => Arrow) =>
  (operation: Primitive['operations'][string]): Primitive['operations'][string] =>
    withArrows(operation, (arrow, i) => (i === index ? change(arrow) : arrow))
const inAll = (primitive: Primitive, of: RegExp, change: (arrow: Arrow) => Arrow): Primitive =>
  Object.keys(primitive.operations)
    .filter((op) => of.test(op))
    .reduce((p, op) => withOperation(p, op, (o) => withArrows(o, change)), primitive)

const noWriter = no(the('writer'))
const readHeld = some('q', 'process', positive(its('reads', 'q')))
const writeQueued = some('q', 'process', its('queued', 'q'))

const mistakes: readonly Mistake[] = [
  {
    name: 'a mutex that anybody may unlock',
    primitives: { mutex: withOperation(mutex, 'unlock', (o) => without(o, 'needs')) },
    caughtBy: [
      ['mutex', 'unlocking what another holds is misuse'],
      ['mutex', 'unlocking twice is misuse'],
    ],
  },
  {
    name: 'a mutex that is recursive',
    primitives: {
      mutex: withOperation(
        mutex,
        'lock',
        onArrow(0, (a) => ({ ...a, when: any(no(the('locked')), my('held')) })),
      ),
    },
    caughtBy: [['mutex', 'locking what one holds blocks: a self-deadlock, not misuse']],
  },
  {
    name: 'a mutex for which locking what one holds is misuse',
    primitives: { mutex: withOperation(mutex, 'lock', (o) => ({ ...o, needs: { recursion: no(my('held')) } })) },
    caughtBy: [['mutex', 'locking what one holds blocks: a self-deadlock, not misuse']],
  },
  {
    name: 'a trylock that waits',
    primitives: {
      mutex: withOperation(
        mutex,
        'trylock',
        onArrow(1, (a) => ({ ...a, when: 0 })),
      ),
    },
    caughtBy: [
      ['mutex', 'trylock on a locked mutex misses and never waits'],
      ['mutex', 'trylock on what one holds misses: no self-deadlock'],
    ],
  },
  {
    name: 'a trylock that may miss a free mutex',
    primitives: {
      mutex: withOperation(
        mutex,
        'trylock',
        onArrow(1, (a) => without(a, 'when')),
      ),
    },
    caughtBy: [['mutex', 'trylock on a free mutex gets it']],
  },
  {
    name: 'readers that ignore queued writers',
    primitives: {
      rwsem: inAll(rwsem, /^downRead$/, (a) => ({ ...a, when: noWriter })),
    },
    caughtBy: [
      ['rw-semaphore', 'a second down_read() of one task deadlocks on itself behind a queued writer'],
      ['rw-semaphore', 'a queued writer closes a cycle between two readers: three parties deadlock'],
    ],
  },
  {
    name: 'a queued writer that blocks readers also of a free semaphore',
    primitives: { rwsem: inAll(rwsem, /^downRead$/, (a) => ({ ...a, when: all(noWriter, no(writeQueued)) })) },
    caughtBy: [['rw-semaphore', 'a free semaphore may be stolen from a queued writer, by a reader or another writer']],
  },
  {
    name: 'a writer that waits without queueing',
    primitives: {
      rwsem: withOperation(rwsem, 'downWrite', (o) => ({ ...o, arrows: [{ ...o.arrows[0]! }] })),
    },
    caughtBy: [['rw-semaphore', 'a new reader is blocked by a queued writer while others read']],
  },
  {
    name: 'a read trylock that succeeds while a writer queues',
    primitives: {
      rwsem: withOperation(rwsem, 'downReadTrylock', (o) =>
        withArrows(o, (a) => ({ ...a, when: a.to === 'got' ? noWriter : the('writer') })),
      ),
    },
    caughtBy: [['rw-semaphore', 'down_read_trylock() fails when a writer merely queues']],
  },
  {
    name: 'a killed writer that stays in the queue',
    primitives: {
      rwsem: withOperation(
        rwsem,
        'downWriteKillable',
        onArrow(3, (a) => without(a, 'set')),
      ),
    },
    caughtBy: [['rw-semaphore', 'down_write_killable() that gave up is in nobody’s way']],
  },
  {
    name: 'a downgrade that gives everything up',
    primitives: {
      rwsem: withOperation(
        rwsem,
        'downgradeWrite',
        onArrow(0, (a) => ({ ...a, set: a.set!.slice(0, 2) })),
      ),
    },
    caughtBy: [['rw-semaphore', 'downgrade_write() and up_read() leave it free']],
  },
  {
    name: 'a downgrade that keeps readers out',
    primitives: {
      rwsem: withOperation(
        rwsem,
        'downgradeWrite',
        onArrow(0, (a) => ({ ...a, set: a.set!.slice(1) })),
      ),
    },
    caughtBy: [['rw-semaphore', 'downgrade_write() admits readers at once and no writer in between']],
  },
  {
    name: 'a spinlock that does not make atomic',
    primitives: {
      spinlock: inAll(spinlock, /^spin(Lock|Unlock|Trylock)/, (a) => ({
        ...a,
        ...(a.set !== undefined && {
          set: a.set.filter((s) => !('set' in s && s.set.of === 'task' && s.set.field === 'atomic')),
        }),
      })),
    },
    caughtBy: [
      ['spinlock', 'sleeping under spinLock is misuse even where nothing blocks'],
      ['task', 'wait under a spinlock is misuse, blocked or not'],
    ],
  },
  {
    name: 'irqsave that leaves interrupts on',
    primitives: {
      spinlock: inAll(spinlock, /Irqsave$|Irqrestore$/, (a) => ({
        ...a,
        ...(a.set !== undefined && {
          set: a.set.filter((s) => !('set' in s && s.set.of === 'task' && s.set.field === 'irqOff')),
        }),
      })),
    },
    caughtBy: [['spinlock', 'spinLockIrqsave: no handler comes on top of the holder']],
  },
  {
    name: 'irqsave that does not nest',
    primitives: {
      spinlock: withOperation(
        spinlock,
        'spinUnlockIrqrestore',
        onArrow(0, (a) => ({ ...a, set: [...a.set!.slice(0, 3), set(my('irqOff', 'task'), 0)] })),
      ),
    },
    caughtBy: [['spinlock', 'spinLockIrqsave nests: interrupts stay off until the last restore']],
  },
  {
    name: 'irqsave that disables interrupts only when it has got the lock',
    primitives: {
      spinlock: withOperation(
        spinlock,
        'spinLockIrqsave',
        onArrow(1, (a) => without(a, 'set')),
      ),
    },
    caughtBy: [['spinlock', 'spinLockIrqsave: the same on top of one that still spins']],
  },
  {
    name: 'spin_lock_bh() that keeps hardirqs out',
    primitives: {
      spinlock: inAll(spinlock, /^spin(Lock|Unlock)Bh$/, (a) => ({
        ...a,
        ...(a.set !== undefined && {
          set: [
            ...a.set,
            ...a.set
              .filter((s) => 'set' in s && s.set.field === 'bhOff')
              .map((s) => JSON.parse(JSON.stringify(s).replaceAll('bhOff', 'irqOff')) as typeof s),
          ],
        }),
      })),
    },
    caughtBy: [['spinlock', 'spinLockBh with a hardirq on the same CPU that takes the lock deadlocks']],
  },
  {
    name: 'an rwlock reader in a handler that waits behind a waiting writer',
    primitives: {
      rwlock: withOperation(
        rwlock,
        'readLock',
        onArrow(0, (a) => ({ ...a, when: all(noWriter, no(writeQueued)) })),
      ),
    },
    caughtBy: [
      ['rwlock', 'a handler that reads does not wait for a writer that merely waits'],
      ['rwlock', 'read recursion through a handler is safe while the writer disables interrupts'],
    ],
  },
  {
    name: 'an rwlock reader of task context that does not wait behind a waiting writer',
    primitives: {
      rwlock: withOperation(
        rwlock,
        'readLock',
        onArrow(0, (a) => ({ ...a, when: noWriter })),
      ),
    },
    caughtBy: [['rwlock', 'read recursion of a task deadlocks on itself behind a waiting writer']],
  },
  {
    name: 'an rwlock whose new readers join past a waiting writer like those of a rw_semaphore',
    primitives: {
      rwlock: withOperation(
        rwlock,
        'readLock',
        onArrow(0, (a) => ({ ...a, when: all(noWriter, any(no(writeQueued), no(readHeld))) })),
      ),
    },
    caughtBy: [['rwlock', 'a handler that reads does not wait for a writer that merely waits']],
  },
  {
    name: 'complete_all() that works like complete()',
    primitives: { completion: withOperation(completion, 'completeAll', () => completion.operations['complete']!) },
    caughtBy: [['completion', 'two waits for one complete_all() pass']],
  },
  {
    name: 'complete() that works like complete_all()',
    primitives: { completion: withOperation(completion, 'complete', () => completion.operations['completeAll']!) },
    caughtBy: [['completion', 'two waits for one complete() leave one of them stuck']],
  },
  {
    name: 'a timed wait that uses a post up when it gives up',
    primitives: {
      completion: withOperation(
        completion,
        'waitForCompletionTimeout',
        onArrow(1, (a) => without(a, 'escape')),
      ),
    },
    caughtBy: [['completion', 'waitForCompletionTimeout under a lock that the completing path takes is masked']],
  },
  {
    name: 'a fence wait that does not need the signal',
    primitives: {
      fence: withOperation(
        fence,
        'wait',
        onArrow(0, (a) => without(a, 'when')),
      ),
    },
    caughtBy: [
      ['dma-fence', 'wait blocks until the fence is signalled'],
      ['dma-fence', 'waiting under a mutex that the signalling path takes deadlocks'],
    ],
  },
  {
    name: 'a fence for which a second signal is misuse',
    primitives: {
      fence: withOperation(fence, 'signal', (o) => ({ ...o, needs: { 'signalled-twice': no(the('signalled')) } })),
    },
    caughtBy: [['dma-fence', 'signalling twice is a no-op, not misuse']],
  },
  {
    name: 'a fence that must be published to be signalled',
    primitives: {
      fence: withOperation(fence, 'signal', (o) => ({ ...o, needs: { unpublished: the('published') } })),
    },
    caughtBy: [['dma-fence', 'signalling a fence that was never published is fine']],
  },
  {
    name: 'a signal that skips the callbacks',
    primitives: { fence: inAll(fence, /^signal/, (a) => without(a, 'enters')) },
    caughtBy: [
      ['dma-fence', 'a callback that takes the fence’s lock deadlocks on itself'],
      ['dma-fence', 'signal_locked() runs the callbacks, the second one does not'],
    ],
  },
  {
    name: 'a signal that runs the callbacks again',
    primitives: {
      fence: withOperation(
        fence,
        'signal',
        onArrow(5, (a) => ({ ...a, enters: { each: 'callback' } })),
      ),
    },
    caughtBy: [['dma-fence', 'a second signal takes the lock, runs no callback and gives the lock back']],
  },
  {
    name: 'a signal that runs the callbacks without the lock',
    primitives: {
      fence: withOperation(
        fence,
        'signal',
        onArrow(4, (a) => ({
          ...a,
          set: [...a.set!, set(the('locked', 'lock'), 0), set(my('held', 'lock'), 0)],
        })),
      ),
    },
    caughtBy: [['dma-fence', 'a callback that takes the fence’s lock deadlocks on itself']],
  },
  {
    name: 'a signal that shows the signalled bit only after the callbacks',
    primitives: {
      fence: withOperation(fence, 'signal', (o) =>
        withArrows(o, (a, i) =>
          i === 4 ? { ...a, set: [] } : i === 6 ? { ...a, set: [...a.set!, set(the('signalled'), 1)] } : a,
        ),
      ),
    },
    caughtBy: [['dma-fence', 'the signalled bit is visible before the callback has run']],
  },
  {
    name: 'a callback that is added to a signalled fence',
    primitives: {
      fence: withOperation(
        fence,
        'addCallback',
        onArrow(0, (a) => ({ ...a, when: no(the('locked', 'lock')) })),
      ),
    },
    caughtBy: [['dma-fence', 'add_callback on a signalled fence is -ENOENT']],
  },
  {
    name: 'a fence that nobody owes',
    primitives: { fence: without(fence, 'debt') },
    caughtBy: [['dma-fence', 'a published fence that nobody signals is a violation without a waiter']],
  },
  {
    name: 'local_irq_restore() that turns interrupts on however deep',
    primitives: { task: withOperation(task, 'localIrqRestore', () => task.operations['localIrqEnable']!) },
    caughtBy: [['task', 'local_irq_save() keeps both out and nests']],
  },
  {
    name: 'a ticketed lock that always waits',
    primitives: { wwMutex: inAll(wwMutex, /^wwLock$/, (a) => (a.to === 'edeadlk' ? { ...a, when: 0 } : a)) },
    caughtBy: [
      ['ww-mutex', 'Wait-Die: the younger one that holds something backs off from the older one, which may wait'],
    ],
  },
  {
    name: 'a wait that covers no fence',
    primitives: {
      resv: withOperation(
        resv,
        'waitFences',
        onArrow(0, (a) => without(a, 'when')),
      ),
    },
    caughtBy: [['dma-resv', 'a wait for READ covers a fence added as WRITE']],
  },
  {
    name: 'an add that publishes nothing',
    primitives: {
      resv: withOperation(
        resv,
        'addFence',
        onArrow(0, (a) => ({ ...a, set: a.set!.slice(0, 2) })),
      ),
    },
    caughtBy: [['dma-resv', 'adding a fence publishes it: it has to be signalled']],
  },
  {
    name: 'an unlock that keeps the slots',
    primitives: { resv: withOperation(resv, 'wwUnlock', () => wwMutex.operations['wwUnlock']!) },
    caughtBy: [['dma-resv', 'adding after unlock and relock, which lost the slot, is misuse']],
  },
  {
    name: 'GFP_NOIO that stops notifiers',
    primitives: { memory: inAll(memory, /^allocNoio$/, (a) => without(a, 'enters')) },
    caughtBy: [['memory', 'GFP_NOIO in a signalling path deadlocks with an mmu notifier that waits for the fence']],
  },
  {
    name: 'a flush that waits for nothing',
    primitives: {
      work: withOperation(
        work,
        'flushWork',
        onArrow(2, (a) => without(a, 'when')),
      ),
    },
    caughtBy: [['workqueue', 'flush_work() waits for a pending item to finish']],
  },
  {
    name: 'an item that runs concurrently with itself',
    primitives: {
      work: withOperation(
        work,
        'startWork',
        onArrow(0, (a) => ({ ...a, when: the('pending') })),
      ),
    },
    caughtBy: [['workqueue', 'an item never runs concurrently with itself, however many workers there are']],
  },
  {
    name: 'a copy from user memory that never faults',
    primitives: {
      mmapLock: withOperation(mmapLock, 'copyUser', (o) =>
        withArrows(o, (a) => (a.to === 'fault' ? { ...a, when: 0 } : a)),
      ),
    },
    caughtBy: [['mmap-lock', 'a copy while mmap_lock is held for writing deadlocks on itself']],
  },
  {
    name: 'a signalling section that may be left open',
    primitives: { signalling: without(signalling, 'holds') },
    caughtBy: [
      ['signalling', 'ending inside a section is misuse'],
      ['signalling', 'with interrupts off alone a section is one as ever'],
    ],
  },
  {
    name: 'lowering: a handler that suspends nobody',
    system: (system) => ({ ...system, processes: system.processes.map((p) => ({ ...p, suspended: [] })) }),
    caughtBy: [
      ['task', 'a process under a handler cannot move'],
      ['spinlock', 'spinLock with a hardirq on the same CPU that takes the lock deadlocks'],
    ],
  },
  {
    name: 'lowering: a handler comes whether or not interrupts are on',
    system: (system) =>
      onTransitions(system, (t) =>
        t.label.startsWith('irq on ')
          ? { ...t, guard: t.guard.filter((g) => !readsField(system, g, ['irqOff', 'bhOff'])) }
          : t,
      ),
    caughtBy: [
      ['spinlock', 'spinLockIrqsave: no handler comes on top of the holder'],
      ['task', 'local_irq_disable() keeps both out'],
    ],
  },
  {
    name: 'lowering: a handler stays on top after it has returned',
    system: (system) => onTransitions(system, (t) => (t.label === 'return from interrupt' ? { ...t, effect: [] } : t)),
    caughtBy: [['task', 'a process goes on when the handler has returned']],
  },
  {
    name: 'lowering: an interrupt that nothing raises is certain to come',
    system: (system) => onTransitions(system, (t) => without(t, 'tag')),
    caughtBy: [['task', 'nobody may rely on an interrupt that nothing raises']],
  },
  {
    name: 'lowering: sleeping in atomic context is only blocked, not reported',
    system: (system) => ({
      ...system,
      transitions: system.transitions.map((t) => (t.fault?.code === 'sleep-in-atomic' ? { ...t, guard: [0] } : t)),
    }),
    caughtBy: [['task', 'lock under a spinlock is misuse, blocked or not']],
  },
  {
    name: 'lowering: whoever rests may hold what he likes',
    system: (system) =>
      onTransitions(system, (t) => (t.fault?.code === 'rest-while-holding' ? { ...t, guard: [0] } : t)),
    caughtBy: [
      ['mutex', 'ending while holding is misuse'],
      ['task', 'a handler that returns with a lock held is misuse'],
    ],
  },
  {
    name: 'lowering: assignments of a step happen one after another',
    system: (system) => onTransitions(system, (t) => ({ ...t, effect: inSequence(t.effect) })),
    caughtBy: [['verdicts', 'two variables swap in one step']],
  },
]

const onTransitions = (
  system: System,
  change: (t: System['transitions'][number]) => System['transitions'][number],
): System => ({ ...system, transitions: system.transitions.map(change) })

const readsField = (system: System, e: unknown, fields: readonly string[]): boolean => {
  const text = JSON.stringify(e)
  return system.variables.some(
    ({ name }, v) => fields.some((f) => name.includes(`.${f}`)) && text.includes(`{"v":${v}}`),
  )
}

/** Each value reads what the assignments before it have written. */
function inSequence(effect: System['transitions'][number]['effect']): System['transitions'][number]['effect'] {
  const written = new Map<number, unknown>()
  return effect.map((assign) => {
    const value = JSON.parse(
      JSON.stringify(assign.value, (_, x: unknown) =>
        typeof x === 'object' && x !== null && 'v' in x && written.has(x.v as number) ? written.get(x.v as number) : x,
      ),
    ) as typeof assign.value
    if (typeof assign.to === 'number') written.set(assign.to, value)
    return { ...assign, value }
  })
}

const named = (group: keyof typeof facts, name: string): Fact => {
  const fact = (facts[group] as readonly Fact[]).find((f) => f.name === name)
  if (fact === undefined) throw new Error(`there is no fact '${name}' of ${group}`)
  return fact
}

/** Whether the primitives as they are keep the fact. One that they break, or that cannot be judged, catches nothing. */
const truths = new Map<Fact, Promise<boolean>>()
function isTrue(fact: Fact): Promise<boolean> {
  const known =
    truths.get(fact) ??
    contradiction(fact, kernelPrimitives).then(
      (found) => found === undefined,
      () => false,
    )
  truths.set(fact, known)
  return known
}

describe('planted wrong semantics are caught', () => {
  test.each([...mistakes, ...newerMistakes, ...containerMistakes])('$name', async ({ caughtBy, ...planted }) => {
    expect(caughtBy).not.toEqual([])
    for (const [group, name] of caughtBy) {
      expect(await isTrue(named(group, name)), `without the mistake: ${name}`).toBe(true)
      expect(await contradiction(named(group, name), kernelPrimitives, planted), name).toBeDefined()
    }
  })
})

/** Mutants that no fact can tell from the primitive, and why. */
const equivalent: Readonly<Record<string, string>> = {
  'completion completeAll: arrow 0 (call -> ok) without effect 1': 'posts are not looked at once it is for ever',
  'completion reinitCompletion: arrow 0 (call -> ok) always': 'its condition is true',
  ...Object.fromEntries(
    [
      'findFenceForSubmit: arrow 4 (submit -> ok)',
      'waitSyncobj: arrow 2 (fence -> ok)',
      'waitSyncobj: arrow 3 (fence -> erestartsys)',
      'waitSyncobjForSubmit: arrow 4 (fence -> ok)',
      'waitSyncobjForSubmit: arrow 5 (fence -> erestartsys)',
      'waitSyncobjAvailable: arrow 3 (submit -> ok)',
    ].map((arrow) => [`syncobj ${arrow} without effect 0`, 'what is noted is noted anew by the next wait']),
  ),
  'rcu rcuReadUnlock: arrow 0 (call -> ok) without effect 0': 'looked at in a section only, which sets it',
  'rcu synchronizeRcu: arrow 2 (waiting -> ok) without effect 1': 'looked at while waiting only, which sets it',
  'srcu srcuReadUnlock: arrow 0 (call -> ok) without effect 0': 'looked at in a section only, which sets it',
  'srcu synchronizeSrcu: arrow 2 (waiting -> ok) without effect 1': 'looked at while waiting only, which sets it',
}

/** What an mmap_lock has from the rw_semaphore is there told from its mutants: operations, and the views of who holds it. */
const isOfRwSemaphore = (op: string | undefined): boolean =>
  op === undefined || mmapLock.operations[op] === rwsem.operations[op]
/** And what an array has from the fence. */
const isOfFence = (op: string | undefined): boolean =>
  op !== undefined && fenceArray.operations[op] === fence.operations[op]

/** Reservations and tickets alone have five hundred mutants, more than a test run has time for. */
const exhaustive = [
  'task',
  'mutex',
  'rwsem',
  'spinlock',
  'rwlock',
  'semaphore',
  'console',
  'completion',
  'waitQueue',
  'rcu',
  'srcu',
  'fence',
  'fenceCallback',
  'buffer',
  'mapping',
  'memory',
  'mmapLock',
  'workqueue',
  'work',
  'timer',
  'tasklet',
  'irqWork',
  'runtimePm',
  'signalling',
  'fenceContext',
  'fenceArray',
  'fenceChain',
  'syncobj',
  'mempool',
  'mmNotifiers',
  'interval',
  'userFence',
] as const

describe('a primitive that differs in any one place is caught (reservations and tickets: planted mistakes)', () => {
  // The checks of section 15 repeat what the facts of each primitive say.
  const told = allFacts.filter((fact) => !(facts.checks as readonly Fact[]).includes(fact))
  const models = told.map((fact) => {
    const model = modelOf(fact, kernelPrimitives)
    const kindOf = new Map((model.objects ?? []).map((object) => [object.name, object.kind]))
    const calls = model.bodies.flatMap((body) => body.steps.filter(isCall))
    // What is on no object is on an implicit primitive, by its name.
    const kindOn = (on: string): string => kindOf.get(on) ?? on
    const used = new Set(calls.map(({ call }) => `${kindOn(call.on)} ${call.op}`))
    const kinds = new Set(['task', 'memory', ...kindOf.values(), ...calls.map(({ call }) => kindOn(call.on))])
    const contexts = new Set<string | undefined>(model.processes.map((process) => process.context))
    return { fact, used, kinds, contexts }
  })
  test.each(exhaustive)('%s', { timeout: 240_000 }, async (kind) => {
    const original: Primitive = kernelPrimitives[kind]
    const survivors: string[] = []
    for (const { name, op, context, primitive } of mutantsOf(original)) {
      if (kind === 'mmapLock' && isOfRwSemaphore(op)) continue
      if (kind === 'fenceArray' && isOfFence(op)) continue
      const relevant = models.filter(
        ({ used, kinds, contexts }) =>
          (op === undefined ? kinds.has(original.name) : used.has(`${original.name} ${op}`)) &&
          (context === undefined || contexts.has(context)),
      )
      let caught = false
      for (const { fact } of relevant) {
        if (!(await isTrue(fact))) continue
        caught = (await contradiction(fact, kernelPrimitives, { primitives: { [kind]: primitive } })) !== undefined
        if (caught) break
      }
      if (!caught) survivors.push(`${kind} ${name}`)
    }
    expect(survivors, survivors.join('; ')).toEqual(
      Object.keys(equivalent).filter((name) => name.startsWith(`${kind} `)),
    )
  })
})
