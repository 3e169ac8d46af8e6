// SPDX-License-Identifier: Apache-2.0
import { and, eq, model, not, type KernelPath } from 'fencecheck'

/**
 * After a GPU reset panfrost hands the interrupted jobs to the hardware again, and each of them gets a new fence, which
 * is allocated with reclaim. Reclaim may wait for one of these very jobs, and nobody else will start it. The handler
 * leaves its signalling section for that part, which keeps the annotation quiet and the hazard as it is; only a fence
 * that was allocated beforehand removes it.
 */
export default model(
  'panfrost/panfrost-reset-alloc',
  {
    summary: 'GPU reset leaves its signalling section to allocate; reclaim waits for the job that it is to resubmit.',
    sources: [
      'drivers/gpu/drm/panfrost/panfrost_job.c: panfrost_reset(), panfrost_job_run(), panfrost_fence_create(): two FIXME comments there name the section that is left; by reading 6.18',
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_resubmit_jobs()',
      'preallocated is a construction.',
    ],
    abstracts: [
      'One job, which finishes or hangs once; after the resubmission it finishes.',
      'Whose shrinker waits for the job is left open, it may be another driver.',
      'The fence is the one that others see: the new fence of the hardware only drives it.',
      'The interrupt is threaded in the kernel; here it is not.',
      'The part around stopping the schedulers, outside of the section too, takes locks and is left out.',
    ],
    rules: ['R5', 'R7'],
    variants: {
      'alloc-outside-section': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['reset-work'],
        objects: ['job_finished'],
      },
      'alloc-in-section': { kind: 'deadlock', shape: 'self', processes: ['reset-work'], objects: ['job_finished'] },
      preallocated: 'holds',
    },
  },
  (m, variant) => {
    const file = 'drivers/gpu/drm/panfrost/panfrost_job.c'
    const finished = m.fence('job_finished', { published: true })
    const hung = m.flag('job_hung')
    const resubmitted = m.flag('job_resubmitted')
    const raised = m.flag('irq_raised')
    const masked = m.flag('irq_masked')
    const handling = m.flag('irq_in_progress')
    const wait = (t: KernelPath): void => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(finished)

    m.shrinker('driver_shrinker', wait)
    m.worker('reset-work', (t) => {
      t.idle()
      t.at(`${file}: panfrost_job_timedout()`).await(hung)
      t.at(`${file}: panfrost_reset()`).beginSignalling()
      t.at(`${file}: panfrost_reset()`).set(masked, 1)
      t.at('kernel/irq/manage.c: synchronize_irq()').await(eq(handling, 0))
      t.at('drivers/gpu/drm/panfrost/panfrost_device.c: panfrost_device_reset()').local('reset the GPU')
      if (variant === 'alloc-outside-section') t.at(`${file}: panfrost_reset()`).endSignalling()
      if (variant !== 'preallocated') t.at(`${file}: panfrost_fence_create()`).allocKernel()
      t.at(`${file}: panfrost_job_hw_submit()`).set(resubmitted, 1)
      if (variant === 'alloc-outside-section') t.at(`${file}: panfrost_reset()`).beginSignalling()
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_start()').local('start the schedulers')
      t.at(`${file}: panfrost_job_enable_interrupts()`).set(masked, 0)
      t.at(`${file}: panfrost_reset()`).endSignalling()
    })
    m.hardware('gpu', (t) => {
      t.either({
        'the job finishes': () => {},
        'the job hangs': () => {
          t.set(hung, 1)
          t.idle()
          t.await(resubmitted)
        },
      })
      t.set(raised, 1)
    })
    m.irq(
      'job-irq',
      (t) => {
        t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(finished)
        t.set(handling, 0)
      },
      {
        when: and(raised, not(masked)),
        set: [
          [raised, 0],
          [handling, 1],
        ],
      },
    )
    m.thread('waiter', wait)
    // Memory pressure elsewhere waits for the same job and owes nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
