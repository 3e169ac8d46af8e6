// SPDX-License-Identifier: Apache-2.0
import { kernelPrimitives } from '#semantics/primitives/index'
import type { Arrow, Operation, PExpr, Primitive } from '#semantics/primitive'
import { is, no, set, the } from '#semantics/vocabulary'
import type { facts } from './facts.ts'
import type { Planted } from './facts/fact.ts'
import { withArrows, withOperation, without } from './mutants.ts'

/** A mistake that somebody might make, and facts that it breaks. */
export interface Mistake extends Planted {
  readonly name: string
  readonly caughtBy: readonly (readonly [keyof typeof facts, string])[]
}

const { buffer, mapping, resv, memory, work, workqueue, mmapLock, wwMutex } = kernelPrimitives as Readonly<
  Record<keyof typeof kernelPrimitives, Primitive>
>

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
      ['dma-resv', 'replaceFences: the new fence must not signal before the one whose place it takes'],
      ['dma-resv', 'addExclusive: the new fence must not signal before the one whose place it takes'],
    ],
  },
  {
    name: 'replacing that keeps the old fence',
    primitives: { resv: withOperation(resv, 'replaceFences', lacks(1, 1)) },
    caughtBy: [['dma-resv', 'replaceFences: a wait does not cover the old one']],
  },
  {
    name: 'replacing that publishes nothing',
    primitives: { resv: withOperation(resv, 'replaceFences', lacks(1, 3)) },
    caughtBy: [['dma-resv', 'replaceFences publishes the new fence']],
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
    name: 'munmap() that runs notifiers inside its own',
    primitives: { memory: withOperation(memory, 'invalidateRange', arrow(0, nested)) },
    caughtBy: [['memory', 'a notifier that invalidates again runs none inside itself']],
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
        arrow(0, (a) => ({
          ...a,
          when: ['and', the('pending'), ['<', the('active', 'queue'), the('maxActive', 'queue')]],
        })),
      ),
    },
    caughtBy: [['workqueue', 'an item never runs concurrently with itself, however many workers there are']],
  },
  {
    name: 'a younger ticket that waits for an older one under Wait-Die',
    primitives: { wwMutex: everywhere(wwMutex, /^wwLock$/, (a) => (a.to === 'edeadlk' ? { ...a, when: 0 } : a)) },
    caughtBy: [['checks', '1: under Wait-Die the younger one backs off where it asks, and the older one may wait']],
  },
]
