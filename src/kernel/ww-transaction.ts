// SPDX-License-Identifier: Apache-2.0
import { holds, type KernelPath, type ObjectHandle } from 'fencecheck'

type WwLock = ObjectHandle<'wwMutex'> | ObjectHandle<'resv'>

/** A lock of either kind: both have the same operations. */
type AnyWwLock = ObjectHandle<'wwMutex'>

/**
 * Runs `body` with all of the locks, taken with one ticket. Whoever has to back off gives up all that it holds, waits for
 * the contended lock and tries again, with the same ticket. Documentation/locking/ww-mutex-design.rst;
 * drivers/gpu/drm/drm_exec.c: drm_exec_lock_obj(); 6.18.
 *
 * Abstraction: the locks are always tried in the same order, the contended one first after a back-off.
 */
export function wwTransaction(
  t: KernelPath,
  wwClass: ObjectHandle<'wwClass'>,
  locks: readonly WwLock[],
  body: () => void,
): void {
  t.wwAcquireInit(wwClass)
  const retry = t.label()
  for (const lock of locks as readonly AnyWwLock[])
    t.wwLock(lock, {
      ealready: () => {},
      edeadlk: () => {
        for (const held of locks as readonly AnyWwLock[]) if (held !== lock) t.when(holds(held), () => t.wwUnlock(held))
        t.wwLockSlow(lock)
        t.goto(retry)
      },
    })
  t.wwAcquireDone(wwClass)
  body()
  for (const lock of (locks as readonly AnyWwLock[]).toReversed()) t.wwUnlock(lock)
  t.wwAcquireFini(wwClass)
}
