// SPDX-License-Identifier: Apache-2.0
import { field, model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * A mempool lets the scheduler allocate after a fence has been published, if its reserve is large enough: where a job
 * takes two elements one after the other, two queues can each get one of a reserve of two and wait for the other's. The
 * allocation must not reclaim either, which mempool_alloc() does as soon as the reserve is used up; one that cannot
 * sleep answers NULL instead and needs somebody to try again. Taking everything that a job needs as one element, in the
 * ioctl, makes a reserve of one enough.
 */
export default model(
  'drm-sched/sched-mempool-min',
  {
    summary:
      'Jobs that need two elements of a mempool each, between publication and push: how large a reserve is enough.',
    sources: [
      'thread "[PATCH 04/18] dma-fence: prime lockdep annotations", Daniel Vetter and Thomas Hellström, 2020-06-11 (a mempool for the allocations of the scheduler)',
      'mm/mempool.c: mempool_alloc_noprof(), mempool_free(); read at 6.18.19',
      'Construction: the scheduler has no mempool; run_job as such a driver would write it.',
    ],
    abstracts: [
      'One job a queue; but for one-element-per-job it is published and queued from the start. Memory is short or not at each allocation anew; what is taken while it is not need not be given back.',
      'Variants without kernel or nowait allocate in a memalloc_noreclaim scope: such an allocation waits for an element but never reclaims.',
      'The shrinker waits for the first job alone: reclaim finds a buffer of that job.',
      'Another task takes an element of the pool for a moment, which moves no bound but makes any reserve run out.',
      'nowait-retry-2 and nowait-retry-3 give back what they have, and run again when the other job completes.',
    ],
    rules: {
      'reserve-1-one-queue': ['R1'],
      'reserve-2': ['R12'],
      'kernel-reserve-3': ['R7'],
      'kernel-reserve-4': ['R7'],
      'nowait-dropped': ['R3'],
      'nowait-retry-2': ['R1'],
    },
    variants: {
      'reserve-1-one-queue': { kind: 'deadlock', shape: 'self', processes: ['run-job-1'], objects: ['job_pool'] },
      'reserve-2': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['run-job-1', 'run-job-2'],
        objects: ['job_pool'],
      },
      'reserve-3': 'holds',
      'kernel-reserve-3': { kind: 'deadlock', shape: 'self', processes: ['run-job-1'], objects: ['job1_fence'] },
      'kernel-reserve-4': { kind: 'deadlock', shape: 'self', processes: ['run-job-1'], objects: ['job1_fence'] },
      'nowait-dropped': { kind: 'unsignalled-fence', processes: ['waiter'], objects: ['job1_fence'] },
      'nowait-retry-2': { kind: 'unsignalled-fence', processes: ['waiter'], objects: ['job1_fence'] },
      'nowait-retry-3': 'holds',
      'one-element-per-job': 'holds',
    },
  },
  (m, variant) => {
    const reserves = {
      'reserve-1-one-queue': 1,
      'reserve-2': 2,
      'reserve-3': 3,
      'kernel-reserve-3': 3,
      'kernel-reserve-4': 4,
      'nowait-dropped': 2,
      'nowait-retry-2': 2,
      'nowait-retry-3': 3,
      'one-element-per-job': 1,
    }
    const min = reserves[variant]
    const kernel = variant.startsWith('kernel')
    const nowait = variant.startsWith('nowait')
    const inIoctl = variant === 'one-element-per-job'
    const pool = m.mempool('job_pool', { min })
    const jobs = (variant === 'reserve-1-one-queue' ? [1] : [1, 2]).map((i) => ({
      i,
      fence: m.fence(`job${i}_fence`, { published: !inIoctl }),
      queued: m.flag(`job${i}_queued`, !inIoctl),
      pushed: m.flag(`job${i}_pushed`),
      again: m.flag(`run_job${i}_again`),
    }))
    const [{ fence: firstFence }] = jobs as [(typeof jobs)[0]]

    const wait = (t: KernelPath, fence: ObjectHandle<'fence'>): void =>
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').wait(fence)
    m.shrinker('driver_shrinker', (t) => {
      if (inIoctl) t.when(field(firstFence, 'published'), () => wait(t, firstFence))
      else wait(t, firstFence)
    })

    const takeTwo = (t: KernelPath, { again }: (typeof jobs)[0]): void => {
      if (nowait) {
        const start = t.label()
        const fail = (): void => {
          if (variant === 'nowait-dropped') t.end()
          else {
            t.idle()
            t.step({ when: again, set: [[again, 0]], label: 'the work is queued again' })
            t.goto(start)
          }
        }
        t.mempoolAllocNowait(pool, {
          enomem: variant === 'nowait-retry-3' ? () => t.unreachable('there is one for each') : fail,
        })
        t.mempoolAllocNowait(pool, {
          enomem: () => {
            t.mempoolFree(pool)
            fail()
          },
        })
        return
      }
      if (!kernel) t.memallocNoreclaimSave()
      t.mempoolAlloc(pool)
      t.mempoolAlloc(pool)
      if (!kernel) t.memallocNoreclaimRestore()
    }

    for (const job of jobs) {
      const { i, fence, queued, pushed } = job
      if (inIoctl)
        m.thread(`submit-ioctl-${i}`, (t) => {
          t.mempoolAlloc(pool)
          t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_arm()').publish(fence)
          t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(queued, 1)
        })
      m.worker(`run-job-${i}`, (t) => {
        t.idle()
        t.await(queued)
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_run_job_work() -> run_job()')
        if (!inIoctl) takeTwo(t, job)
        t.set(pushed, 1)
      })
      m.hardware(`ring-${i}`, (t) => {
        t.idle()
        t.await(pushed)
        t.signal(fence)
        t.repeat(inIoctl ? 1 : 2, () => t.mempoolFree(pool))
        if (variant.startsWith('nowait-retry')) for (const { again } of jobs.filter((j) => j !== job)) t.set(again, 1)
      })
    }
    m.thread('waiter', (t) => {
      for (const { fence } of jobs) t.wait(fence)
    })
    // Memory pressure elsewhere waits for the first job and owes nothing.
    m.thread('other-task', (t) => {
      if (nowait) t.allocKernel()
      else {
        t.mempoolAlloc(pool)
        t.mempoolFree(pool)
      }
    })
  },
)
