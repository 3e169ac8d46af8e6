// SPDX-License-Identifier: Apache-2.0
import { model, not } from 'fencecheck'

/**
 * The userptr notifier runs inside reclaim, queues the unbinding of an object and waits for it. If no worker is idle,
 * one has to be made, which takes memory, and there may be none before this reclaim is done; or the making reclaims too
 * and waits for the very item that it is meant to run. A queue with WQ_MEM_RECLAIM has a rescuer, one thread made in
 * advance, and an item that waits for a second one of the same queue is too much for it.
 */
export default model(
  'i915/i915-userptr-wq-rescuer',
  {
    summary: 'Reclaim waits for a work item that may need a new worker, and so memory.',
    sources: [
      '21cc6431e0c2 "drm/i915: Mark the userptr invalidate workqueue as WQ_MEM_RECLAIM", Chris Wilson, 2017-11-14',
      '"drm/i915: Preallocate our mmu notifier workequeu to unbreak cpu hotplug deadlock", Daniel Vetter, 2017-10-09',
      'kernel/workqueue.c: maybe_create_worker(), rescuer_thread(), check_flush_dependency(); read at 6.18.19',
      'Construction: maker-reclaims and second-item.',
    ],
    abstracts: [
      'One userptr object. The first reclaim has isolated its only page, so that another one does not come upon it; in maker-reclaims and rescuer it has more pages.',
      'With memory=short nobody can rely on a new worker being made; with memory=ample it is made, once the reclaim of its maker is over.',
    ],
    switches: { memory: ['short', 'ample'] },
    rules: ['R12'],
    variants: {
      'no-rescuer': {
        when: {
          'memory=short': { kind: 'deadlock', processes: ['reclaim'], objects: ['unbind'] },
          'memory=ample': 'holds',
        },
      },
      'maker-reclaims': { kind: 'deadlock', shape: 'self', processes: ['i915-userptr/0'], objects: ['unbind'] },
      rescuer: 'holds',
      'second-item': {
        when: {
          'memory=short': { kind: 'deadlock', shape: 'self', processes: ['i915-userptr/0'], objects: ['put_pages'] },
          'memory=ample': 'holds',
        },
      },
    },
  },
  (m, variant) => {
    const queue = m.workqueue('i915-userptr', {
      memReclaim: variant === 'rescuer' || variant === 'second-item',
    })
    const isolated = m.flag('page_isolated')
    const manyPages = variant === 'maker-reclaims' || variant === 'rescuer'

    const putPages =
      variant === 'second-item' ? m.workItem(queue, 'put_pages', (t) => t.local('put the pages')) : undefined
    const unbind = m.workItem(queue, 'unbind', (t) => {
      t.local('unbind the object')
      if (putPages === undefined) t.local('put the pages')
      else {
        t.queueWork(putPages)
        t.flushWork(putPages)
      }
    })

    m.mmuNotifier('userptr_invalidate', (t) => {
      const at = 'drivers/gpu/drm/i915/i915_gem_userptr.c: i915_gem_userptr_mn_invalidate_range_start()'
      const invalidate = (): void => {
        t.at(at).queueWork(unbind)
        t.at(at).flushWork(unbind)
      }
      if (manyPages) invalidate()
      else
        t.select({
          'finds the page': () => {
            t.at('mm/vmscan.c: isolate_lru_folios()').step({ when: not(isolated), set: [[isolated, 1]] })
            invalidate()
          },
          'finds none': () => t.await(isolated),
        })
    })
    m.thread('reclaim', (t) => t.allocKernel())
  },
)
