// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const itself = { kind: 'deadlock', shape: 'self', processes: ['run-job'], objects: ['job_fence'] } as const

/**
 * Somebody repairs an allocation on the path to a signal with GFP_NOFS or GFP_NOIO. Those flags keep file systems and
 * block devices out of reclaim, but mapped pages are still reclaimed, and that runs mmu notifiers, which wait for
 * fences. The job's own fence is already in the reservation of a userptr buffer, so run_job waits for itself.
 */
export default model(
  'reclaim/nofs-in-section',
  {
    summary: 'run_job allocates with GFP_NOFS; an mmu notifier inside reclaim waits for the fence of that very job.',
    sources: [
      'drivers/dma-buf/dma-fence.c: DOC: fence cross-driver contract; read at 6.18.19',
      'mm/page_alloc.c: fs_reclaim_acquire(), since "mm: track mmu notifiers in fs_reclaim_acquire/release"',
      'thread "dma-fence annotations", Daniel Vetter, 2020',
    ],
    abstracts: ['The fence was published at submission; the hardware starts when run_job has pushed the job.'],
    switches: { notifiers: ['on', 'off'] },
    rules: ['R8'],
    variants: {
      nofs: { when: { 'notifiers=on': itself, 'notifiers=off': 'holds' } },
      noio: { when: { 'notifiers=on': itself, 'notifiers=off': 'holds' } },
      nowait: 'holds',
    },
  },
  (m, variant) => {
    const fence = m.fence('job_fence', { published: true })
    const pushed = m.flag('pushed')
    m.mmuNotifier('userptr_invalidate', (t) => t.wait(fence))
    m.worker('run-job', (t) => {
      t.beginSignalling()
      if (variant === 'noio') t.allocNoio()
      else if (variant === 'nowait') {
        t.allocNowait({
          enomem: () => {
            t.signal(fence)
            t.endSignalling()
            t.end()
          },
        })
      } else t.allocNofs()
      t.set(pushed, 1)
      t.endSignalling()
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.signal(fence)
    })
    m.thread('waiter', (t) => t.wait(fence))
    // Memory pressure elsewhere waits for the same fence and owes nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
