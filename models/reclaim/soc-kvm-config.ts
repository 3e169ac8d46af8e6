// SPDX-License-Identifier: Apache-2.0
import { field, model } from 'fencecheck'

/**
 * A driver for an ARM SoC has no mmu notifier and allocates with GFP_NOFS while it owes the fence of a job: on the
 * device that it was written for, nothing in reclaim waits for a fence. KVM brings a notifier, but one that only spins
 * for a moment. With a second GPU in the system, whose userptr notifier waits for a job that waits for ours through a
 * shared dma-buf, the very same code deadlocks: whether it is right must not depend on what else is configured.
 */
export default model(
  'reclaim/soc-kvm-config',
  {
    summary: 'run_job of a SoC driver allocates with GFP_NOFS; safe only while no mmu notifier waits for a fence.',
    sources: [
      'thread "[PATCH 04/18] dma-fence: prime lockdep annotations", Daniel Vetter and Thomas Hellström, 2020-06-11 (SoC drivers, KVM)',
      'mm/page_alloc.c: fs_reclaim_acquire(), since f920e413ff9c "mm: track mmu notifiers in fs_reclaim_acquire/release"',
      'virt/kvm/kvm_main.c: kvm_mmu_notifier_invalidate_range_start(), kvm_handle_hva_range()',
      'Construction: the second GPU, its userptr notifier and the shared dma-buf (platform=second-gpu).',
    ],
    abstracts: [
      'Both fences were published at submission; each device starts when its job is pushed or its in-fence has signalled.',
      'KVM: the notifier takes mmu_lock for writing (on architectures that have it as a rwlock), a vCPU fault for reading; the count of invalidations in flight is left out.',
    ],
    switches: { platform: ['soc', 'kvm', 'second-gpu'] },
    rules: ['R8'],
    variants: {
      'alloc-nofs': {
        when: {
          'platform=soc': 'holds',
          'platform=kvm': 'holds',
          'platform=second-gpu': {
            kind: 'deadlock',
            shape: 'cycle',
            processes: ['run-job', 'second-gpu'],
            objects: ['job_fence', 'userptr_fence'],
          },
        },
      },
      'alloc-nowait': 'holds',
      preallocated: 'holds',
    },
  },
  (m, variant, _, { platform }) => {
    const jobFence = m.fence('job_fence', { published: true })
    const pushed = m.flag('job_pushed')
    m.worker('run-job', (t) => {
      t.beginSignalling()
      if (variant === 'alloc-nowait')
        t.allocNowait({
          enomem: () => {
            t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal(), with -ENOMEM').signal(jobFence)
            t.endSignalling()
            t.end()
          },
        })
      else if (variant === 'alloc-nofs') t.allocNofs()
      t.set(pushed, 1)
      t.endSignalling()
    })
    m.hardware('soc-gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.signal(jobFence)
    })
    m.thread('compositor', (t) => t.wait(jobFence))
    // Memory pressure elsewhere runs the same notifiers and owes nothing.
    m.thread('other-task', (t) => t.allocKernel())

    if (platform === 'kvm') {
      const mmuLock = m.rwlock('mmu_lock')
      m.mmuNotifier('kvm_invalidate', (t) => {
        t.writeLock(mmuLock)
        t.local('zap the guest mappings')
        t.writeUnlock(mmuLock)
      })
      m.thread('vcpu-fault', (t) => {
        t.readLock(mmuLock)
        t.readUnlock(mmuLock)
      })
    }
    if (platform === 'second-gpu') {
      const userptrFence = m.fence('userptr_fence', { published: true })
      m.mmuNotifier('userptr_invalidate', (t) => t.wait(userptrFence))
      m.hardware('second-gpu', (t) => {
        t.step({ when: field(jobFence, 'signalled'), label: 'wait for the in-fence of the job' })
        t.signal(userptrFence)
      })
    }
  },
)
