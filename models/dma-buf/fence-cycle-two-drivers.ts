// SPDX-License-Identifier: Apache-2.0
import { field, model, not, or } from 'fencecheck'

/**
 * A render job writes one shared buffer and reads another, a video job the other way round, and each driver publishes
 * the fence of its job in the buffer it writes before it collects the fences of the buffer it reads. If both publish
 * before either collects, each engine is told to wait for the other: no thread blocks and no lock is held, the cycle
 * is among fences alone. With both reservations locked from collecting to publishing, one of the two jobs comes first.
 */
export default model(
  'dma-buf/fence-cycle-two-drivers',
  {
    summary:
      'Two drivers publish the fences of their jobs before they collect dependencies; the jobs wait for each other.',
    sources: [
      'drivers/dma-buf/dma-resv.c: dma_resv_add_fence(), dma_resv_lock(); read at 6.18.19',
      'drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_arm(), drm_sched_job_add_implicit_dependencies(); sched_entity.c: drm_sched_entity_push_job(); read at 6.18.19',
      'Constructed from two rules of the contract: dependencies are collected before arming, and several reservations are locked with one ticket.',
    ],
    abstracts: [
      'A reservation is a plain mutex, and both drivers lock the two in one order, where the kernel has a ww_mutex and a ticket.',
      'What a job depends on is one flag: whether the other fence was in the buffer at the moment of collecting.',
      'Each driver submits one job.',
    ],
    rules: ['R32'],
    variants: {
      'publish-first': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['render-engine', 'video-engine'],
        objects: ['render_fence', 'video_fence'],
      },
      'lock-both': 'holds',
    },
  },
  (m, variant) => {
    const reservations = [m.mutex('render_bo.resv'), m.mutex('video_bo.resv')] as const
    const fences = [m.fence('render_fence'), m.fence('video_fence')] as const
    const driver = (name: string, mine: 0 | 1, other: 0 | 1): void => {
      const fence = fences[mine]
      const depends = m.flag(`${name}_job_depends`)
      const pushed = m.flag(`${name}_job_pushed`)
      m.thread(`${name}-submit`, (t) => {
        const arm = (): void => t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_arm()').local('arm the job')
        const publish = (): void => t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').publish(fence)
        const collect = (): void =>
          t
            .at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_add_implicit_dependencies()')
            .set(depends, field(fences[other], 'published'))
        const lock = (which: 0 | 1): void => t.at('include/linux/dma-resv.h: dma_resv_lock()').lock(reservations[which])
        const unlock = (which: 0 | 1): void =>
          t.at('include/linux/dma-resv.h: dma_resv_unlock()').unlock(reservations[which])
        if (variant === 'publish-first') {
          lock(mine)
          arm()
          publish()
          unlock(mine)
          lock(other)
          collect()
          unlock(other)
        } else {
          lock(0)
          lock(1)
          collect()
          arm()
          publish()
          unlock(1)
          unlock(0)
        }
        t.at('drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_push_job()').set(pushed, 1)
      })
      m.hardware(`${name}-engine`, (t) => {
        t.idle()
        t.await(pushed)
        t.step({ when: or(not(depends), field(fences[other], 'signalled')), label: 'wait for the dependencies' })
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
      })
    }
    driver('render', 0, 1)
    driver('video', 1, 0)
  },
)
