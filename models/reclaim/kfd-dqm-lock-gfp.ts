// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * The queue manager's lock is taken when a queue is created, which allocates, and by the userptr notifier, which evicts
 * queues. The history of its repairs is a test of what allocation flags mean: GFP_NOIO, then a NOFS scope, both still
 * reclaim mapped pages and run the notifier; only a scope without reclaim, or allocating first, keeps it out.
 */
export default model(
  'reclaim/kfd-dqm-lock-gfp',
  {
    summary: 'A lock that an mmu notifier takes is held across an allocation; the flag of the allocation decides.',
    sources: [
      'commit "drm/amdkfd: GFP_NOIO while holding locks taken in MMU notifier", Felix Kuehling, 2018-03-23',
      'commit "drm/amdkfd: Stop using GFP_NOIO explicitly", Felix Kuehling, 2018-07-11',
      'commit "drm/amdkfd: Fix recursive lock warnings", Felix Kuehling, 2021-03-10',
    ],
    abstracts: ['Stopping and starting queues is left out: only the lock matters.'],
    rules: ['R37'],
    variants: {
      kernel: { kind: 'deadlock', shape: 'self', processes: ['create-queue'], objects: ['dqm_lock'] },
      noio: { kind: 'deadlock', shape: 'self', processes: ['create-queue'], objects: ['dqm_lock'] },
      nofs: { kind: 'deadlock', shape: 'self', processes: ['create-queue'], objects: ['dqm_lock'] },
      'nofs-scope': { kind: 'deadlock', shape: 'self', processes: ['create-queue'], objects: ['dqm_lock'] },
      'noreclaim-scope': 'holds',
      'alloc-first': 'holds',
    },
  },
  (m, variant) => {
    const dqm = m.mutex('dqm_lock')
    m.mmuNotifier('amdgpu_hmm_invalidate', (t) => {
      t.lock(dqm)
      t.unlock(dqm)
    })
    m.thread('create-queue', (t) => {
      if (variant === 'alloc-first') t.allocKernel()
      t.lock(dqm)
      switch (variant) {
        case 'kernel':
          t.allocKernel()
          break
        case 'noio':
          t.allocNoio()
          break
        case 'nofs':
          t.allocNofs()
          break
        case 'nofs-scope':
          t.memallocNofsSave()
          t.allocKernel()
          t.memallocNofsRestore()
          break
        case 'noreclaim-scope':
          t.memallocNoreclaimSave()
          t.allocKernel()
          t.memallocNoreclaimRestore()
          break
        default:
      }
      t.unlock(dqm)
    })
    m.thread('other-task', (t) => t.allocKernel())
  },
)
