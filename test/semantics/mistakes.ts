// SPDX-License-Identifier: Apache-2.0
import { kernelPrimitives } from '#semantics/primitives/index'
import type { Arrow, Operation, PExpr, Primitive } from '#semantics/primitive'
import { all, any, is, its, my, no, positive, set, some, the } from '#semantics/vocabulary'
import type { facts } from './facts.ts'
import type { Planted } from './facts/fact.ts'
import { withArrows, withOperation, without } from './mutants.ts'

/** A mistake that somebody might make, and facts that it breaks. */
export interface Mistake extends Planted {
  readonly name: string
  readonly caughtBy: readonly (readonly [keyof typeof facts, string])[]
}

const { buffer, mapping, resv, memory, work, workqueue, mmapLock, wwMutex, signalling, rwlock, mutex } =
  kernelPrimitives as Readonly<Record<keyof typeof kernelPrimitives, Primitive>>

const arrow =
  (index: number, change: (arrow: Arrow) => Arrow) =>
  (operation: Operation): Operation =>
    withArrows(operation, (a, i) => (i === index ? change(a) : a))
const always = (index: number) => arrow(index, (a) => without(a, 'when'))

const everywhere = (primitive: Primitive, of: RegExp, change: (arrow: Arrow) => Arrow): Primitive =>
  Object.keys(primitive.operations)
    .filter((op) => of.test(op))
    .reduce((p, op) => withOperation(p, op, (o) => withArrows(o, change)), primitive)
/** Without a precondition, wherever it is asked for. */
const tolerates = (primitive: Primitive, code: string): Primitive =>
  Object.entries(primitive.operations)
    .filter(([, { needs = {} }]) => code in needs)
    .reduce((p, [op]) => withOperation(p, op, (o) => ({ ...o, needs: without(o.needs!, code) })), primitive)
/** An effect less. */
const lacks = (index: number, effect: number) => arrow(index, (a) => ({ ...a, set: a.set!.toSpliced(effect, 1) }))
/** The assignment of `field` in what an arrow does. */
const sets =
  (field: string, to: PExpr) =>
  (a: Arrow): Arrow => ({
    ...a,
    ...(a.set !== undefined && { set: [...a.set, set(the(field), to)] }),
  })
/** Bodies run also inside those that run already. */
const nested = (a: Arrow): Arrow =>
  a.enters !== undefined && 'oneOf' in a.enters ? { ...a, enters: { ...a.enters, notInside: [] } } : a

/** With one expression in the place of another, wherever it stands. */
const rewritten = <T>(whole: T, from: PExpr, to: PExpr): T =>
  JSON.parse(JSON.stringify(whole).replaceAll(JSON.stringify(from), JSON.stringify(to))) as T
const holdsLocks = positive(my('acquired', 'class'))
const waiterHoldsLocks = positive(its('acquired', 'q', 'class'))
const bhOff = positive(my('bhOff', 'task'))
/** With the precondition of another one. */
const needing = (primitive: Primitive, op: string, code: string, that: PExpr): Primitive =>
  withOperation(primitive, op, (o) => ({ ...o, needs: { ...o.needs, [code]: that } }))
const writeQueued = some('q', 'process', its('queued', 'q'))
const contendedOnly = any(no(my('contending', 'class')), all(my('contends'), is(my('acquired', 'class'), 0)))
/** Every notifier, with another depth of nesting. */
const nesting = (entry: { readonly nests?: number }) =>
  withOperation(
    memory,
    'invalidateRange',
    arrow(0, (a) => ({ ...a, enters: { each: 'notifier', as: 'invalidate', ...entry } })),
  )
/** What takes the place of a fence that has not signalled must wait for it. */
const notesReplaced = (a: Arrow): Arrow =>
  a.set === undefined
    ? a
    : { ...a, set: [...a.set, set({ field: 'replaced', at: ['old', 'fence'] }, no(the('signalled', 'old')))] }

/** Mistakes in buffers, mappings, reservations, allocation, page faults and workqueues. */
export const newerMistakes: readonly Mistake[] = [
  {
    name: 'a buffer that may be used after it was freed',
    primitives: { buffer: tolerates(buffer, 'access-after-free') },
    caughtBy: [
      ['buffer', 'readBuffer after the memory was given back is a use after free'],
      ['buffer', 'freeing under a writing access in flight is a use after free when the access ends'],
    ],
  },
  {
    name: 'a free that forgets the accesses in flight',
    primitives: { buffer: withOperation(buffer, 'freeBuffer', lacks(0, 0)) },
    caughtBy: [['buffer', 'freeing under a reading access in flight is a use after free when the access ends']],
  },
  {
    name: 'a free that leaves mappings as they are',
    primitives: { buffer: withOperation(buffer, 'freeBuffer', lacks(0, 1)) },
    caughtBy: [['mapping', 'readMapped after the buffer was freed is a use after free']],
  },
  {
    name: 'a move that fills the memory at once',
    primitives: { buffer: withOperation(buffer, 'beginMove', arrow(0, sets('unready', 0))) },
    caughtBy: [
      ['buffer', 'readBuffer before a move is done sees stale data'],
      ['buffer', 'an access that does not wait for the move sees stale data'],
    ],
  },
  {
    name: 'a clear that is done at once',
    primitives: { buffer: withOperation(buffer, 'beginClear', arrow(0, sets('unready', 0))) },
    caughtBy: [['buffer', 'readBuffer before a clear is done sees stale data']],
  },
  {
    name: 'a move that takes mappings along',
    primitives: { buffer: withOperation(buffer, 'beginMove', lacks(0, 1)) },
    caughtBy: [
      ['mapping', 'writing to the old memory is lost'],
      ['mapping', 'readMapped after a move and its old memory’s release is a use after free'],
    ],
  },
  {
    name: 'a move that takes readers along',
    primitives: { buffer: withOperation(buffer, 'beginMove', lacks(0, 0)) },
    caughtBy: [['buffer', 'the old memory released under a reader that began before the move']],
  },
  {
    name: 'a writer that does not mind other writers',
    primitives: { buffer: tolerates(buffer, 'write-in-parallel') },
    caughtBy: [['buffer', 'beginWrite while somebody writes runs in parallel']],
  },
  {
    name: 'a pinned buffer that moves',
    primitives: { buffer: tolerates(buffer, 'move-pinned') },
    caughtBy: [['buffer', 'moving a pinned buffer is misuse']],
  },
  {
    name: 'a mapping that follows the buffer',
    primitives: {
      mapping: withOperation(mapping, 'writeMapped', (o) => ({ ...o, needs: without(o.needs!, 'write-lost') })),
    },
    caughtBy: [['mapping', 'writing to the old memory is lost']],
  },
  {
    name: 'a device that reads where nothing is mapped',
    primitives: { mapping: withOperation(mapping, 'readMapped', always(0)) },
    caughtBy: [['mapping', 'readMapped where a page fault is handled takes it']],
  },
  {
    name: 'unmapping that leaves the entries',
    primitives: { mapping: withOperation(mapping, 'unmapBuffer', (o) => withArrows(o, (a) => without(a, 'set'))) },
    caughtBy: [['mapping', 'an importer that zaps its mapping when the buffer moves never sees the old memory']],
  },
  {
    name: 'a replaced fence that nobody remembers',
    primitives: { resv: without(resv, 'always') },
    caughtBy: [
      ['dma-resv', 'replacing what an exclusive fence has replaced since does not forget that it must wait'],
      ['dma-resv', 'addExclusive: the new fence must not signal before the one whose place it takes'],
    ],
  },
  {
    name: 'replacing that keeps the old fence',
    primitives: { resv: withOperation(resv, 'replaceFences', lacks(1, 0)) },
    caughtBy: [['dma-resv', 'replaceFences: a wait does not cover the old one']],
  },
  {
    name: 'replacing that publishes nothing',
    primitives: { resv: withOperation(resv, 'replaceFences', lacks(1, 2)) },
    caughtBy: [['dma-resv', 'replaceFences publishes the new fence']],
  },
  {
    name: 'replacing that must wait for the old fence as an exclusive one must',
    primitives: {
      resv: {
        ...withOperation(resv, 'replaceFences', arrow(1, notesReplaced)),
        always: Object.fromEntries(
          Object.entries(resv.always!).map(([code, watch]) => [
            code,
            { ...watch, after: [...(watch.after ?? []), 'replaceFences'] },
          ]),
        ),
      },
    },
    caughtBy: [
      ['dma-resv', 'replaceFences: the new fence may signal before the one whose place it takes'],
      ['dma-resv', 'replaceFences: signallers that do not wait for each other are fine'],
      ['dma-resv', 'replaceFences: a new fence that is signalled already is a stub: fine'],
    ],
  },
  {
    name: 'replacing that weakens the usage of a fence that is there',
    primitives: {
      resv: withOperation(
        resv,
        'replaceFences',
        arrow(1, (a) => ({ ...a, set: [...a.set!, set(its('usage', 'fence'), { param: 'usage' })] })),
      ),
    },
    caughtBy: [['dma-resv', 'replaceFences with usage 4 by a fence that has 2 already leaves it the stronger one']],
  },
  {
    name: 'an exclusive fence that joins the shared ones',
    primitives: { resv: withOperation(resv, 'addExclusive', lacks(0, 0)) },
    caughtBy: [['dma-resv', 'addExclusive drops every fence, shared ones too']],
  },
  {
    name: 'an allocation that never fails',
    primitives: {
      memory: everywhere(memory, /^alloc(Kernel|Nofs|Noio)$/, (a) => (a.to === 'enomem' ? { ...a, when: 0 } : a)),
    },
    caughtBy: [
      ['memory', 'allocKernel may fail where somebody does'],
      ['memory', 'allocNoio may run a shrinker and then fail'],
    ],
  },
  {
    name: 'an allocation that fails before it reclaims',
    primitives: {
      memory: everywhere(memory, /^alloc(Kernel|Nofs|Noio)$/, (a) => (a.to === 'enomem' ? without(a, 'enters') : a)),
    },
    caughtBy: [['memory', 'allocNofs may run a shrinker and then fail']],
  },
  {
    name: 'munmap() that runs notifiers as reclaim does',
    primitives: {
      memory: withOperation(
        memory,
        'invalidateRange',
        arrow(0, (a) => ({
          ...a,
          enters: { oneOf: ['notifier'], notInside: ['shrinker', 'shrinker:fs', 'notifier'] },
        })),
      ),
    },
    caughtBy: [['memory', 'an allocation of a notifier that runs outside of reclaim does reclaim']],
  },
  {
    name: 'munmap() that runs no notifiers inside its own',
    primitives: { memory: nesting({ nests: 1 }) },
    caughtBy: [
      ['memory', 'a notifier that invalidates again runs once more inside itself, and waits for itself'],
      ['memory', 'the inner one returns to the outer one, which goes on'],
    ],
  },
  {
    name: 'munmap() that runs notifiers three deep',
    primitives: { memory: nesting({ nests: 3 }) },
    caughtBy: [['memory', 'two deep, not deeper']],
  },
  {
    name: 'munmap() that runs notifiers without end',
    primitives: { memory: nesting({}) },
    caughtBy: [['memory', 'notifiers that invalidate for ever come to an end']],
  },
  {
    name: 'munmap() that runs one notifier or none',
    primitives: {
      memory: withOperation(
        memory,
        'invalidateRange',
        arrow(0, (a) => ({ ...a, enters: { oneOf: ['notifier'], notInside: ['invalidate'], as: 'invalidate' } })),
      ),
    },
    caughtBy: [
      ['memory', 'invalidateRange runs a notifier for certain'],
      ['memory', 'invalidateRange runs every notifier, one after another'],
      ['memory', 'what only a notifier of invalidateRange does is certain to happen'],
    ],
  },
  {
    name: 'an OOM reaper that runs one notifier or none',
    primitives: {
      memory: withOperation(
        memory,
        'oomReap',
        arrow(0, (a) => ({ ...a, enters: { oneOf: ['notifier'], notInside: ['invalidate'], as: 'invalidate' } })),
      ),
    },
    caughtBy: [
      ['memory', 'oomReap runs every notifier, one after another'],
      ['memory', 'what only a notifier of oomReap does is certain to happen'],
    ],
  },
  {
    name: 'memalloc scopes that may be left open',
    primitives: { memory: without(memory, 'holds') },
    caughtBy: (['nofs', 'noio', 'noreclaim'] as const).map((scope) => [
      'memory',
      `ending in the ${scope} scope is misuse`,
    ]),
  },
  {
    name: 'munmap() that runs shrinkers too',
    primitives: {
      memory: withOperation(
        memory,
        'invalidateRange',
        arrow(0, (a) => ({
          ...a,
          enters: { oneOf: ['notifier', 'shrinker'], notInside: ['invalidate'], as: 'invalidate' },
        })),
      ),
    },
    caughtBy: [['memory', 'it runs no shrinker']],
  },
  {
    name: 'an OOM reaper whose notifiers may sleep',
    primitives: { memory: withOperation(memory, 'oomReap', lacks(0, 0)) },
    caughtBy: [
      ['memory', 'a notifier that the OOM reaper runs must not sleep: lock'],
      ['memory', 'a notifier that oomReap runs is told that it must not'],
    ],
  },
  {
    name: 'an OOM reaper after which nobody may sleep',
    primitives: { memory: withOperation(memory, 'oomReap', lacks(1, 0)) },
    caughtBy: [['memory', 'after the reaper its task may sleep again']],
  },
  {
    name: 'a fault that allocates nothing',
    primitives: {
      mmapLock: withOperation(mmapLock, 'copyUser', (o) =>
        withArrows(o, (a) =>
          a.enters !== undefined && 'oneOf' in a.enters ? { ...a, enters: { ...a.enters, oneOf: ['fault'] } } : a,
        ),
      ),
    },
    caughtBy: [['mmap-lock', 'a copy in no scope may run a shrinker when it faults']],
  },
  {
    name: 'a fault inside reclaim that reclaims',
    primitives: { mmapLock: withOperation(mmapLock, 'copyUser', (o) => withArrows(o, nested)) },
    caughtBy: [['mmap-lock', 'a copy inside reclaim may fault, but does not reclaim again']],
  },
  {
    name: 'a handler that keeps mmap_lock when it drops it',
    primitives: { mmapLock: withOperation(mmapLock, 'faultDropLock', lacks(0, 0)) },
    caughtBy: [['mmap-lock', 'one that drops it first, and takes it again with nothing held, does not']],
  },
  {
    name: 'a retry that does not wait for a writer',
    primitives: { mmapLock: withOperation(mmapLock, 'faultRetry', always(0)) },
    caughtBy: [['mmap-lock', 'while it is dropped a writer gets in, and faultRetry waits for it']],
  },
  {
    name: 'a handler that may leave mmap_lock to whoever wants it',
    primitives: {
      mmapLock: withOperation(mmapLock, 'copyUser', (o) =>
        withArrows(o, (a) => (a.to === 'lock-lost' ? without(without(a, 'to'), 'unexpected') : a)),
      ),
    },
    caughtBy: [
      ['mmap-lock', 'a handler that drops it and does not take it again is misuse'],
      ['mmap-lock', 'one that takes it again on some paths only is misuse'],
    ],
  },
  {
    name: 'a copy that never fails',
    primitives: {
      mmapLock: withOperation(mmapLock, 'copyUser', (o) =>
        withArrows(o, (a) => (a.to === 'efault' ? { ...a, when: 0 } : a)),
      ),
    },
    caughtBy: [['mmap-lock', 'it may copy nothing where somebody handles that']],
  },
  {
    name: 'a waiter that wounds though it holds nothing',
    primitives: {
      wwMutex: everywhere(wwMutex, /^wwLock/, (a) =>
        a.to === 'queued' ? { ...a, set: rewritten(a.set!, holdsLocks, 1) } : a,
      ),
    },
    caughtBy: [
      ['ww-mutex', 'Wound-Wait: an older waiter that holds nothing does not wound the holder'],
      ['ww-mutex', 'Wound-Wait: wwLockSlow wounds nobody, for it holds nothing'],
    ],
  },
  {
    name: 'a taker that is wounded by waiters that hold nothing',
    primitives: { wwMutex: rewritten(wwMutex, waiterHoldsLocks, 1) },
    caughtBy: [
      ['ww-mutex', 'Wound-Wait: an older waiter that holds nothing does not wound who takes the lock under its nose'],
    ],
  },
  {
    name: 'a taker that no waiter wounds',
    primitives: { wwMutex: rewritten(wwMutex, waiterHoldsLocks, 0) },
    caughtBy: [['ww-mutex', 'Wound-Wait: an older waiter that holds locks wounds who takes the lock under its nose']],
  },
  {
    name: 'a trylock that must not miss after a back-off',
    primitives: { wwMutex: needing(wwMutex, 'wwTrylock', 'not-the-contended-lock', contendedOnly) },
    caughtBy: [
      ['ww-mutex', 'after a back-off a trylock that misses is no misuse, others released'],
      ['ww-mutex', 'nor is one of what is held already, which misses too'],
    ],
  },
  {
    name: 'a trylock that may get anything after a back-off',
    primitives: {
      wwMutex: withOperation(wwMutex, 'wwTrylock', (o) => ({
        ...o,
        needs: without(o.needs!, 'not-the-contended-lock'),
      })),
    },
    caughtBy: [['ww-mutex', 'a trylock that gets another one than the contended one after a back-off is misuse']],
  },
  {
    name: 'a lock that must not be held already after a back-off',
    primitives: { wwMutex: needing(wwMutex, 'wwLock', 'not-the-contended-lock', contendedOnly) },
    caughtBy: [['ww-mutex', 'wwLock of what is held already is -EALREADY after a back-off too, no misuse']],
  },
  {
    name: 'a slow lock that may come after ww_acquire_done()',
    primitives: {
      wwMutex: ['wwLockSlow', 'wwLockSlowInterruptible'].reduce(
        (p, op) => withOperation(p, op, (o) => ({ ...o, needs: without(o.needs!, 'lock-after-done') })),
        wwMutex,
      ),
    },
    caughtBy: [
      ['ww-mutex', 'wwLockSlow after ww_acquire_done() is misuse'],
      ['ww-mutex', 'wwLockSlowInterruptible after ww_acquire_done() is misuse'],
    ],
  },
  {
    name: 'an interruptible lock without a ticket that nothing interrupts',
    primitives: {
      wwMutex: everywhere(wwMutex, /^wwLockPlainInterruptible$/, (a) => (a.to === 'eintr' ? { ...a, when: 0 } : a)),
    },
    caughtBy: [
      ['ww-mutex', 'it never backs off: of what one holds oneself it waits until a signal comes'],
      ['ww-mutex', 'opposite orders that only a signal to one of them resolves are masked'],
    ],
  },
  {
    name: 'a signal that interrupts workers',
    primitives: {
      mutex: everywhere(mutex, /^lock(Interruptible|Killable)$/, (a) =>
        a.escape === 'signal' ? { ...a, escape: 'timeout' } : a,
      ),
    },
    caughtBy: [
      ['task', 'lockInterruptible of a worker that waits is ended by nothing'],
      ['task', 'a cycle with lockInterruptible of a worker is a deadlock: a worker ignores signals'],
      ['task', 'a cycle with lockKillable of a worker is a deadlock: a worker ignores signals'],
      ['task', 'one that runs as a worker is not'],
    ],
  },
  {
    name: 'a signal that interrupts nobody',
    primitives: {
      mutex: everywhere(mutex, /^lockInterruptible$/, (a) => (a.escape === 'signal' ? { ...a, when: 0 } : a)),
    },
    caughtBy: [
      ['task', 'lockInterruptible of a thread that waits is ended by signal alone'],
      ['task', 'a body that runs as a thread is interrupted as the thread is'],
    ],
  },
  ...(['signal', 'timeout'] as const).map((escape): Mistake => ({
    name: `an interruptible and bounded wait without its ${escape}`,
    primitives: {
      resv: withOperation(resv, 'waitFencesInterruptibleTimeout', (o) =>
        withArrows(o, (a) => (a.escape === escape ? { ...a, when: 0 } : a)),
      ),
    },
    caughtBy: [['dma-resv', 'waitFencesInterruptibleTimeout may give up']],
  })),
  {
    name: 'read_lock_bh() that waits behind a waiting writer',
    primitives: {
      rwlock: withOperation(rwlock, 'readLockBh', (o) => ({
        ...o,
        arrows: rewritten(o.arrows, no(the('writer')), all(no(the('writer')), no(writeQueued))),
      })),
    },
    caughtBy: [['rwlock', 'readLockBh by a task does not wait for a writer that merely waits: bottom halves are off']],
  },
  {
    name: 'a reader that waits behind a waiting writer with bottom halves off',
    primitives: { rwlock: withOperation(rwlock, 'readLock', (o) => rewritten(o, bhOff, 0)) },
    caughtBy: [
      ['rwlock', 'readLock after localBhDisable does not wait for a writer that merely waits'],
      ['rwlock', 'read recursion of a task in read_lock_bh() is safe'],
    ],
  },
  {
    name: 'a reader that goes past a waiting writer with interrupts off',
    primitives: {
      rwlock: withOperation(rwlock, 'readLock', (o) => rewritten(o, bhOff, any(bhOff, positive(my('irqOff', 'task'))))),
    },
    caughtBy: [['rwlock', 'with interrupts off instead it deadlocks']],
  },
  {
    name: 'a signalling section that is none with interrupts off',
    primitives: { signalling: rewritten(signalling, bhOff, any(bhOff, positive(my('irqOff', 'task')))) },
    caughtBy: [
      ['signalling', 'with interrupts off alone a section is one as ever'],
      ['signalling', 'with saved interrupts off alone a section is one as ever'],
    ],
  },
  {
    name: 'a signalling section that is one with bottom halves off',
    primitives: { signalling: rewritten(signalling, bhOff, 0) },
    caughtBy: [['signalling', 'with bottom halves off begin and end do nothing']],
  },
  {
    name: 'a copy that needs no source',
    primitives: {
      buffer: withOperation(buffer, 'endMove', (o) => ({ ...o, needs: rewritten(o.needs!, the('old'), 1) })),
    },
    caughtBy: [
      ['buffer', 'endMove after the old memory was released is a use after free: the copy needs its source'],
      ['buffer', 'a copy that runs while the old memory is released is a use after free when it ends'],
    ],
  },
  {
    name: 'a clear that ends a move, and a move that ends a clear',
    primitives: {
      buffer: ['endMove', 'endClear'].reduce(
        (p, op) => needing(p, op, 'fill-not-begun', positive(the('unready'))),
        buffer,
      ),
    },
    caughtBy: [
      ['buffer', 'endMove does not end a clear'],
      ['buffer', 'endClear does not end a move'],
    ],
  },
  {
    name: 'memory that nobody has filled and that must not be cleared',
    primitives: {
      buffer: withOperation(buffer, 'beginClear', (o) =>
        rewritten(o, ['<=', the('unready'), 1], is(the('unready'), 0)),
      ),
    },
    caughtBy: [['buffer', 'beginClear of memory that nobody has filled is fine']],
  },
  {
    name: 'memory that is cleared while it is being moved',
    primitives: {
      buffer: withOperation(buffer, 'beginClear', (o) => rewritten(o, ['<=', the('unready'), 1], 1)),
    },
    caughtBy: [['buffer', 'beginClear before a move is done is overwritten by it']],
  },
  {
    name: 'a queue with one slot unless it says more',
    primitives: {
      workqueue: { ...workqueue, fields: { ...workqueue.fields, maxActive: { max: 7, init: 1 } } },
    },
    caughtBy: [
      ['workqueue', 'a queue that says nothing has slots for all its items'],
      ['workqueue', 'items of a queue that says nothing run at the same time'],
      ['workqueue', 'nor on one queue that says nothing'],
    ],
  },
  {
    name: 'an ordered queue that starts any item',
    primitives: {
      work: withOperation(
        work,
        'startWork',
        arrow(0, (a) => ({ ...a, when: ['and', the('pending'), no(the('running')), is(the('active', 'queue'), 0)] })),
      ),
    },
    caughtBy: [['workqueue', 'an ordered queue starts first what was queued first']],
  },
  {
    name: 'a cancel after which those behind stay where they were',
    primitives: { work: withOperation(work, 'cancelWorkSync', lacks(0, 0)) },
    caughtBy: [['workqueue', 'cancelling the first of three moves up those behind it']],
  },
  {
    name: 'a cancel that keeps the length of the queue',
    primitives: { work: withOperation(work, 'cancelWorkSync', lacks(0, 1)) },
    caughtBy: [['workqueue', 'what is queued after a cancel goes behind the others']],
  },
  {
    name: 'a cancel during which the item can be queued',
    primitives: {
      work: withOperation(
        work,
        'queueWork',
        arrow(0, (a) => ({ ...a, when: no(the('pending')) })),
      ),
    },
    caughtBy: [['workqueue', 'while cancel_work_sync() waits nobody can queue the item']],
  },
  {
    name: 'a cancel that blocks queueing for ever',
    primitives: { work: withOperation(work, 'cancelWorkSync', lacks(2, 0)) },
    caughtBy: [['workqueue', 'afterwards somebody can']],
  },
  {
    name: 'a worker that is made without memory',
    primitives: { workqueue: everywhere(workqueue, /^createWorker$/, (a) => without(a, 'enters')) },
    caughtBy: [['workqueue', 'making the worker of an item may run the shrinker that waits for what the item signals']],
  },
  {
    name: 'a worker that is made before anybody needs it',
    primitives: { workqueue: everywhere(workqueue, /^createWorker$/, (a) => without(a, 'when')) },
    caughtBy: [['workqueue', 'a worker is made only when an item needs it']],
  },
  {
    name: 'an ordered queue that minds maxActive',
    primitives: {
      work: withOperation(
        work,
        'startWork',
        arrow(0, (a) =>
          rewritten(a, ['if', the('ordered', 'queue'), 1, the('maxActive', 'queue')], the('maxActive', 'queue')),
        ),
      ),
    },
    caughtBy: [['workqueue', 'an ordered queue has one slot, whatever maxActive says and whoever starts its items']],
  },
  {
    name: 'a younger ticket that waits for an older one under Wait-Die',
    primitives: { wwMutex: everywhere(wwMutex, /^wwLock$/, (a) => (a.to === 'edeadlk' ? { ...a, when: 0 } : a)) },
    caughtBy: [['checks', '1: under Wait-Die the younger one backs off where it asks, and the older one may wait']],
  },
]
