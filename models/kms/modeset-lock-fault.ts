// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * Modeset locks may be held over a copy from user memory, as the gamma ioctl does with its tables, so whatever the copy
 * faults into comes after them in the order of locks. A driver whose fault handler looked at display state under a
 * modeset lock would turn that order round. Two readers of mmap_lock still do no harm, until a munmap queues for writing
 * between them and stops the copy; a driver that wants the modeset lock from mmap(), with mmap_lock held for writing,
 * needs nobody in between.
 */
export default model(
  'kms/modeset-lock-fault',
  {
    summary: 'An ioctl copies from user memory with modeset locks held; a page fault takes a modeset lock.',
    sources: [
      '"[PATCH 1/2] drm: Add might_fault to drm_modeset_lock priming", 2024-07-10',
      'drivers/gpu/drm/drm_mode_config.c: drmm_mode_config_init(), primes modeset lock before page fault; read at 6.18',
      'drivers/gpu/drm/drm_color_mgmt.c: drm_mode_gamma_set_ioctl(), three copy_from_user() inside DRM_MODESET_LOCK_ALL_BEGIN(); read at 6.18',
      'kernel/locking/rwsem.c: rwsem_down_read_slowpath(); read at 6.18.19',
      'Construction: no driver of 6.18 is known to take a modeset lock in a fault handler or in mmap().',
    ],
    abstracts: [
      'One modeset lock stands for all of them; with one lock the ticket never matters.',
      'One copy stands for the three tables of the gamma ioctl.',
      'The display state that the fault handler looks at is that of the CRTC whose lock the ioctl holds.',
    ],
    variants: {
      'queued-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['gamma-ioctl', 'display-fault', 'munmap'],
        objects: ['crtc_lock', 'mmap_lock'],
      },
      'lock-in-mmap': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['gamma-ioctl', 'display-mmap'],
        objects: ['crtc_lock', 'mmap_lock'],
      },
      'no-writer': 'holds',
      'no-modeset-lock-in-fault': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('crtc_ww_class')
    const crtc = m.wwMutex('crtc_lock', { class: K })
    const mmapLock = m.mmapLock('mmap_lock')

    const withModesetLock = (t: KernelPath, body: () => void): void => {
      t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/drm_modeset_lock.c: drm_modeset_lock()').wwLock(crtc, {
        edeadlk: () => t.unreachable('a first lock never backs off'),
      })
      body()
      t.at('drivers/gpu/drm/drm_modeset_lock.c: drm_modeset_drop_locks()').wwUnlock(crtc)
      t.wwAcquireFini(K)
    }
    const lookAtDisplay = (t: KernelPath): void => {
      const look = (): void => t.local('look at the display state')
      if (variant === 'no-modeset-lock-in-fault') look()
      else withModesetLock(t, look)
    }

    m.thread('gamma-ioctl', (t) =>
      withModesetLock(t, () => {
        t.at('drivers/gpu/drm/drm_color_mgmt.c: drm_mode_gamma_set_ioctl()').copyUser(mmapLock)
        t.local('set the tables')
      }),
    )
    if (variant === 'lock-in-mmap')
      m.thread('display-mmap', (t) => {
        t.at('mm/util.c: vm_mmap_pgoff()').downWrite(mmapLock)
        lookAtDisplay(t)
        t.upWrite(mmapLock)
      })
    else
      m.thread('display-fault', (t) => {
        t.at('mm/memory.c: handle_mm_fault()').downRead(mmapLock)
        lookAtDisplay(t)
        t.upRead(mmapLock)
      })
    if (variant === 'queued-writer' || variant === 'no-modeset-lock-in-fault')
      m.thread('munmap', (t) => {
        t.at('mm/vma.c: __vm_munmap()').downWrite(mmapLock)
        t.upWrite(mmapLock)
      })
  },
)
