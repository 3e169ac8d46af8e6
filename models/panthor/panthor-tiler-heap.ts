// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const self = (queue: string) =>
  ({ kind: 'deadlock', shape: 'self', processes: [`${queue}/0`], objects: ['job_fence'] }) as const

/**
 * The tiler runs out of heap in the middle of a job, and the kernel has to find it a new chunk. panthor allocates with
 * reclaim, in a work item on a queue of its own and outside the scheduler lock, and reclaim may wait for that very job:
 * only the job timeout, which kills the job, gets it on. On the queue of the scheduler or under its lock the allocation
 * stops the timeout as well; without reclaim the firmware makes do with the chunks that there are.
 */
export default model(
  'panthor/panthor-tiler-heap',
  {
    summary: 'A running job needs heap memory, and the allocation may wait in reclaim for the job.',
    sources: [
      'drivers/gpu/drm/panthor/panthor_sched.c: group_process_tiler_oom(), queue_timedout_job(), panthor_sched_init() with its comment on the queues; panthor_heap.c: panthor_heap_grow(), panthor_alloc_heap_chunk(); by reading 6.18',
      '"drm/panthor: Fix tiler OOM handling to allow incremental rendering", Antonino Maniscalco, 2024-05-02: without a chunk the firmware flushes what it has',
      'one-ordered-queue, alloc-under-lock and nowait are constructions.',
    ],
    abstracts: [
      'One job, which needs one chunk or none. Whose shrinker waits for the job is left open.',
      'The timeout of the job is a wait with a timeout: nobody may count on it as the way for a healthy job to end.',
      'The queue for the heap has no rescuer; that a worker may have to be made for it is left out, one is there.',
      'The interrupt queues the work itself, where the kernel has a threaded handler and a work item in between.',
    ],
    rules: ['R7', 'R10', 'R12'],
    variants: {
      'one-ordered-queue': self('panthor-csf-sched'),
      'alloc-under-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['panthor-csf-sched/0', 'panthor-heap-alloc/0'],
        objects: ['job_fence', 'sched_lock'],
      },
      'own-queue': { kind: 'masked', shape: 'self', processes: ['panthor-heap-alloc/0'], objects: ['job_fence'] },
      nowait: 'holds',
    },
  },
  (m, variant) => {
    const file = 'drivers/gpu/drm/panthor/panthor_sched.c'
    const jobFence = m.fence('job_fence', { published: true })
    const schedLock = m.mutex('sched_lock')
    const needsChunk = m.flag('irq_pending')
    const answered = m.flag('firmware_answered')
    const terminated = m.flag('group_terminated')
    const queue = m.workqueue('panthor-csf-sched', { ordered: variant === 'one-ordered-queue', memReclaim: true })
    const heapQueue = variant === 'one-ordered-queue' ? queue : m.workqueue('panthor-heap-alloc', { memReclaim: true })
    const wait = (t: KernelPath): void => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(jobFence)

    m.shrinker('driver_shrinker', wait)
    const tilerOom = m.workItem(heapQueue, 'tiler_oom_work', (t) => {
      const lock = (): void => t.at(`${file}: group_process_tiler_oom()`).lock(schedLock)
      if (variant === 'alloc-under-lock') lock()
      t.at('drivers/gpu/drm/panthor/panthor_heap.c: panthor_alloc_heap_chunk()')
      if (variant === 'nowait') t.allocNowait({ enomem: () => t.local('no chunk: incremental rendering') })
      else t.allocKernel({ enomem: () => t.local('no chunk: incremental rendering') })
      if (variant !== 'alloc-under-lock') lock()
      t.at(`${file}: group_process_tiler_oom()`).set(answered, 1)
      t.unlock(schedLock)
    })
    const timeout = m.workItem(queue, 'job_timeout', (t) => {
      t.at(`${file}: queue_timedout_job()`).lock(schedLock)
      t.set(terminated, 1)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
      t.unlock(schedLock)
    })
    m.irq('job-irq', (t) => t.at(`${file}: panthor_sched_report_fw_events()`).queueWork(tilerOom), {
      when: needsChunk,
      set: [[needsChunk, 0]],
    })
    m.hardware('firmware', (t) => {
      t.either({
        'the heap suffices': () => {},
        'a chunk is needed': () => {
          t.set(needsChunk, 1)
          t.idle()
          t.await(answered)
        },
      })
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(jobFence)
    })
    m.worker('job-timer', (t) => {
      t.idle()
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_start_timeout()').waitTimeout(jobFence, {
        timeout: () => t.queueWork(timeout),
      })
    })
    m.thread('waiter', wait)
    // Memory pressure elsewhere waits for the same job and owes nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
