// SPDX-License-Identifier: Apache-2.0
import { add, eq, field, model, sub } from 'fencecheck'

const claim = { kind: 'assertion', processes: ['cs-ioctl'], objects: [] } as const

/**
 * Arming a scheduler job gives its fences their sequence numbers, and from then on the job has to be pushed, whatever
 * happens. The submission of amdgpu can still fail between the two: when memory for a dependency is short, and when a
 * userptr has been invalidated and the ioctl is to be retried. As long as nothing is visible yet, nobody hangs; if the
 * fences were in the reservation already, they would never be signalled.
 */
export default model(
  'drm-sched/sched-arm-without-push',
  {
    summary: 'An ioctl fails between arming its jobs and pushing them.',
    sources: [
      'drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit(), against the kernel-doc of drm_sched_job_arm() in drivers/gpu/drm/scheduler/sched_main.c; by reading 6.18, nothing observed',
      'The variant publish-before-retry is a construction.',
    ],
    abstracts: [
      'Two jobs of a gang on two rings; the leader runs when the other one has been scheduled, which is one step here.',
      'The rule of the scheduler is a claim at the end of the ioctl, which apiRule=unchecked leaves out to see what comes of the fences.',
      'Sequence numbers are not modelled, so that the gap which an armed job leaves in its context is not judged.',
      'Whether the jobs are armed is a counter; a userptr is invalidated, or not, by nobody known.',
    ],
    switches: { apiRule: ['checked', 'unchecked'] },
    rules: { 'publish-before-retry': ['R3'] },
    variants: {
      'error-after-arm': { when: { 'apiRule=checked': claim, 'apiRule=unchecked': 'holds' } },
      'publish-before-retry': {
        when: {
          'apiRule=checked': claim,
          'apiRule=unchecked': {
            kind: 'unsignalled-fence',
            processes: ['waiter'],
            objects: ['leader_finished'],
          },
        },
      },
      'arm-after-checks': 'holds',
    },
  },
  (m, variant, _, { apiRule }) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const notifierLock = m.mutex('notifier_lock')
    const fences = [m.fence('leader_finished'), m.fence('member_finished')] as const
    const [leaderQueued, memberQueued] = [m.flag('leader_queued'), m.flag('member_queued')]
    const memberScheduled = m.flag('member_scheduled')
    const armed = m.int('jobs_armed', { max: 2 })

    m.thread('cs-ioctl', (t) => {
      const amdgpuCs = 'drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_submit()'
      const arm = (): void => {
        for (const _ of fences)
          t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_arm()').set(armed, add(armed, 1))
      }
      const leave = (): void => {
        t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_cs_parser_fini()').wwUnlock(bo)
        if (apiRule === 'checked') t.assert(eq(armed, 0), 'every armed job has been pushed')
        t.end()
      }
      const addDependency = (): void =>
        t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_add_dependency()').allocKernel({ enomem: leave })
      const publish = (): void => {
        for (const fence of fences)
          t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence, usage: 2 })
      }
      const retry = (): void =>
        t.either({
          'userptr is valid': () => {},
          'userptr was invalidated': () => {
            t.unlock(notifierLock)
            leave()
          },
        })

      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.reserveFences(bo, { count: 2 })
      if (variant !== 'arm-after-checks') arm()
      addDependency()
      t.at(amdgpuCs).lock(notifierLock)
      if (variant === 'publish-before-retry') publish()
      retry()
      if (variant === 'arm-after-checks') arm()
      if (variant !== 'publish-before-retry') publish()
      for (const queued of [leaderQueued, memberQueued]) {
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()')
        t.step({
          set: [
            [queued, 1],
            [armed, sub(armed, 1)],
          ],
        })
      }
      t.unlock(notifierLock)
      leave()
    })
    m.hardware('leader-ring', (t) => {
      t.idle()
      t.await(leaderQueued)
      t.await(memberScheduled)
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(fences[0])
    })
    m.hardware('member-ring', (t) => {
      t.idle()
      t.await(memberQueued)
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_scheduled()').set(memberScheduled, 1)
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(fences[1])
    })
    m.thread('waiter', (t) => {
      for (const fence of fences) {
        t.idle()
        t.await(field(fence, 'published'))
        t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(fence)
      }
    })
    m.thread('invalidate', (t) => {
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx()').lock(notifierLock)
      t.unlock(notifierLock)
    })
  },
)
