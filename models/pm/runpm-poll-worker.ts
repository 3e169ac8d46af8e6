// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * While a GPU is awake, a work item polls its connectors, and the probe of a connector makes sure that the GPU is awake.
 * Runtime suspend cancels the work item and waits for it to finish; the work item, already running, waits for the suspend
 * to finish before it resumes the GPU. The work item exists only while the GPU is awake, and so need not ask.
 */
export default model(
  'pm/runpm-poll-worker',
  {
    summary: 'Runtime suspend waits for the polling worker, which waits for the suspend to be over.',
    sources: [
      '"drm/amdgpu: Fix deadlock on runtime suspend", "drm/radeon: Fix deadlock on runtime suspend", Lukas Wunner, 2018-02-11, with drm_kms_helper_is_poll_worker()',
      'drivers/gpu/drm/radeon/radeon_connectors.c: radeon_lvds_detect() and its like; drivers/gpu/drm/amd/amdgpu/amdgpu_connectors.c likewise',
      'drivers/gpu/drm/drm_probe_helper.c: output_poll_execute(), drm_kms_helper_poll_disable(), drm_kms_helper_poll_enable()',
      'drivers/base/power/runtime.c: rpm_suspend(), rpm_resume()',
    ],
    abstracts: [
      'The work is queued once at every resume: it does not queue itself again, and its delay is left out.',
      'An ioctl probes twice; in between the device may be suspended.',
    ],
    variants: {
      'resume-in-poll-worker': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['events/0', 'pm_wq'],
        objects: ['device', 'output_poll_work'],
      },
      'no-resume-in-poll-worker': 'holds',
    },
  },
  (m, variant) => {
    const device = m.runtimePm('device', { suspended: true })
    const powered = m.flag('powered')
    const events = m.workqueue('events')
    const probe = (t: KernelPath, getsSync: boolean): void => {
      if (getsSync) t.at('drivers/base/power/runtime.c: __pm_runtime_resume()').pmRuntimeGetSync(device)
      t.assert(powered, 'a connector of a device without power is probed')
      if (getsSync) t.at('include/linux/pm_runtime.h: pm_runtime_put_autosuspend()').pmRuntimePut(device)
    }
    const poll = m.workItem(events, 'output_poll_work', (t) => probe(t, variant === 'resume-in-poll-worker'))

    m.runtimeResume(device, 'runtime_resume', (t) => {
      t.set(powered, 1)
      t.at('drivers/gpu/drm/drm_probe_helper.c: drm_kms_helper_poll_enable()').queueWork(poll)
    })
    m.runtimeSuspend(device, 'runtime_suspend', (t) => {
      t.at('drivers/gpu/drm/drm_probe_helper.c: drm_kms_helper_poll_disable()').cancelWorkSync(poll)
      t.set(powered, 0)
    })
    m.pmWorker('pm_wq', [device])
    m.thread('ioctl', (t) => t.repeat(2, () => probe(t, true)))
  },
)
