// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * Direct reclaim announces itself to lockdep, and so does whatever may allocate. An announcement inside another one is
 * reported, though reclaim never runs inside reclaim: it stands for somebody else's allocation. What it stands for is a
 * lock that a shrinker takes and that is held over an allocation, which is a deadlock of one thread.
 */
export default model(
  'lockdep-selftest/fs-reclaim',
  {
    summary:
      'What says that it reclaims says that it may allocate: harmless in itself, a deadlock with a lock between.',
    sources: [
      'lib/locking-selftest.c: fs_reclaim_correct_nesting(), fs_reclaim_wrong_nesting(), fs_reclaim_protected_nesting(); read at 6.18',
      'mm/page_alloc.c: fs_reclaim_acquire(), __need_reclaim(); include/linux/sched/mm.h: might_alloc(); read at 6.18',
    ],
    variants: {
      'correct-nesting': { kind: 'holds', lockdep: silent },
      // PF_MEMALLOC keeps reclaim out of reclaim: nothing happens.
      'wrong-nesting': { kind: 'holds', lockdep: reports },
      'protected-nesting': { kind: 'holds', lockdep: silent },
      'lock-in-shrinker': { kind: 'deadlock', shape: 'self', processes: ['task'], objects: ['lock'], lockdep: reports },
      'lock-in-shrinker-protected': { kind: 'holds', lockdep: silent },
    },
  },
  (m, variant) => {
    if (variant.startsWith('lock-in-shrinker')) {
      const lock = m.mutex('lock')
      const shrinks = (t: KernelPath): void => {
        t.lock(lock)
        t.unlock(lock)
      }
      m.shrinker('shrinker', shrinks, { looksAtFs: true })
      m.thread('other-task', (t) => t.allocKernel())
      m.thread('task', (t) => {
        t.lock(lock)
        if (variant === 'lock-in-shrinker-protected') t.memallocNofsSave()
        t.allocKernel()
        if (variant === 'lock-in-shrinker-protected') t.memallocNofsRestore()
        t.unlock(lock)
      })
      return
    }
    m.thread('task', (t) => {
      t.fsReclaimAcquire()
      if (variant === 'protected-nesting') t.memallocNofsSave()
      if (variant === 'correct-nesting') t.mightAllocNofs()
      else t.mightAlloc()
      if (variant === 'protected-nesting') t.memallocNofsRestore()
      t.fsReclaimRelease()
    })
  },
)
