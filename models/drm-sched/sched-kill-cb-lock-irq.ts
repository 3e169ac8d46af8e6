// SPDX-License-Identifier: Apache-2.0
import { eq, model, type KernelPath } from 'fencecheck'

/**
 * The jobs of a killed entity walk through their dependencies in a fence callback, which runs under a fence lock and
 * with interrupts off. The walk takes the lock of an xarray that tasks take with interrupts on, and puts the callback on
 * the next dependency, whose lock may be the one that is held already. The walk belongs into a work item; all that is
 * left to the callback is to queue it.
 */
export default model(
  'drm-sched/sched-kill-cb-lock-irq',
  {
    summary: 'A fence callback takes a lock that tasks hold with interrupts on, and the lock that it runs under.',
    sources: [
      '"[PATCH v1] drm/sched: fix deadlock in drm_sched_entity_kill_jobs_cb", Pierre-Eric Pelloux-Prayer, 2025-10-29, and its follow-up of 2025-11-04',
      'drivers/gpu/drm/scheduler/sched_entity.c: drm_sched_entity_kill_jobs_cb(), drm_sched_entity_kill_jobs_work(); sched_main.c: drm_sched_job_add_dependency()',
      'drivers/dma-buf/dma-fence.c: dma_fence_signal(), dma_fence_add_callback(); lib/xarray.c: xa_erase()',
    ],
    abstracts: [
      'The callback of the job is on its first dependency at the start; where the xarray lock is the point, that is its only one, and the second fence another one of the same timeline.',
      'One xarray lock stands for those of all jobs, which lockdep cannot tell apart; whether callback and task ever meet on one job is left open, and own-xarray is how they do not.',
      'cross-cpu: the first interrupt goes to another CPU than that of the task.',
      'shared-fence-lock, separate-fence-locks: the xarray lock is taken with interrupts off by all, which mends only the other half.',
    ],
    variants: {
      'same-cpu': { kind: 'deadlock', shape: 'irq', processes: ['add-dependency', 'first-irq'], objects: ['xa_lock'] },
      'cross-cpu': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['add-dependency', 'first-irq', 'second-irq'],
        objects: ['fence_lock', 'xa_lock'],
      },
      'own-xarray': 'holds',
      // Whoever would signal the second fence wants the same lock.
      'shared-fence-lock': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['first-irq', 'second-irq'],
        objects: ['fence_lock', 'second_fence'],
      },
      'separate-fence-locks': 'holds',
      'walk-in-work': 'holds',
    },
  },
  (m, variant) => {
    const xaLock = m.spinlock('xa_lock')
    const taskXaLock = variant === 'own-xarray' ? m.spinlock('other_xa_lock') : xaLock
    const fenceLock = m.spinlock('fence_lock')
    const first = m.fence('first_fence', { published: true, lock: fenceLock })
    const second = m.fence('second_fence', {
      published: true,
      lock: variant === 'separate-fence-locks' ? m.spinlock('second_fence_lock') : fenceLock,
    })
    const finished = m.fence('finished_fence', { published: true })
    const walked = m.flag('dependencies_walked')

    const irqsOff = variant === 'shared-fence-lock' || variant === 'separate-fence-locks'
    const oneDependency = variant === 'same-cpu' || variant === 'cross-cpu' || variant === 'own-xarray'
    const useXarray = (t: KernelPath, lock: typeof xaLock): void => {
      t.at('include/linux/xarray.h: xa_lock()')
      if (irqsOff) t.spinLockIrqsave(lock)
      else t.spinLock(lock)
      t.local('change an entry')
      if (irqsOff) t.spinUnlockIrqrestore(lock)
      else t.spinUnlock(lock)
    }
    const kill = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/scheduler/sched_fence.c: drm_sched_fence_finished()').signal(finished)
    const walk = (t: KernelPath, enoent: () => void): void => {
      useXarray(t, xaLock)
      if (secondCb === undefined) return enoent()
      t.at('drivers/dma-buf/dma-fence.c: dma_fence_add_callback()')
      t.addCallback(second, { callback: secondCb, enoent })
    }
    const killWork = m.workItem(m.workqueue('system_wq'), 'drm_sched_entity_kill_jobs_work', (t) => {
      if (variant !== 'walk-in-work') kill(t)
      else
        t.when(
          eq(walked, 0),
          () => {
            t.set(walked, 1)
            walk(t, () => kill(t))
          },
          () => kill(t),
        )
    })
    const queue = (t: KernelPath): void => t.at('kernel/workqueue.c: queue_work_on()').queueWork(killWork)
    const secondCb = oneDependency ? undefined : m.callback(second, 'kill_jobs_cb_of_second', queue, { added: false })
    m.callback(first, 'kill_jobs_cb_of_first', (t) => {
      if (variant === 'walk-in-work') queue(t)
      else walk(t, () => queue(t))
    })

    for (const [name, fence] of [
      ['first-irq', first],
      ['second-irq', second],
    ] as const) {
      const raised = m.flag(`${name}-raised`, true)
      m.irq(name, (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence), {
        when: raised,
        set: [[raised, 0]],
        ...(variant === 'cross-cpu' && fence === first && { on: [] }),
      })
    }
    m.thread('add-dependency', (t) => {
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_add_dependency()')
      useXarray(t, taskXaLock)
    })
    m.thread('waiter', (t) => t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(finished))
  },
)
