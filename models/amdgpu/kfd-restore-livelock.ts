// SPDX-License-Identifier: Apache-2.0
import { model, type ObjectHandle } from 'fencecheck'

/**
 * After an eviction a work item brings the buffers of a compute process back into video memory: it reserves them all,
 * and what does not fit is made room for by moving out those of another process, if nobody has them reserved. Two such
 * work items at the same time can each have reserved what the other wants to move out; both fail, drop everything and
 * try again later, and nothing keeps them from meeting again. On one ordered queue they run one after the other.
 */
export default model(
  'amdgpu/kfd-restore-livelock',
  {
    summary: 'Two works that restore evicted processes each reserve what the other must move out, fail, and try again.',
    sources: [
      '"drm/amdkfd: Use ordered workqueue to restore processes", Felix Kuehling, 2018-03-23',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_amdkfd_gpuvm.c: amdgpu_amdkfd_gpuvm_restore_process_bos(); drivers/gpu/drm/amd/amdkfd/kfd_process.c: restore_process_worker(), kfd_process_create_wq(); read in several forms',
      'drivers/gpu/drm/ttm/ttm_bo.c: ttm_mem_evict_first() of 2018, which only tries the reservation of what it moves out',
      'Construction: the steps; the commit says that restores at the same time can keep each other from finishing.',
    ],
    abstracts: [
      'One reservation stands for all buffers of a process, some of which are in video memory and some are not; there is room for all of one process and some of the other.',
      'A work that fails queues itself again after a delay, and rests until then: here it goes round inside one run, so that what is asked is whether the process is ever restored.',
      'In ordered-queue too a work that fails would be queued behind the other; but none fails.',
      'Each process is restored once. That it is evicted again by the other one, as long as both do not fit, is left out; so are the eviction fences, which have signalled when a restore begins.',
      'Since 2019 whoever finds nothing else to move out waits for a reserved buffer with its ticket; that is left out.',
    ],
    variants: {
      'concurrent-works': { kind: 'no-forward-progress', processes: ['system_wq/0'], objects: ['p1_bos'] },
      'ordered-queue': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const p1 = m.resv('p1_bos', { class: K })
    const p2 = m.resv('p2_bos', { class: K })
    const restoreBos = 'drivers/gpu/drm/amd/amdgpu/amdgpu_amdkfd_gpuvm.c: amdgpu_amdkfd_gpuvm_restore_process_bos()'
    const isOrdered = variant === 'ordered-queue'
    const queue = isOrdered ? m.workqueue('kfd_restore_wq', { ordered: true }) : m.workqueue('system_wq')

    const restoreWork = (name: string, own: ObjectHandle<'resv'>, other: ObjectHandle<'resv'>) =>
      m.workItem(queue, name, (t) =>
        t.loop(() => {
          const unreserve = (): void => {
            t.wwUnlock(own)
            t.wwAcquireFini(K)
          }
          t.at(restoreBos).wwAcquireInit(K)
          t.at('drivers/gpu/drm/ttm/ttm_execbuf_util.c: ttm_eu_reserve_buffers()')
          t.wwLock(own, { edeadlk: () => t.unreachable('a first lock never backs off') })
          t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_mem_evict_first()').wwTrylockPlain(other, {
            got: () => {},
            missed: () => {
              if (isOrdered) return t.unreachable('works of an ordered queue run one at a time')
              unreserve()
              t.at('drivers/gpu/drm/amd/amdkfd/kfd_process.c: restore_process_worker()').local(
                'try again after a delay',
              )
              t.continue()
            },
          })
          t.local('move out buffers of the other process')
          t.wwUnlock(other)
          t.local('move in the own ones')
          unreserve()
          t.break()
        }),
      )
    const works = [restoreWork('restore_p1', p1, p2), restoreWork('restore_p2', p2, p1)]
    m.thread('evict', (t) => {
      for (const work of works) t.at('drivers/gpu/drm/amd/amdkfd/kfd_process.c: evict_process_worker()').queueWork(work)
    })
  },
)
