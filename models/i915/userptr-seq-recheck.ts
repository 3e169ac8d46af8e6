// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * A submission collects the pages of a userptr object before it locks the reservation. An invalidation that comes
 * between waits for all fences in the reservation, but that of this job is not among them yet, and the pages are gone
 * when the GPU gets there. The submission has to look at the sequence number again, and it has to hold the lock under
 * which the notifier writes that from the look to the publication.
 */
export default model(
  'i915/userptr-seq-recheck',
  {
    summary: 'A submission publishes its fence after an invalidation that should have waited for it.',
    sources: [
      'Documentation/gpu/drm-vm-bind-locking.rst; Documentation/mm/hmm.rst; mm/mmu_notifier.c: mmu_interval_read_begin(); read at 6.18',
      '"drm/i915: Fix userptr so we do not have to worry about obj->mm.lock, v7", Maarten Lankhorst, 2021-03-23',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit(); drivers/gpu/drm/xe/xe_userptr.c; read at 6.18',
      'Construction: no-check, check-without-lock and moves-twice.',
    ],
    abstracts: [
      'One object of one page, which is not pinned, as with hmm_range_fault(). By reading 6.18, i915 pins its pages: its notifier no longer waits, and a GPU that is late writes to a page that nobody maps any more.',
      'The pages that were collected are a mapping of the memory. That nobody faults while it goes away is mmap_lock, held for writing, also where a migration blocks faults otherwise.',
      'The notifier is called for this object alone; the lock is a rwsem, which was a rwlock in i915.',
      'Reserving a slot allocates the first time only: after that the reservation has room, whether or not it was used.',
      'In moves-twice the pages stay but move twice, and submission tries again each time; with moves that never end it might never get through: no forward progress, and no variant here.',
    ],
    rules: { 'no-check': ['R36', 'R38'], 'check-without-lock': ['R36', 'R38'] },
    variants: {
      'no-check': {
        kind: 'use-after-free',
        code: 'access-after-free',
        processes: ['gpu'],
        objects: ['collected_pages'],
      },
      'check-without-lock': {
        kind: 'use-after-free',
        code: 'access-after-free',
        processes: ['gpu'],
        objects: ['collected_pages'],
      },
      'check-under-lock': 'holds',
      'moves-twice': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('bo', { class: K })
    const notifierLock = m.rwsem('notifier_lock')
    const mmapLock = m.mmapLock('mmap_lock')
    const mm = m.mmNotifiers('mm_notifiers')
    const interval = m.interval('userptr_notifier', { mm })
    const page = m.buffer('user_page')
    const pages = m.mapping('collected_pages', { buffer: page })
    const present = m.flag('page_present', true)
    const fence = m.fence('job_fence')
    const pushed = m.flag('job_pushed')
    const locked = variant === 'check-under-lock' || variant === 'moves-twice'

    m.intervalCallback(interval, 'userptr_invalidate', (t) => {
      t.downWrite(notifierLock)
      t.at('include/linux/mmu_notifier.h: mmu_interval_set_seq()').intervalSetSeq(interval)
      t.upWrite(notifierLock)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(bo, { usage: 4 })
    })

    const getPages = (t: KernelPath): void => {
      t.at('mm/hmm.c: hmm_range_fault()').downRead(mmapLock)
      if (variant !== 'moves-twice')
        t.when(
          present,
          () => {},
          () => {
            t.upRead(mmapLock)
            t.end()
          },
        )
      t.mapBuffer(pages)
      t.upRead(mmapLock)
    }
    const reserve = (t: KernelPath, first: boolean): void => {
      t.wwAcquireInit(K)
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
      if (!first) t.memallocNoreclaimSave()
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_reserve_fences()').reserveFences(bo)
      if (!first) t.memallocNoreclaimRestore()
    }
    const unreserve = (t: KernelPath): void => {
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
    }
    /** Goes on with the reservation locked, and with the notifier lock where that is to be held; or has collided. */
    const attempt = (t: KernelPath, first: boolean, collided: () => void): void => {
      t.at('mm/mmu_notifier.c: mmu_interval_read_begin()').intervalReadBegin(interval)
      getPages(t)
      reserve(t, first)
      if (locked) t.downRead(notifierLock)
      if (variant !== 'no-check')
        t.at('include/linux/mmu_notifier.h: mmu_interval_read_retry()').intervalReadRetry(interval, {
          collided: () => {
            if (locked) t.upRead(notifierLock)
            unreserve(t)
            collided()
          },
        })
    }
    m.thread('exec', (t) => {
      attempt(t, true, () =>
        t.loop(() => {
          attempt(t, false, () => t.continue())
          t.break()
        }),
      )
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence, usage: 4 })
      t.set(pushed, 1)
      if (locked) t.upRead(notifierLock)
      unreserve(t)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.writeMapped(pages)
      t.signal(fence)
    })
    if (variant === 'moves-twice')
      m.thread('migration', (t) => {
        t.repeat(2, () => {
          t.downWrite(mmapLock)
          t.at('mm/rmap.c: try_to_migrate()').invalidateRange()
          t.at('mm/migrate.c: migrate_folio()').beginMove(page)
          t.endMove(page)
          t.releaseOld(page)
          t.upWrite(mmapLock)
        })
      })
    else
      m.thread('munmap', (t) => {
        t.downWrite(mmapLock)
        t.at('mm/memory.c: unmap_vmas()').invalidateRange()
        t.set(present, 0)
        t.freeBuffer(page)
        t.upWrite(mmapLock)
      })
  },
)
