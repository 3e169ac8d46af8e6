// SPDX-License-Identifier: Apache-2.0
import { field, model, type KernelPath } from 'fencecheck'

/**
 * Looking up the fence of a syncobj that has none yet means to wait until user space submits. If the ioctl holds a lock
 * over that, and the submission needs the lock, neither gets on. In the kernel the lookup ends with a signal or after
 * five seconds, which hides the hang, and lockdep is told that no lock may be held there. Without a lock, user space
 * keeps nobody waiting but itself, for as long as it likes.
 */
export default model(
  'syncobj/syncobj-wait-for-submit-locked',
  {
    summary: 'An ioctl waits for user space to submit, with a lock held that the submission takes.',
    sources: [
      'drivers/gpu/drm/drm_syncobj.c: drm_syncobj_find_fence(), drm_syncobj_array_wait_timeout(); read at 6.18.19',
      'commit "drm/syncobj: make lockdep complain on WAIT_FOR_SUBMIT v3", Christian König, 2021-01-15',
      'commit "drm: fix deadlock of syncobj v6", Chunming Zhou, 2018-10-23',
      'locked-uninterruptible is a construction: such a wait with neither a time limit nor an end by a signal.',
    ],
    abstracts: [
      'The lock is any one that both ioctls take; a page fault of user space stands behind the same lock as well.',
      'With lock held, user space does submit in the end; without, nobody can rely on it.',
      'The time limit of the wait for the fence itself is left out.',
    ],
    switches: { lockdep: ['on', 'off'] },
    rules: ['R27'],
    variants: {
      locked: {
        when: {
          'lockdep=on': {
            kind: 'misuse',
            code: 'wait-for-submit-locked',
            processes: ['lookup-ioctl'],
            objects: ['syncobj'],
          },
          'lockdep=off': {
            kind: 'masked',
            shape: 'cycle',
            processes: ['lookup-ioctl', 'submit-ioctl'],
            objects: ['driver_lock', 'syncobj'],
          },
        },
      },
      'locked-uninterruptible': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['lookup-ioctl', 'submit-ioctl'],
        objects: ['driver_lock', 'job_fence'],
      },
      'no-lock': 'holds',
      'lookup-before-lock': 'holds',
    },
  },
  (m, variant) => {
    const lock = m.mutex('driver_lock')
    const fence = m.fence('job_fence')
    const syncobj = m.syncobj('syncobj')
    const pushed = m.flag('job_pushed')

    const lookUp = (t: KernelPath): void => {
      t.at('drivers/gpu/drm/drm_syncobj.c: drm_syncobj_find_fence()')
      if (variant === 'locked-uninterruptible') t.await(field(fence, 'published'))
      else {
        const giveUp = (): void => {
          if (variant === 'locked') t.unlock(lock)
          t.end()
        }
        t.findFenceForSubmit(syncobj, { erestartsys: giveUp, etime: giveUp })
      }
    }
    m.thread('lookup-ioctl', (t) => {
      if (variant === 'lookup-before-lock') lookUp(t)
      if (variant !== 'no-lock') t.lock(lock)
      if (variant !== 'lookup-before-lock') lookUp(t)
      t.wait(fence)
      if (variant !== 'no-lock') t.unlock(lock)
    })
    m.thread('submit-ioctl', (t) => {
      const call = (): void => t.local('user space submits')
      t.idle()
      if (variant === 'no-lock' || variant === 'lookup-before-lock') t.may('user', call)
      else call()
      t.lock(lock)
      t.at('drivers/gpu/drm/drm_syncobj.c: drm_syncobj_replace_fence()').replaceFence(syncobj, { fence })
      t.set(pushed, 1)
      t.unlock(lock)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(pushed)
      t.signal(fence)
    })
  },
)
