// SPDX-License-Identifier: Apache-2.0
import { and, eq, field, model, or } from 'fencecheck'

/**
 * The jobs of a gang run on several rings at the same time or not at all, and each of them needs one of a few VM ids
 * first. With two ids and two gangs of two, each gang may get one and wait for the other, and an id comes back only when
 * a whole gang is done. Which gang is next has to be decided before any of its jobs takes an id: then no other competes.
 */
export default model(
  'amdgpu/amdgpu-gang-vmid',
  {
    summary: 'Two gangs hold one VM id each and wait for a second one.',
    sources: [
      '"drm/amdgpu: handle gang submit before VMID", Christian König, 2022-11-18, fixes 68ce8b242242',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_job.c: amdgpu_job_prepare_job(); amdgpu_ids.c: amdgpu_vmid_grab(); amdgpu_device.c: amdgpu_device_switch_gang()',
    ],
    abstracts: [
      'VM ids are a counter. Taking one is a wait, where the kernel answers with a fence that the scheduler waits for.',
      'The two jobs of a gang take their ids one after the other.',
      'The switch to another gang waits until the current one is done.',
      'Reuse of an id that the same process already has is left out.',
    ],
    variants: {
      'vmid-first': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['gang-1', 'gang-2'],
        objects: ['free_vmids'],
      },
      'three-vmids': 'holds',
      'gang-first': 'holds',
    },
  },
  (m, variant) => {
    const vmids = m.semaphore('free_vmids', { count: variant === 'three-vmids' ? 3 : 2 })
    const current = m.int('current_gang', { max: 2 })
    const fences = [m.fence('gang1_finished', { published: true }), m.fence('gang2_finished', { published: true })]
    const started = [m.flag('gang1_started'), m.flag('gang2_started')] as const
    for (const gang of [0, 1] as const) {
      m.worker(`gang-${gang + 1}`, (t) => {
        if (variant === 'gang-first')
          t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_device.c: amdgpu_device_switch_gang()').step({
            when: or(eq(current, 0), and(eq(current, 2 - gang), field(fences[1 - gang]!, 'signalled'))),
            set: [[current, gang + 1]],
          })
        t.repeat(2, () => t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_ids.c: amdgpu_vmid_grab()').down(vmids))
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_job.c: amdgpu_job_run()').set(started[gang], 1)
      })
      m.hardware(`rings-of-gang-${gang + 1}`, (t) => {
        t.idle()
        t.await(started[gang])
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_fence.c: amdgpu_fence_process()').signal(fences[gang]!)
        t.repeat(2, () => t.up(vmids))
      })
    }
    m.thread('waiter', (t) => {
      for (const fence of fences) t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
    })
  },
)
