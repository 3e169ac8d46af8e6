// SPDX-License-Identifier: Apache-2.0
import { eq, model } from 'fencecheck'

/**
 * A GPU with several job slots has a scheduler and a timeout work for each, but only one reset for all. Every timeout work
 * first makes sure that the others are not under way, by cancelling them and waiting: two that run at once wait for each
 * other, and without the waiting they reset the GPU under each other's feet. On one ordered queue the second is still
 * pending while the first runs, and is simply removed.
 */
export default model(
  'drm-sched/sched-tdr-several-queues',
  {
    summary: 'Timeout works of several schedulers with one reset cancel each other, and each waits for the other.',
    sources: [
      '"drm/sched: Allow using a dedicated workqueue for the timeout/fault tdr", Boris Brezillon, 2021-06-30: handlers of queues that share a reset must not run in parallel; the cancel steps are reconstructed',
      'drivers/gpu/drm/panfrost/panfrost_job.c: panfrost_reset(), panfrost_job_timedout(); drivers/gpu/drm/scheduler/sched_main.c: drm_sched_stop(), drm_sched_start()',
      'kernel/workqueue.c: __cancel_work_sync()',
    ],
    abstracts: [
      'Two job slots where the GPU has three; each job finishes or hangs.',
      'The reset completes the jobs of both slots; resubmission is left out.',
      'A delayed work whose timer has expired: cancelling one whose timer is still running is no different from cancelling a pending one.',
    ],
    rules: ['R12'],
    variants: {
      'cancel-each-other': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['timeout_wq/0', 'timeout_wq/1'],
        objects: ['work_tdr_0', 'work_tdr_1'],
      },
      'cancel-itself': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['timeout_wq/0'],
        objects: ['work_tdr_0'],
      },
      'parallel-reset': { kind: 'assertion', processes: ['timeout_wq/0'], objects: [] },
      'ordered-queue': 'holds',
    },
  },
  (m, variant) => {
    const at = 'drivers/gpu/drm/panfrost/panfrost_job.c: panfrost_reset()'
    const jobs = [m.fence('job_fence_0', { published: true }), m.fence('job_fence_1', { published: true })] as const
    const resetting = m.flag('reset_under_way')
    const queue = m.workqueue('timeout_wq', { ordered: variant === 'ordered-queue', memReclaim: true })
    const tdr = ([0, 1] as const).map((slot) =>
      m.workItem(queue, `work_tdr_${slot}`, (t) => {
        if (variant === 'cancel-itself') t.at(at).cancelWorkSync(tdr[slot]!)
        if (variant !== 'parallel-reset') t.at(at).cancelWorkSync(tdr[1 - slot]!)
        t.assert(eq(resetting, 0), 'the GPU is reset and its schedulers are restarted while another reset is under way')
        t.at(at).set(resetting, 1)
        for (const job of jobs) t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(job)
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_start()').set(resetting, 0)
      }),
    )
    for (const slot of [0, 1] as const)
      m.hardware(`slot-${slot}`, (t) =>
        t.either({
          'the job finishes': () => t.signal(jobs[slot]),
          'the job hangs': () =>
            t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_fault()').queueWork(tdr[slot]!),
        }),
      )
    m.thread('waiter', (t) => {
      for (const job of jobs) t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(job)
    })
  },
)
