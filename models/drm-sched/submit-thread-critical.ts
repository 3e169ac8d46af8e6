// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * A submission thread takes queued jobs and hands them to the device under a mutex; it never signals a fence itself.
 * The interrupt that signals comes from the device, though, and the device has nothing to do until this thread has run.
 * Whoever holds the mutex and waits for the fence of a queued job therefore waits for the thread, which waits for the
 * mutex.
 */
export default model(
  'drm-sched/submit-thread-critical',
  {
    summary: 'The thread that feeds the device needs a mutex, whose holder waits for a fence of the device.',
    sources: [
      '"[PATCH 17/25] drm/scheduler: use dma-fence annotations in main thread", Daniel Vetter, 2020-07-07: the thread signals nothing and is on the way to a signal all the same',
      'drivers/dma-buf/dma-fence.c: DOC: fence signalling annotation; read at 6.18.19',
      'Construction: the mutex; no driver is meant.',
    ],
    abstracts: ['One job, whose fence was published when it was queued; dependencies and credits are left out.'],
    rules: ['R10'],
    variants: {
      'push-under-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['submit-kthread', 'wait-under-lock'],
        objects: ['driver_lock', 'job_fence'],
      },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const lock = m.mutex('driver_lock')
    const fence = m.fence('job_fence', { published: true })
    const pushed = m.flag('job_pushed')
    const irqRaised = m.flag('irq_raised')

    m.worker('submit-kthread', (t) => {
      if (variant === 'push-under-lock') t.lock(lock)
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_main() -> run_job()').set(pushed, 1)
      if (variant === 'push-under-lock') t.unlock(lock)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.set(irqRaised, 1)
    })
    m.irq('gpu-irq', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence), {
      when: irqRaised,
      set: [[irqRaised, 0]],
    })
    m.thread('wait-under-lock', (t) => {
      t.lock(lock)
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
      t.unlock(lock)
    })
  },
)
