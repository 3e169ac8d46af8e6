// SPDX-License-Identifier: Apache-2.0
import { field, model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * When execbuf has dropped the reservations, it writes the fence to user space, still under the mutex of the command
 * buffer; the copy can fault, allocate and reclaim, and a shrinker may wait for any published fence. That is right as
 * long as nothing which such a fence still needs lies behind this thread or its mutex. It is wrong if the job is
 * handed to the device only after the copy, if the next submission publishes its fence before it has the mutex, or if
 * completion takes the mutex.
 */
export default model(
  'vmwgfx/vmwgfx-execbuf-copy-fence',
  {
    summary:
      'User space is told the fence under the command buffer mutex; what may wait there depends on who owes what.',
    sources: [
      'drivers/gpu/drm/vmwgfx/vmwgfx_execbuf.c: vmw_execbuf_process(), vmw_execbuf_copy_fence_user(); vmwgfx_irq.c; read at 6.18',
      'mail thread "Re: Fi.CI.BAT: failure for series starting with [1/6] dma-buf: add dynamic DMA-buf handling v13", Daniel Vetter and Christian König, 2019-08-08 (vmwgfx copies after unlocking, and may enter a shrinker)',
      'Construction: the three faults, and the next submission.',
    ],
    abstracts: [
      'A shrinker of another driver waits for every fence that is published when it looks, in turn.',
      'Publishing is one step under the reservation; its slot, which is reserved earlier with GFP_KERNEL, is left out.',
      'cmdbuf_mutex is taken interruptibly in the kernel; nobody sends a signal here.',
      'The two submissions use one buffer; the next one has no fence to tell user space.',
      'In 6.18 the sync_file is also made after publication, with GFP_KERNEL: it would be a second allocation at the same place.',
      'The interrupt thread signals each fence when the device has done its job.',
    ],
    rules: {
      'submitted-after-copy': ['R7'],
      'next-published-early': ['R10'],
      'completion-takes-mutex': ['R10'],
    },
    variants: {
      'submitted-first': 'holds',
      'submitted-after-copy': { kind: 'deadlock', shape: 'self', processes: ['execbuf'], objects: ['fence'] },
      'next-published-early': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['execbuf', 'next-execbuf'],
        objects: ['cmdbuf_mutex', 'next_fence'],
      },
      'completion-takes-mutex': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['execbuf', 'irq-thread'],
        objects: ['cmdbuf_mutex', 'fence'],
      },
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('bo', { class: K })
    const cmdbufMutex = m.mutex('cmdbuf_mutex')
    const mmapLock = m.mmapLock('mmap_lock')
    const job = (name: string) => ({
      fence: m.fence(`${name}fence`),
      pushed: m.flag(`${name}job_pushed`),
      done: m.flag(`${name}job_done`),
    })
    const first = job('')
    const next = job('next_')

    const waitIfPublished = (t: KernelPath, fence: ObjectHandle<'fence'>): void =>
      t.when(field(fence, 'published'), () => t.wait(fence))
    m.shrinker('other_driver_shrinker', (t) => {
      waitIfPublished(t, first.fence)
      waitIfPublished(t, next.fence)
    })

    const reserve = (t: KernelPath): void => {
      t.wwAcquireInit(K)
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
    }
    const unreserve = (t: KernelPath): void => {
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
    }
    const push = (t: KernelPath, { pushed }: typeof first): void =>
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_execbuf.c: vmw_execbuf_submit_cmdbuf()').set(pushed, 1)
    const publish = (t: KernelPath, { fence }: typeof first): void =>
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_validation.h: vmw_validation_bo_fence()').publish(fence)

    m.thread('execbuf', (t) => {
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_execbuf.c: vmw_execbuf_process()').lock(cmdbufMutex)
      reserve(t)
      if (variant !== 'submitted-after-copy') push(t, first)
      publish(t, first)
      unreserve(t)
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_execbuf.c: vmw_execbuf_copy_fence_user()').copyUser(mmapLock)
      if (variant === 'submitted-after-copy') push(t, first)
      t.unlock(cmdbufMutex)
    })
    m.thread('next-execbuf', (t) => {
      const early = variant === 'next-published-early'
      if (early) {
        reserve(t)
        publish(t, next)
        unreserve(t)
      }
      t.at('drivers/gpu/drm/vmwgfx/vmwgfx_execbuf.c: vmw_execbuf_process()').lock(cmdbufMutex)
      if (!early) reserve(t)
      push(t, next)
      if (!early) {
        publish(t, next)
        unreserve(t)
      }
      t.unlock(cmdbufMutex)
    })
    m.hardware('device', (t) => {
      t.loop(() => {
        t.idle()
        t.select({
          first: () =>
            t.step({
              when: first.pushed,
              set: [
                [first.pushed, 0],
                [first.done, 1],
              ],
            }),
          next: () =>
            t.step({
              when: next.pushed,
              set: [
                [next.pushed, 0],
                [next.done, 1],
              ],
            }),
        })
      })
    })
    m.worker('irq-thread', (t) => {
      const complete = ({ done, fence }: typeof first): void => {
        t.at('drivers/gpu/drm/vmwgfx/vmwgfx_irq.c: vmw_thread_fn()').step({ when: done, set: [[done, 0]] })
        if (variant === 'completion-takes-mutex') {
          t.lock(cmdbufMutex)
          t.unlock(cmdbufMutex)
        }
        t.at('drivers/gpu/drm/vmwgfx/vmwgfx_fence.c: vmw_fences_update()').signal(fence)
      }
      t.loop(() => {
        t.idle()
        t.select({ first: () => complete(first), next: () => complete(next) })
      })
    })
  },
)
