// SPDX-License-Identifier: Apache-2.0
import { kernelAllocation, mightInvalidate, mightReclaim, mightReclaimNofs, nofsAllocation } from '../allocation.ts'
import { primitive, type PExpr } from '../primitive.ts'
import { any, bump, is, my, positive } from '../vocabulary.ts'

const scope = (field: 'nofs' | 'noio' | 'noreclaim', name: string) => ({
  enter: { does: `memalloc_${name}_save(): the scope nests`, arrows: [{ set: [bump(my(field), 1)] }] },
  leave: {
    does: `memalloc_${name}_restore()`,
    needs: { 'memalloc-scope-unbalanced': positive(my(field)) } as Readonly<Record<string, PExpr>>,
    arrows: [{ set: [bump(my(field), -1)] }],
  },
})
/**
 * An invalidation of mapped memory runs every notifier (mn_hlist_invalidate_range_start()), also from within one: two
 * deep is enough to see it wait for itself.
 */
const everyNotifier = { each: 'notifier', as: 'invalidate', nests: 2 } as const
const nonBlock = my('nonBlock', 'task')
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
    'How much memory is free is not modelled: an allocation that may reclaim ends, and fails only where the caller handles enomem.',
    'A notifier that an allocation runs may sleep; only the OOM reaper calls it non-blockable.',
    'Every notifier is concerned by every invalidation; one that is not is a branch of its body.',
    'kswapd, which any allocation may wake, is there only where the model declares it (m.kswapd()).',
  ],
  about:
    'GFP_KERNEL, GFP_NOFS and GFP_NOIO may enter direct reclaim, which runs one shrinker or mmu notifier of the model in the context of the caller with all its locks held, or none; inside such a body nothing reclaims again. Only GFP_NOWAIT, GFP_ATOMIC and a noreclaim scope keep it out: NOFS and NOIO leave out no more than shrinkers that look at __GFP_FS.',
  implicit: true,
  fields: {
    nofs: { max: 3, per: ['process'] },
    noio: { max: 3, per: ['process'] },
    noreclaim: { max: 3, per: ['process'] },
  },
  hooks: { shrinker: {}, 'shrinker:fs': {}, notifier: {} },
  holds: {
    'memalloc scope': any(positive(my('nofs')), positive(my('noio')), positive(my('noreclaim'))),
  },
  operations: {
    allocKernel: {
      does: 'kmalloc(GFP_KERNEL): may sleep, may run any shrinker or mmu notifier as the caller, within the memalloc scopes',
      sleeps: true,
      lockdep: mightReclaim,
      arrows: kernelAllocation(),
    },
    allocNofs: {
      does: 'kmalloc(GFP_NOFS): as GFP_KERNEL but for shrinkers that look at __GFP_FS; notifiers still run',
      sleeps: true,
      lockdep: mightReclaimNofs,
      arrows: nofsAllocation,
    },
    allocNoio: {
      does: 'kmalloc(GFP_NOIO): as GFP_NOFS here; notifiers still run',
      sleeps: true,
      lockdep: mightReclaimNofs,
      arrows: nofsAllocation,
    },
    allocNowait: {
      does: 'kmalloc(GFP_NOWAIT): never sleeps, never reclaims itself, may fail',
      arrows: [{ to: 'ok' }, { to: 'enomem' }],
    },
    allocAtomic: {
      does: 'kmalloc(GFP_ATOMIC): never sleeps, never reclaims itself, may fail',
      arrows: [{ to: 'ok' }, { to: 'enomem' }],
    },
    invalidateRange: {
      does: 'mmu_notifier_invalidate_range_start(), blockable, outside reclaim: munmap(), mprotect() and unmap_mapping_range() run every notifier',
      sleeps: true,
      lockdep: mightInvalidate,
      arrows: [{ enters: everyNotifier }],
    },
    oomReap: {
      does: '__oom_reap_task_mm(): runs every mmu notifier, which must not block: where it would have to, it answers -EAGAIN instead',
      lockdep: mightInvalidate,
      arrows: [
        {
          to: 'reaping',
          set: [bump(nonBlock, 1)],
          enters: everyNotifier,
        },
        { from: 'reaping', set: [bump(nonBlock, -1)] },
      ],
    },
    rangeBlockable: {
      does: 'mmu_notifier_range_blockable(): whether the notifier that runs now may sleep',
      arrows: [
        { when: is(nonBlock, 0), to: 'yes' },
        { when: positive(nonBlock), to: 'no' },
      ],
    },
    fsReclaimAcquire: {
      does: 'fs_reclaim_acquire(): tells lockdep that what follows happens in direct reclaim; nothing else',
      lockdep: [{ does: 'acquire', map: 'fs_reclaim' }, mightInvalidate],
      arrows: [{}],
    },
    fsReclaimRelease: { does: 'fs_reclaim_release()', lockdep: { does: 'release', map: 'fs_reclaim' }, arrows: [{}] },
    mightAlloc: {
      does: 'might_alloc(GFP_KERNEL): says that what follows may allocate, also where it does not this time',
      sleeps: true,
      lockdep: mightReclaim,
      arrows: [{}],
    },
    mightAllocNofs: {
      does: 'might_alloc(GFP_NOFS): the same without shrinkers that look at __GFP_FS',
      sleeps: true,
      lockdep: mightReclaimNofs,
      arrows: [{}],
    },
    memallocNofsSave: nofs.enter,
    memallocNofsRestore: nofs.leave,
    memallocNoioSave: noio.enter,
    memallocNoioRestore: noio.leave,
    memallocNoreclaimSave: noreclaim.enter,
    memallocNoreclaimRestore: noreclaim.leave,
  },
})
