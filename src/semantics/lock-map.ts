// SPDX-License-Identifier: Apache-2.0
import type { PExpr } from './condition.ts'

// What lockdep hears of an operation (include/linux/lockdep.h, kernel/locking/lockdep.c; read at 6.18): which maps it acquires
// and releases, and how. A map is what lockdep has of a lock; some stand for no lock at all (reclaim, a work item).

/** Innermost contexts that may wait for it on PREEMPT_RT (include/linux/lockdep_types.h `enum lockdep_wait_type`), strictest first. */
export const waitTypes = ['free', 'spin', 'config', 'sleep'] as const
export type WaitType = (typeof waitTypes)[number]

/** `read-recursive`: not blocked by a waiting writer, so it may nest (`read == 2` in the kernel). */
export type LockMode = 'write' | 'read' | 'read-recursive'

/** The map of an object. */
export interface LockMap {
  /** Its class is that of the object it is tied to by this ref: all locks of a ww_class share one. */
  readonly of?: string
  /** The name of the class, `%` standing for the object; the object's own name unless said. One without `%` is shared by all. */
  readonly named?: string
  /** The context that one may be in to take it; not checked unless said. */
  readonly wait?: WaitType
  /** The same from outside, where that differs from what it is inside (RCU). */
  readonly waitOuter?: WaitType
  /** It has no part in the order of locks (`check == 0`). */
  readonly unchecked?: true
  /** Known only where fence signalling is annotated. */
  readonly layer?: 'fences'
  /** Further maps of the same object. */
  readonly parts?: Readonly<Record<string, Omit<LockMap, 'parts' | 'of'>>>
}

/** Maps of the kernel that belong to no object of a model, each a class of its own. */
export const kernelMaps = {
  fs_reclaim: 'mm/page_alloc.c: fs_reclaim_acquire()',
  mmu_notifier_invalidate_range_start: 'mm/mmu_notifier.c: __mmu_notifier_invalidate_range_start_map',
  dma_fence_map: 'drivers/dma-buf/dma-fence.c: dma_fence_begin_signalling(), __dma_fence_might_wait()',
} as const
export type KernelMap = keyof typeof kernelMaps

/**
 * One thing that lockdep hears when an operation is called. A lock that has a view in `holds` is released when the view says
 * so; what is only a map is released by `release`. `touch`: acquired and released at once, to say what the call may wait for.
 * `during`: held until the operation ends. `wait`, `event`: no map; heard only by a lockdep that follows waits to what ends
 * them. `owe`: from here on the event has to come; one that no call owes is owed by whoever brings it about, all along.
 */
export interface Heard {
  readonly does: 'acquire' | 'release' | 'touch' | 'during' | 'wait' | 'owe' | 'event'
  /** Whose map: an argument or ref by name; the object operated on unless said. Without that object it is not heard. */
  readonly of?: string
  readonly part?: string
  /** A map of the kernel instead. */
  readonly map?: KernelMap
  /** `write` unless said. */
  readonly mode?: LockMode
  /** It never waits, so nothing is ordered before it. */
  readonly try?: true
  /** The same, from that kernel on. */
  readonly trySince?: '6.18'
  /** `lock_sync()`: nothing happens inside. */
  readonly sync?: true
  /** Only this exit of the operation leaves it held. */
  readonly exit?: string
  /** It is heard only while this is true. */
  readonly when?: PExpr
  /** Not inside bodies that these hooks run. */
  readonly notInside?: readonly string[]
  /** Held, it puts these acquisitions in order (`nest_lock`). */
  readonly nest?: { readonly of?: string; readonly part?: string }
  /** Heard only where fence signalling is annotated. */
  readonly layer?: 'fences'
  /** Whoever holds it for reading gives it up for the while. */
  readonly yields?: true
  /** Interrupts are off for the while. */
  readonly irqsave?: true
  /** It waits for each of its members, not for itself. */
  readonly members?: true
}

/** dma_fence_wait(): a touch of the map whose read side is a signalling section, and a wait. */
export const mightWaitForFence = [
  { does: 'touch', map: 'dma_fence_map', layer: 'fences', yields: true },
  { does: 'wait' },
] as const satisfies readonly Heard[]

/** The same for every fence that is in it. */
export const mightWaitForFences = [
  mightWaitForFence[0],
  { does: 'wait', members: true },
] as const satisfies readonly Heard[]

/** What is heard of the object itself that an operation is performed on. */
export const heardOfItself = (heard: Heard | readonly Heard[] = []): readonly Heard[] =>
  [heard].flat().filter(({ of, part, map }: Heard) => of === undefined && part === undefined && map === undefined)

/** It takes the object exclusively if nobody has it, and never waits. */
export const triesExclusively = (heard: Heard | readonly Heard[] | undefined): boolean =>
  heardOfItself(heard).some(
    ({ does, mode = 'write', try: tries }) => does === 'acquire' && mode === 'write' && tries === true,
  )
