// SPDX-License-Identifier: Apache-2.0
import { primitive, type Entry, type PExpr, type PSet } from '../primitive.ts'
import { all, any, bump, my, no, positive } from '../vocabulary.ts'

/**
 * Hooks that direct reclaim may run. A shrinker that looks at __GFP_FS is hooked on `shrinker:fs`; one that does not
 * runs under GFP_NOFS and GFP_NOIO too, and so do mmu notifiers, since those flags do not stop unmapping.
 */
const reclaim = ['shrinker', 'shrinker:fs', 'notifier'] as const
const withFs = { oneOf: reclaim, notInside: reclaim } as const
const withoutFs = { oneOf: ['shrinker', 'notifier'], notInside: reclaim } as const

const noReclaim = positive(my('noreclaim', 'memory'))
const noFs = any(positive(my('nofs', 'memory')), positive(my('noio', 'memory')))
const mayReclaim = no(noReclaim)

/** A GFP_KERNEL allocation within the memalloc scopes of the caller; `set` is what the caller does with the memory. */
export const kernelAllocation = (set: readonly PSet[] = []): readonly AllocationArrow[] => [
  { when: all(mayReclaim, no(noFs)), set, enters: withFs },
  { when: all(mayReclaim, noFs), set, enters: withoutFs },
  { when: noReclaim, set },
]
export interface AllocationArrow {
  readonly when: PExpr
  readonly set: readonly PSet[]
  readonly enters?: Entry
}

const scope = (field: 'nofs' | 'noio' | 'noreclaim', name: string) => ({
  enter: { does: `memalloc_${name}_save(): the scope nests`, arrows: [{ set: [bump(my(field), 1)] }] },
  leave: {
    does: `memalloc_${name}_restore()`,
    needs: { 'memalloc-scope-unbalanced': positive(my(field)) } as Readonly<Record<string, PExpr>>,
    arrows: [{ set: [bump(my(field), -1)] }],
  },
})
const [nofs, noio, noreclaim] = [scope('nofs', 'nofs'), scope('noio', 'noio'), scope('noreclaim', 'noreclaim')]

/**
 * Memory allocation as far as it can block: direct reclaim runs shrinkers and mmu notifiers as the allocating task,
 * which keeps all its locks (mm/page_alloc.c, mm/vmscan.c, include/linux/sched/mm.h; read at 6.18). One allocation runs
 * at most one of the hooked bodies, and none inside another (PF_MEMALLOC).
 */
export const memory = primitive({
  name: 'memory',
  source:
    'mm/page_alloc.c: __need_reclaim(), fs_reclaim_acquire(); mm/vmscan.c; mm/mmu_notifier.c; include/linux/sched/mm.h',
  limits: [
    'One allocation runs at most one of the hooked reclaim bodies, or none.',
    'A GFP_KERNEL, NOFS or NOIO allocation does not fail; how much memory is free is not modelled.',
  ],
  implicit: true,
  fields: {
    nofs: { max: 3, per: ['process'] },
    noio: { max: 3, per: ['process'] },
    noreclaim: { max: 3, per: ['process'] },
  },
  hooks: { shrinker: {}, 'shrinker:fs': {}, notifier: {} },
  operations: {
    allocKernel: {
      does: 'kmalloc(GFP_KERNEL): may sleep, may run any shrinker or mmu notifier as the caller, within the memalloc scopes',
      sleeps: true,
      arrows: kernelAllocation(),
    },
    allocNofs: {
      does: 'kmalloc(GFP_NOFS): as GFP_KERNEL but for shrinkers that look at __GFP_FS; notifiers still run',
      sleeps: true,
      arrows: [{ when: mayReclaim, enters: withoutFs }, { when: noReclaim }],
    },
    allocNoio: {
      does: 'kmalloc(GFP_NOIO): as GFP_NOFS here; notifiers still run',
      sleeps: true,
      arrows: [{ when: mayReclaim, enters: withoutFs }, { when: noReclaim }],
    },
    allocNowait: {
      does: 'kmalloc(GFP_NOWAIT): never sleeps, never reclaims, may fail',
      arrows: [{ to: 'ok' }, { to: 'enomem' }],
    },
    allocAtomic: {
      does: 'kmalloc(GFP_ATOMIC): never sleeps, never reclaims, may fail',
      arrows: [{ to: 'ok' }, { to: 'enomem' }],
    },
    memallocNofsSave: nofs.enter,
    memallocNofsRestore: nofs.leave,
    memallocNoioSave: noio.enter,
    memallocNoioRestore: noio.leave,
    memallocNoreclaimSave: noreclaim.enter,
    memallocNoreclaimRestore: noreclaim.leave,
  },
})
