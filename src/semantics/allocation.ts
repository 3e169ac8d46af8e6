// SPDX-License-Identifier: Apache-2.0
import type { Entry, PExpr, PSet } from './primitive.ts'
import type { Heard } from './lock-map.ts'
import { all, any, my, no, positive } from './vocabulary.ts'

// What an allocation leads to, in terms of the `memory` primitive (`primitives/memory.ts`): direct reclaim runs one of
// the hooked bodies as the caller, or none.

/**
 * Hooks that direct reclaim may run. A shrinker that looks at __GFP_FS is hooked on `shrinker:fs`; one that does not
 * runs under GFP_NOFS and GFP_NOIO too, and so do mmu notifiers, since those flags do not stop unmapping.
 */
export const reclaimHooks = ['shrinker', 'shrinker:fs', 'notifier'] as const
const nofsHooks = ['shrinker', 'notifier'] as const

/** PF_MEMALLOC: no direct reclaim. */
const noReclaim = positive(my('noreclaim', 'memory'))
const noFs = any(positive(my('nofs', 'memory')), positive(my('noio', 'memory')))
const mayReclaim = no(noReclaim)
const mayFs = all(mayReclaim, no(noFs))
const mayNofs = all(mayReclaim, noFs)

/** One body of these hooks may run; none inside another one that reclaim runs, for that has PF_MEMALLOC. */
const running = (oneOf: readonly string[]): Entry => ({ oneOf, notInside: reclaimHooks })
/** The same in a page fault, where a fault handler of the mapping may run instead. */
const faultRunning = (hooks: readonly string[]): Entry => ({
  oneOf: ['fault', ...hooks],
  notInside: ['fault', ...reclaimHooks],
})

const kernel = [
  { when: mayFs, enters: running(reclaimHooks) },
  { when: mayNofs, enters: running(nofsHooks) },
  { when: noReclaim },
] as const
const nofs = [{ when: mayReclaim, enters: running(nofsHooks) }, { when: noReclaim }] as const

const reclaims = { map: 'fs_reclaim', when: mayFs, notInside: reclaimHooks } as const
/** What reclaim, as it may unmap, may have to wait for: a driver's notifier. */
export const mightInvalidate = { does: 'touch', map: 'mmu_notifier_invalidate_range_start' } as const satisfies Heard
/** fs_reclaim_acquire(GFP_NOFS) and release: reclaim that cannot enter a file system may still unmap. */
export const mightReclaimNofs = [
  { ...mightInvalidate, when: mayReclaim, notInside: reclaimHooks },
] as const satisfies readonly Heard[]
/** might_alloc(GFP_KERNEL): fs_reclaim_acquire() and release, within the memalloc scopes. */
export const mightReclaim = [
  { does: 'acquire', ...reclaims },
  ...mightReclaimNofs,
  { does: 'release', ...reclaims },
] as const satisfies readonly Heard[]

/** What is held for lockdep while hooked bodies run, by the hook. */
export const heldInside: Readonly<Record<string, readonly Heard[]>> = {
  shrinker: [{ does: 'acquire', map: 'fs_reclaim', when: mayFs }],
  'shrinker:fs': [{ does: 'acquire', map: 'fs_reclaim', when: mayFs }],
  notifier: [
    { does: 'acquire', map: 'fs_reclaim', when: mayFs },
    { does: 'acquire', map: 'mmu_notifier_invalidate_range_start' },
  ],
  invalidate: [{ does: 'acquire', map: 'mmu_notifier_invalidate_range_start' }],
}

const failing = { to: 'enomem', optional: true } as const
type Failing = typeof failing

/** A GFP_KERNEL allocation that goes on until it succeeds (small orders, __GFP_NOFAIL), within the memalloc scopes. */
export const endlessAllocation = (when: PExpr = 1) => kernel.map((arrow) => ({ ...arrow, when: all(when, arrow.when) }))

/** A GFP_KERNEL allocation: it succeeds and does `set`; it may fail where the caller says what happens then. */
export const kernelAllocation = (set: readonly PSet[] = []) =>
  [
    ...kernel.map((arrow) => ({ ...arrow, set })),
    ...kernel.map((arrow): typeof arrow & Failing => ({ ...arrow, ...failing })),
  ] as const

/** What direct reclaim runs, with the conditions for it, as arrows without ends: for allocations that go their own way. */
export const directReclaim = (flags: 'kernel' | 'nofs') => (flags === 'kernel' ? kernel : nofs)

/** A GFP_NOFS or GFP_NOIO allocation. */
export const nofsAllocation = [
  ...nofs,
  ...nofs.map((arrow): typeof arrow & Failing => ({ ...arrow, ...failing })),
] as const

/** A page fault: a handler of the mapping runs, or the page is allocated with GFP_KERNEL. */
export const pageFault = <const A extends { readonly from: string; readonly to: string; readonly when: PExpr }>(
  arrow: A & { readonly set: readonly PSet[] },
) =>
  [
    { ...arrow, when: all(arrow.when, mayFs), enters: faultRunning(reclaimHooks) },
    { ...arrow, when: all(arrow.when, mayNofs), enters: faultRunning(nofsHooks) },
    { ...arrow, when: all(arrow.when, noReclaim), enters: faultRunning([]) },
  ] as const
