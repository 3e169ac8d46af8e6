// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * Buffers that only one process uses share the reservation of the root of its VM. A device coredump that reserves the
 * root and then each buffer it prints locks the same mutex twice and waits for itself. With a ticket the second attempt
 * answers -EALREADY, which means that the lock is held and is not to be released a second time.
 */
export default model(
  'amdgpu/amdgpu-coredump-recursive-resv',
  {
    summary: 'A coredump locks the root of a VM, and then a buffer that shares the reservation of the root.',
    sources: [
      '"[PATCH v6 2/2] drm/amdgpu: fix recursive ww_mutex acquire in amdgpu_devcoredump_format", Mikhail Gavrilov, 2026-05-29',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_dev_coredump.c: amdgpu_devcoredump_format(), in the form before that patch',
      'kernel/locking/mutex.c: __mutex_lock_common(), the check for -EALREADY; read at 6.18.19',
      'Construction: the mistakes with -EALREADY.',
    ],
    abstracts: [
      'The VM maps one buffer that shares the reservation of the root and one that has its own.',
      'A submission of the same process locks both reservations in the other order, with a ticket.',
    ],
    rules: ['R22'],
    variants: {
      'no-ticket': { kind: 'deadlock', shape: 'self', processes: ['coredump'], objects: ['root_resv'] },
      'ealready-is-error': {
        kind: 'misuse',
        code: 'unhandled-ealready',
        processes: ['coredump'],
        objects: ['root_resv'],
      },
      'unlock-twice': { kind: 'misuse', code: 'unlock-not-held', processes: ['coredump'], objects: ['root_resv'] },
      fixed: 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const root = m.resv('root_resv', { class: K })
    const own = m.resv('own_resv', { class: K })
    // The buffer of the VM that has no reservation of its own.
    const shared = root

    const lockBoth = (
      t: KernelPath,
      first: ObjectHandle<'resv'>,
      second: ObjectHandle<'resv'>,
      use: () => void,
    ): void => {
      const held = (): void => {
        use()
        t.wwUnlock(first)
        t.wwUnlock(second)
        t.wwAcquireFini(K)
        t.end()
      }
      t.wwAcquireInit(K)
      t.wwLock(first, { edeadlk: () => t.unreachable('a first lock never backs off') })
      t.loop(() => {
        t.wwLock(second, { ok: held, edeadlk: () => {} })
        t.wwUnlock(first)
        t.wwLockSlow(second)
        t.wwLock(first, { ok: held, edeadlk: () => {} })
        t.wwUnlock(second)
        t.wwLockSlow(first)
      })
    }
    m.worker('coredump', (t) => {
      const at = 'drivers/gpu/drm/amd/amdgpu/amdgpu_dev_coredump.c: amdgpu_devcoredump_format()'
      if (variant === 'no-ticket') {
        t.at(at).wwLockPlain(root)
        for (const bo of [shared, own]) {
          t.at(at).wwLockPlain(bo)
          t.local('print the buffer')
          t.wwUnlock(bo)
        }
        t.wwUnlock(root)
        return
      }
      lockBoth(t, root, own, () => {
        const print = (): void => t.local('print the buffers')
        const fresh = (): void => t.unreachable('the root is held')
        if (variant === 'ealready-is-error') t.at(at).wwLock(shared, { ok: print, edeadlk: fresh })
        else t.at(at).wwLock(shared, { ok: fresh, ealready: print, edeadlk: fresh })
        if (variant === 'unlock-twice') t.wwUnlock(shared)
      })
    })
    m.thread('submit', (t) => lockBoth(t, own, root, () => t.local('submit')))
  },
)
