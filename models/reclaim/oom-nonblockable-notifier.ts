// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * When memory has run out, the OOM reaper unmaps the memory of a victim, and mmu notifiers are asked first. An ioctl
 * may hold the lock of a userptr notifier while it waits for exactly that memory, so a notifier that blocks on the lock
 * stops the only thread that could free any. The reaper therefore calls notifiers in non-blocking mode: one that would
 * have to wait answers -EAGAIN, and the reaper turns to another victim.
 */
export default model(
  'reclaim/oom-nonblockable-notifier',
  {
    summary: 'The OOM reaper runs an mmu notifier whose lock is held by a task that waits for memory.',
    sources: [
      '93065ac753e4 "mm, oom: distinguish blockable mode for mmu notifiers", Michal Hocko, 2018-08-21',
      'mm/oom_kill.c: __oom_reap_task_mm(), oom_reap_task(); mm/mmu_notifier.c: mn_itree_invalidate(); read at 6.18.19',
      'Construction: blockable. Before that commit the reaper left such address spaces alone.',
    ],
    abstracts: [
      'An allocation that finds no memory is a wait for a flag, which the reaper sets when it has freed some.',
      'Reclaim by the ioctl itself, which might run the notifier too, is the subject of reclaim/kfd-dqm-lock-gfp.',
      'After -EAGAIN another victim, without such a notifier, is reaped. That there is none left is not modelled.',
      'The reaper only tries mmap_lock; here nobody holds it for writing.',
    ],
    rules: {
      blockable: ['R37'],
      'nonblock-locks': ['R19'],
      'nonblock-waits': ['R19'],
    },
    variants: {
      blockable: {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['ioctl', 'oom_reaper'],
        objects: ['notifier_lock'],
      },
      'nonblock-locks': {
        kind: 'misuse',
        code: 'sleep-in-atomic',
        processes: ['oom_reaper'],
        objects: ['notifier_lock'],
      },
      'nonblock-waits': { kind: 'misuse', code: 'sleep-in-atomic', processes: ['oom_reaper'], objects: ['job_fence'] },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const notifierLock = m.mutex('notifier_lock')
    const mmapLock = m.mmapLock('victim_mmap_lock')
    const fence = m.fence('job_fence', { published: true })
    const outOfMemory = m.flag('out_of_memory')
    const freed = m.flag('memory_freed')
    const again = m.flag('reap_again')

    m.mmuNotifier('userptr_invalidate', (t) => {
      const blocking = (): void => {
        t.lock(notifierLock)
        t.wait(fence)
        t.unlock(notifierLock)
      }
      const eagain = (): void => t.at('mm/mmu_notifier.c: mn_itree_invalidate()').set(again, 1)
      const nonBlocking = (): void =>
        t.trylock(notifierLock, {
          got: () => {
            if (variant === 'nonblock-waits') t.wait(fence)
            else t.isSignaled(fence, { yes: () => {}, no: eagain })
            t.unlock(notifierLock)
          },
          missed: eagain,
        })
      if (variant === 'blockable' || variant === 'nonblock-locks') blocking()
      else
        t.at('include/linux/mmu_notifier.h: mmu_notifier_range_blockable()').rangeBlockable({
          yes: blocking,
          no: nonBlocking,
        })
    })

    const waitForMemory = (t: KernelPath): void => {
      t.at('mm/page_alloc.c: __alloc_pages_may_oom()').set(outOfMemory, 1)
      t.at('mm/page_alloc.c: __alloc_pages_slowpath()').await(freed)
    }
    m.thread('ioctl', (t) => {
      t.lock(notifierLock)
      waitForMemory(t)
      t.unlock(notifierLock)
    })
    m.worker('oom_reaper', (t) => {
      t.idle()
      t.await(outOfMemory)
      t.at('mm/oom_kill.c: oom_reap_task_mm()').downRead(mmapLock)
      if (variant === 'blockable') t.invalidateRange()
      else t.at('mm/oom_kill.c: __oom_reap_task_mm()').oomReap()
      t.upRead(mmapLock)
      t.when(again, () => t.at('mm/oom_kill.c: oom_reap_task()').local('give up on it, reap another victim'))
      t.set(freed, 1)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.signal(fence)
    })
    // Its direct reclaim may run the notifier, blockable, before it is out of memory too.
    m.thread('other-task', (t) => {
      t.allocKernel()
      waitForMemory(t)
    })
  },
)
