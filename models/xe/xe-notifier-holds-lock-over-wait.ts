// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * The userptr notifier of xe keeps its lock for writing while it waits for all jobs of the VM. That is sound: exec holds
 * the lock for reading from its last look at the pages until its job is published and pushed, so that the notifier waits
 * only for jobs that need nobody any more. If anything on the way to their end took the lock, in whichever mode, or if a
 * job were published before exec has it, the wait would never end.
 */
export default model(
  'xe/xe-notifier-holds-lock-over-wait',
  {
    summary: 'A notifier waits for fences with its rwsem held for writing; the completion of a job takes the rwsem.',
    sources: [
      'drivers/gpu/drm/xe/xe_userptr.c: vma_userptr_invalidate(), __vma_userptr_invalidate(); read at 6.18',
      'drivers/gpu/drm/xe/xe_exec.c: xe_exec_ioctl(), xe_svm_notifier_lock(); read at 6.18',
      'mm/mmu_notifier.c: mmu_interval_read_begin(); Documentation/gpu/drm-vm-bind-locking.rst',
      'All variants but fixed are constructions.',
    ],
    abstracts: [
      'One page, one job that reads it; munmap gives the page back after the notifier.',
      'The CPU mapping is gone before the notifier is called, so that a later pin finds no page.',
      'The sequence number stands for the list of invalidated ranges that exec looks at. Exec gives up at the second collision.',
      'The lock of the VM and the ticket are left out; exec takes the lock of the notifier uninterruptibly.',
    ],
    rules: ['R10', 'R37'],
    variants: {
      fixed: 'holds',
      'completion-takes-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['completion-work', 'munmap'],
        objects: ['job_fence', 'notifier_lock'],
      },
      'completion-takes-lock-for-writing': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['completion-work', 'munmap'],
        objects: ['job_fence', 'notifier_lock'],
      },
      'published-before-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['exec', 'munmap'],
        objects: ['job_fence', 'notifier_lock'],
      },
    },
  },
  (m, variant) => {
    const notifierLock = m.rwsem('notifier_lock')
    const resv = m.resv('vm_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const mm = m.mmNotifiers('mm')
    const userptr = m.interval('userptr', { mm })
    const page = m.buffer('page')
    const gpuPte = m.mapping('gpu_pte', { buffer: page })
    const fence = m.fence('job_fence')
    const present = m.flag('page_present', true)
    const pushed = m.flag('job_pushed')
    const jobDone = m.flag('job_done')
    const collidedOnce = m.flag('collided_once')

    m.intervalCallback(userptr, 'vma_userptr_invalidate', (t) => {
      t.at('drivers/gpu/drm/xe/xe_userptr.c: vma_userptr_invalidate()').downWrite(notifierLock)
      t.at('mm/mmu_notifier.c: mmu_interval_set_seq()').intervalSetSeq(userptr)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(resv, { usage: 4 })
      t.at('drivers/gpu/drm/drm_gpusvm.c: drm_gpusvm_unmap_pages()').unmapBuffer(gpuPte)
      t.upWrite(notifierLock)
    })
    m.thread('exec', (t) => {
      const publish = (): void =>
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(resv, { fence, usage: 4 })
      t.loop(() => {
        t.at('drivers/gpu/drm/xe/xe_userptr.c: xe_vm_userptr_pin()').intervalReadBegin(userptr)
        t.at('mm/hmm.c: hmm_range_fault()').when(
          present,
          () => {},
          () => t.end(),
        )
        t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(resv)
        t.reserveFences(resv)
        if (variant === 'published-before-lock') publish()
        t.at('drivers/gpu/drm/xe/xe_exec.c: xe_exec_ioctl()').downRead(notifierLock)
        t.at('drivers/gpu/drm/xe/xe_userptr.c: __xe_vm_userptr_needs_repin()').intervalReadRetry(userptr, {
          ok: () => t.break(),
          collided: () => {
            t.upRead(notifierLock)
            if (variant === 'published-before-lock') {
              t.setError(fence)
              t.signal(fence)
            }
            t.wwUnlock(resv)
            if (variant === 'published-before-lock') return t.end()
            t.when(
              collidedOnce,
              () => t.end(),
              () => t.set(collidedOnce, 1),
            )
          },
        })
      })
      t.mapBuffer(gpuPte)
      if (variant !== 'published-before-lock') publish()
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      t.upRead(notifierLock)
      t.wwUnlock(resv)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.readMapped(gpuPte)
      t.set(jobDone, 1)
    })
    m.worker('completion-work', (t) => {
      t.idle()
      t.await(jobDone)
      if (variant === 'completion-takes-lock') {
        t.downRead(notifierLock)
        t.upRead(notifierLock)
      } else if (variant === 'completion-takes-lock-for-writing') {
        t.downWrite(notifierLock)
        t.upWrite(notifierLock)
      }
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
    })
    m.thread('munmap', (t) => {
      t.set(present, 0)
      t.at('mm/memory.c: unmap_vmas()').invalidateRange()
      t.freeBuffer(page)
    })
  },
)
