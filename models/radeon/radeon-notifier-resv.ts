// SPDX-License-Identifier: Apache-2.0
import { holds, model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * radeon's userptr notifier reserves the buffer, waits for its fences and moves it to system memory. Command submission
 * allocates while it holds reservations, as it may, and reclaim runs the notifier as that very task: it blocks on the
 * reservation it holds, or on one that another submission holds, which is inside the same notifier for the first one's
 * buffer. A mutex that is never held over an allocation, and a wait without the reservation, break the circle.
 */
export default model(
  'radeon/radeon-notifier-resv',
  {
    summary: 'A userptr notifier blocks on the reservation of its buffer; submissions allocate under reservations.',
    sources: [
      'drivers/gpu/drm/radeon/radeon_mn.c: radeon_mn_invalidate(); by reading 6.18, not reproduced, and no report found',
      'drivers/dma-buf/dma-resv.c: dma_resv_lockdep(), the primed order; read at 6.18',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx(), the design of fixed; read at 6.18',
    ],
    abstracts: [
      'Every submission adds one fence, and the device signals it once the job is pushed.',
      'In two-buffers the notifier passes over the buffer that its own task holds, so that the only cycle is the one between two tasks.',
      'Moving the buffer to system memory may allocate; inside reclaim that does not reclaim again.',
      'Memory pressure elsewhere is a task of its own with one buffer; with two the other submission is enough of it.',
      'That submission tries again when an invalidation came between is left out.',
    ],
    rules: ['R21'],
    variants: {
      'one-buffer': { kind: 'deadlock', shape: 'self', processes: ['cs'], objects: ['bo'] },
      'two-buffers': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['cs', 'other-cs'],
        objects: ['bo', 'other_bo'],
      },
      fixed: 'holds',
      'fixed-two-buffers': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const fixed = variant.startsWith('fixed')
    const two = variant.endsWith('two-buffers')
    const notifierLock = fixed ? m.mutex('notifier_lock') : undefined
    const invalidateBo = (t: KernelPath, bo: ObjectHandle<'resv'>): void => {
      if (notifierLock !== undefined) {
        t.lock(notifierLock)
        t.waitFences(bo, { usage: 4 })
        t.unlock(notifierLock)
        return
      }
      const reserve = (): void => {
        t.at('drivers/gpu/drm/radeon/radeon_mn.c: radeon_mn_invalidate() -> radeon_bo_reserve()').wwLockPlain(bo)
        t.at('drivers/gpu/drm/radeon/radeon_mn.c: radeon_mn_invalidate()').waitFences(bo, { usage: 4 })
        t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_validate()').allocKernel()
        t.wwUnlock(bo)
      }
      if (two) t.when(holds(bo), () => {}, reserve)
      else reserve()
    }
    const submission = (name: string, bo: ObjectHandle<'resv'>, prefix: string): void => {
      const fence = m.fence(`${prefix}job_fence`)
      const pushed = m.flag(`${prefix}job_pushed`)
      m.mmuNotifier(`invalidate_${bo.name}`, (t) => invalidateBo(t, bo))
      m.thread(name, (t) => {
        t.wwAcquireInit(K)
        t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
        t.at('drivers/gpu/drm/radeon/radeon_cs.c: radeon_cs_parser_relocs()').allocKernel()
        t.reserveFences(bo)
        if (notifierLock !== undefined) t.lock(notifierLock)
        t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence, usage: 2 })
        t.set(pushed, 1)
        if (notifierLock !== undefined) t.unlock(notifierLock)
        t.wwUnlock(bo)
        t.wwAcquireFini(K)
      })
      m.hardware(`${prefix}gpu`, (t) => {
        t.idle()
        t.await(pushed)
        t.signal(fence)
      })
    }
    submission('cs', m.resv('bo', { class: K }), '')
    if (two) submission('other-cs', m.resv('other_bo', { class: K }), 'other_')
    // Memory pressure elsewhere holds nothing.
    if (!two) m.thread('other-task', (t) => t.allocKernel())
  },
)
