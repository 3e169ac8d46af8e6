// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * A dma_fence is handed out for work that user space will submit later. Before it does so it touches a page, memory is
 * short, and reclaim waits for the fences of a buffer, the future one among them: the process waits for itself. Without
 * reclaim, eviction still waits for as long as user space likes, with the buffer locked. A time limit signals the fence
 * without the work, and whoever synchronises implicitly uses a buffer that nobody has filled.
 */
export default model(
  'syncobj/future-fence-reclaim',
  {
    summary: 'A dma_fence for work that user space has yet to submit; reclaim, eviction and other readers wait for it.',
    sources: [
      'Documentation/driver-api/dma-buf.rst: "Indefinite DMA Fences"; read at 6.18.19',
      'mail "[PATCH 03/25] dma-buf.rst: Document why indefinite fences are a bad idea", Daniel Vetter, 2020-07-07',
      'mail thread "Tackling the indefinite/user DMA fence problem", Christian König, 2022-05-02',
      'The steps are a construction.',
    ],
    abstracts: [
      'The work, once submitted, fills the buffer that the fence is for; an ordinary job of the same buffer is under way.',
      'The page fault is that of the process itself; memory may or may not be short.',
      'The reader synchronises implicitly: it looks at no error of a fence, and so the one that the time limit sets is left out.',
    ],
    rules: {
      'page-fault': ['R13', 'R24'],
      'never-submits': ['R24'],
      'time-limit': ['R24'],
    },
    variants: {
      'page-fault': { kind: 'deadlock', shape: 'self', processes: ['user'], objects: ['future_fence'] },
      'never-submits': {
        kind: 'unsignalled-fence',
        processes: ['evict', 'reader'],
        objects: ['future_fence'],
      },
      'time-limit': { kind: 'stale-data', processes: ['reader'], objects: ['bo_memory'] },
      'user-fence': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory', { unready: 1 })
    const mmapLock = m.mmapLock('mmap_lock')
    const jobFence = m.fence('job_fence')
    const jobPushed = m.flag('job_pushed')
    const future = variant === 'user-fence' ? undefined : m.fence('future_fence')
    const userFence = variant === 'user-fence' ? m.userFence('user_fence') : undefined
    const handedOut = m.flag('fence_handed_out')
    const armed = m.flag('timer_armed')
    const submitted = m.flag('work_submitted')

    const pageFault = (t: KernelPath): void => {
      t.at('mm/memory.c: handle_mm_fault()').downRead(mmapLock)
      t.allocKernel()
      t.upRead(mmapLock)
    }
    if (variant === 'page-fault' || variant === 'user-fence')
      m.shrinker('driver_shrinker', (t) => t.waitFences(bo, { usage: 4 }))
    m.thread('user', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo, { count: 2 })
      t.addFence(bo, { fence: jobFence, usage: 4 })
      t.set(jobPushed, 1)
      if (future !== undefined) t.addFence(bo, { fence: future, usage: 2 })
      t.step({
        set: [
          [handedOut, 1],
          [armed, 1],
        ],
      })
      t.wwUnlock(bo)
      pageFault(t)
      if (variant !== 'page-fault') {
        t.idle()
        t.may('user', () => t.local('user space submits the work'))
      }
      t.set(submitted, 1)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(jobPushed)
      t.signal(jobFence)
    })
    m.hardware('future-work', (t) => {
      t.idle()
      t.await(submitted)
      t.beginClear(memory)
      t.endClear(memory)
      if (future !== undefined) t.signal(future)
      else t.writeUserFence(userFence!)
    })
    if (variant === 'time-limit') m.softirq('fence-timer', (t) => t.signal(future!), { when: armed, set: [[armed, 0]] })
    if (variant === 'never-submits' || variant === 'user-fence')
      m.thread('evict', (t) => {
        t.await(handedOut)
        t.wwLockPlain(bo)
        t.waitFences(bo, { usage: 4 })
        t.wwUnlock(bo)
      })
    m.thread('reader', (t) => {
      t.await(handedOut)
      if (userFence !== undefined) t.waitUserFence(userFence, { erestartsys: () => t.end() })
      else t.waitFences(bo, { usage: 2 })
      t.readBuffer(memory)
    })
  },
)
