// SPDX-License-Identifier: Apache-2.0
import { and, field, model, not, or, type KernelPath } from 'fencecheck'

/**
 * A compute kernel runs until a thread of its process tells it to stop. If its job has an ordinary completion fence, all
 * memory management waits for that thread: it may be as slow as it likes, and if it has to fault in memory first, the
 * reclaim of that fault waits for the very fence. A preemption fence promises only that the kernel leaves the GPU, which
 * takes nobody but the driver; the program itself is told of the end through memory.
 */
export default model(
  'xe/lr-completion-fence',
  {
    summary: 'The completion fence of a long-running job signals only when a thread of user space has set a flag.',
    sources: [
      'Documentation/gpu/drm-compute.rst; Documentation/driver-api/dma-buf.rst: "Indefinite DMA Fences"; read at 6.18',
      'drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_enable_signaling(), preempt_fence_work_func(); xe_vm.c: preempt_rebind_work_func(); read at 6.18',
      'The variants with a completion fence are constructions.',
    ],
    abstracts: [
      'One job and one thread of its process; whose shrinker waits for the fence is left open.',
      'Without memory pressure the thread sleeps in a system call until somebody presses a key, and only then sets the flag; if it is killed, the job is too.',
      'One preemption: after it the rebind worker lets the job run again, without a new fence.',
    ],
    rules: ['R13', 'R25'],
    variants: {
      'completion-fence': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['gpu-kernel', 'user-thread'],
        objects: ['completion_fence', 'user_flag'],
      },
      'completion-fence-no-reclaim': {
        kind: 'masked',
        shape: 'none',
        processes: ['user-thread'],
        objects: ['key_pressed'],
      },
      'preempt-fence': 'holds',
    },
  },
  (m, variant) => {
    const preemptible = variant === 'preempt-fence'
    const reclaims = variant !== 'completion-fence-no-reclaim'
    const resv = m.resv('vm_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const fence = m.fence(preemptible ? 'preempt_fence' : 'completion_fence')
    const userFlag = m.userFence('user_flag')
    const keyPressed = m.userFence('key_pressed')
    const pushed = m.flag('job_pushed')
    const killed = m.flag('job_killed')
    const enabled = m.flag('signalling_enabled')
    const onGpu = m.flag('on_gpu', true)
    const preempted = m.flag('preempted')

    const waitBookkeep = (t: KernelPath): void => {
      if (preemptible) {
        t.at('drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_enable_signaling()')
        t.step({ set: [[enabled, or(enabled, field(fence, 'published'))]], label: 'enable signalling' })
      }
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(resv, { usage: 4 })
    }
    if (reclaims) m.shrinker('driver_shrinker', waitBookkeep)

    m.thread('submit', (t) => {
      t.wwLockPlain(resv)
      t.reserveFences(resv)
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(resv, { fence, usage: 4 })
      t.set(pushed, 1)
      t.wwUnlock(resv)
    })
    m.hardware('gpu-kernel', (t) => {
      t.idle()
      t.await(pushed)
      if (preemptible) t.await(and(onGpu, field(userFlag, 'value')))
      else {
        t.await(or(field(userFlag, 'value'), killed))
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
      }
    })
    m.thread('user-thread', (t) => {
      if (reclaims) t.at('mm/memory.c: handle_mm_fault()').allocKernel()
      else
        t.waitUserFence(keyPressed, {
          erestartsys: () => {
            t.set(killed, 1)
            t.end()
          },
        })
      t.writeUserFence(userFlag)
    })
    if (!reclaims)
      m.thread('user', (t) => {
        t.idle()
        t.may('user', () => t.writeUserFence(keyPressed))
      })
    m.thread('evict', (t) => {
      t.idle()
      t.await(field(fence, 'published'))
      t.wwLockPlain(resv)
      waitBookkeep(t)
      t.wwUnlock(resv)
    })
    if (preemptible) {
      m.worker('preempt-work', (t) => {
        t.idle()
        t.await(enabled)
        t.at('drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_work_func()')
        t.set(onGpu, 0)
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence)
        t.set(preempted, 1)
      })
      m.worker('rebind-work', (t) => {
        t.idle()
        t.await(and(preempted, not(onGpu)))
        t.at('drivers/gpu/drm/xe/xe_vm.c: preempt_rebind_work_func()').allocKernel()
        t.set(onGpu, 1)
      })
    }
  },
)
