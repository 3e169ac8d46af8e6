// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * A nouveau client has a mutex, and the kernel is a client too. The page flip of old hardware takes the mutex of the
 * kernel's client and then reserves the buffer on screen; a submission that has this buffer reserved and finds that
 * another one must be moved takes the same mutex for the copy. Where one is the mutex of the process and the other that
 * of the kernel nothing can hang, although lockdep sees one class; with the mutex always outermost nothing can either.
 */
export default model(
  'nouveau/nouveau-cli-mutex-resv',
  {
    summary: 'The mutex of a client and the reservation of a buffer are taken in both orders.',
    sources: [
      'lockdep reports "nouveau: lockdep cli->mutex vs reservation_ww_class_mutex deadlock report", Mike Galbraith, 2021-03-10 and 2021-06-28; their call paths were not looked up',
      'drivers/gpu/drm/nouveau/nouveau_bo.c: nouveau_bo_move_m2mf() (reservation, then mutex); drivers/gpu/drm/nouveau/dispnv04/crtc.c: nv04_crtc_page_flip() (mutex, then reservation); by reading 6.18.19, not reproduced',
      'drivers/gpu/drm/nouveau/nouveau_abi16.c: nouveau_abi16_get(); nouveau_gem.c: nouveau_gem_ioctl_pushbuf()',
    ],
    abstracts: [
      'One reservation, that of the buffer on screen; the buffer that is moved is another one of the same submission, which nobody else wants.',
      'In own-client the page flip is any path that takes the mutex of a process, and no other one, before a reservation, as a submission does.',
      'The fence that the copy waits for is signalled by hardware and left out.',
      'In client-first the submission takes the mutex before it knows whether a buffer has to be moved: a thought, no patch.',
    ],
    rules: ['R10'],
    variants: {
      'both-orders': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['page-flip', 'pushbuf'],
        objects: ['client_mutex', 'screen_bo'],
      },
      'own-client': 'holds',
      'client-first': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('screen_bo', { class: K })
    const clientMutex = m.mutex('client_mutex')
    const flipMutex = variant === 'own-client' ? m.mutex('other_client_mutex') : clientMutex
    const lockClient = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/nouveau/nouveau_bo.c: nouveau_bo_move_m2mf()').lock(clientMutex)
    const unlockClient = (t: KernelPath): void => t.unlock(clientMutex)

    m.thread('page-flip', (t) => {
      t.at('drivers/gpu/drm/nouveau/dispnv04/crtc.c: nv04_crtc_page_flip()').lock(flipMutex)
      t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_reserve()').wwLockPlain(bo)
      t.local('emit the flip')
      t.unlock(flipMutex)
      t.wwUnlock(bo)
    })
    m.thread('pushbuf', (t) => {
      if (variant === 'client-first') lockClient(t)
      t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/nouveau/nouveau_gem.c: validate_init()')
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
      t.either({
        'all buffers in place': () => {},
        'another buffer must be moved': () => {
          if (variant !== 'client-first') lockClient(t)
          t.local('copy it with the channel of the kernel')
          if (variant !== 'client-first') unlockClient(t)
        },
      })
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
      if (variant === 'client-first') unlockClient(t)
    })
  },
)
