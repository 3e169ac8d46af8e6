// SPDX-License-Identifier: Apache-2.0
import { model, or } from 'fencecheck'

/**
 * A job that may take recoverable page faults and a job with a completion fence share an execution unit. While the first
 * one waits for its fault it keeps the unit, so that the fence waits for the fault handler, and that allocates: reclaim
 * may wait for the fence. Faulting jobs therefore leave the units before a fence job may come, which must not take their
 * fault being resolved, and come back only when the fence jobs are done.
 */
export default model(
  'compute/gpu-fault-and-fence-job',
  {
    summary: 'A fence job waits for a unit that a faulting job keeps, and the fault handler reclaims.',
    sources: [
      'Documentation/driver-api/dma-buf.rst: "Recoverable Hardware Page Faults Implications"',
      'drivers/gpu/drm/xe/xe_hw_engine_group.c: xe_hw_engine_group_get_mode(), xe_hw_engine_group_suspend_faulting_lr_jobs(), hw_engine_group_resume_lr_jobs_func(); read at 6.18.19',
      'drivers/gpu/drm/xe/xe_exec.c: xe_exec_ioctl(); xe_gt_pagefault.c: pf_queue_work_func(); read at 6.18',
      'All variants but mode-switch are constructions.',
    ],
    abstracts: [
      'One unit, one faulting job with one fault, one fence job; the unit is a mutex that belongs to the hardware.',
      'Whose shrinker waits for the fence is left open.',
      'A job that has ended counts as suspended. The resume worker takes the mode for writing at once.',
      'Where the fence is published first, that is done under the mode semaphore, before the faulting job is off the unit; xe does it after.',
    ],
    rules: ['R26'],
    variants: {
      'no-preemption': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['fault-handler', 'faulting-job', 'fence-job'],
        objects: ['job_fence', 'unit'],
      },
      'mode-switch': 'holds',
      'mode-switch-publish-first': 'holds',
      'suspend-needs-fault': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['exec', 'fault-handler', 'faulting-job'],
        objects: ['job_fence'],
      },
      'suspend-needs-fault-publish-later': 'holds',
    },
  },
  (m, variant) => {
    const unit = m.mutex('unit')
    const modeSem = m.rwsem('mode_sem')
    const resv = m.resv('bo_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const fence = m.fence('job_fence')
    const pushed = m.flag('fence_job_pushed')
    const faulted = m.flag('fault_raised')
    const resolved = m.flag('fault_resolved')
    const suspend = m.flag('suspend_requested')
    const suspended = m.flag('suspended')
    const resume = m.flag('resume_requested')
    const ended = m.flag('faulting_job_ended')
    const switches = variant !== 'no-preemption'
    const needsFault = variant === 'suspend-needs-fault' || variant === 'suspend-needs-fault-publish-later'
    const publishFirst = variant === 'mode-switch-publish-first' || variant === 'suspend-needs-fault'
    const resumeWq = m.workqueue('resume_wq')
    const resumeWork = switches
      ? m.workItem(resumeWq, 'resume_work', (t) => {
          t.at('drivers/gpu/drm/xe/xe_hw_engine_group.c: xe_hw_engine_group_get_mode()').downWrite(modeSem)
          t.at('drivers/gpu/drm/xe/xe_hw_engine_group.c: xe_hw_engine_group_wait_for_dma_fence_jobs()').wait(fence)
          t.set(resume, 1)
          t.upWrite(modeSem)
        })
      : undefined

    m.shrinker('driver_shrinker', (t) => t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(resv))

    m.thread('exec', (t) => {
      const publish = (): void => {
        t.wwLockPlain(resv)
        t.reserveFences(resv)
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(resv, { fence, usage: 4 })
        t.wwUnlock(resv)
      }
      if (resumeWork !== undefined) {
        t.at('drivers/gpu/drm/xe/xe_hw_engine_group.c: xe_hw_engine_group_get_mode()').downWrite(modeSem)
        if (publishFirst) publish()
        t.set(suspend, 1)
        t.at('drivers/gpu/drm/xe/xe_hw_engine_group.c: xe_hw_engine_group_suspend_faulting_lr_jobs()')
        t.await(or(suspended, ended))
        t.queueWork(resumeWork)
        t.downgradeWrite(modeSem)
      }
      if (!publishFirst) publish()
      t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      if (switches) t.at('drivers/gpu/drm/xe/xe_hw_engine_group.c: xe_hw_engine_group_put()').upRead(modeSem)
    })
    m.hardware('faulting-job', (t) => {
      const resolve = (): void => t.await(resolved)
      const leave = (): void => {
        t.await(suspend)
        t.unlock(unit)
        t.set(suspended, 1)
        t.await(resume)
        t.lock(unit)
        t.await(resolved)
      }
      t.lock(unit)
      t.set(faulted, 1)
      if (switches && !needsFault) t.select({ 'fault resolved': resolve, suspended: leave })
      else resolve()
      t.unlock(unit)
      t.set(ended, 1)
    })
    m.hardware('fence-job', (t) => {
      t.idle()
      t.await(pushed)
      t.lock(unit)
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
      t.unlock(unit)
    })
    m.worker('fault-handler', (t) => {
      t.idle()
      t.await(faulted)
      t.at('drivers/gpu/drm/xe/xe_gt_pagefault.c: pf_queue_work_func()').allocKernel()
      t.set(resolved, 1)
    })
  },
)
