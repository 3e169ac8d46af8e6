// SPDX-License-Identifier: Apache-2.0
import type { KernelBuilder, KernelPath, ObjectHandle } from 'fencecheck'
import { wwTransaction } from './ww-transaction.ts'

/** The modeset locks of a device. */
export interface ModesetLocks<L extends string> {
  readonly lock: Readonly<Record<L, ObjectHandle<'wwMutex'>>>
  /** Runs `body` with these locks, all of them unless said: drm_modeset_acquire_init() to drm_modeset_acquire_fini(). */
  readonly locked: (t: KernelPath, body: () => void, locks?: readonly L[]) => void
}

/**
 * The modeset locks: ww_mutexes of a class of their own, Wound-Wait, taken with a ticket and with drm_modeset_backoff().
 * drivers/gpu/drm/drm_modeset_lock.c: drm_modeset_lock(), drm_modeset_backoff(), DEFINE_WW_CLASS(crtc_ww_class); 6.18.
 *
 * Abstraction: uninterruptible; the mutex of drm_mode_config that DRM_MODESET_LOCK_ALL_BEGIN() takes first is left out.
 */
export function modesetLocks<const L extends string>(m: KernelBuilder, names: readonly L[]): ModesetLocks<L> {
  const wwClass = m.wwClass('crtc_ww_class', { waitDie: false })
  const lock = Object.fromEntries(names.map((name) => [name, m.wwMutex(name, { class: wwClass })])) as Record<
    L,
    ObjectHandle<'wwMutex'>
  >
  return {
    lock,
    locked: (t, body, locks = names) =>
      wwTransaction(
        t,
        wwClass,
        locks.map((name) => lock[name]),
        body,
      ),
  }
}
