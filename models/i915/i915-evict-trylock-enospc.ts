// SPDX-License-Identifier: Apache-2.0
import { model, type ObjectHandle } from 'fencecheck'

/**
 * The mutex of an address space comes after every reservation, so whoever evicts under it may only try the objects that
 * are in the way. Two submissions, each with objects that the other would have to evict, can fail on each other, hand
 * -ENOSPC to user space and be called again, for ever, each lock being in order. Locking for real under the mutex would
 * be a deadlock, ticket or not. One more pass drops the mutex, locks the busy object with the ticket, which may back
 * off, and evicts again.
 */
export default model(
  'i915/i915-evict-trylock-enospc',
  {
    summary: 'Two submissions each try, under the VM mutex, what the other has reserved, fail, and start again.',
    sources: [
      '"drm/i915: improve the catch-all evict to handle lock contention", Matthew Auld, 2022-12-16 (3f882f2d4f68)',
      'drivers/gpu/drm/i915/i915_gem_evict.c: i915_gem_evict_vm() with busy_bo; read as a patch',
      'drivers/gpu/drm/i915/gem/i915_gem_execbuffer.c: eb_reserve(), by its place in that patch',
    ],
    abstracts: [
      'One reservation stands for all objects of a submission: those it binds, and those of it that are in the way of the other.',
      'User space calls again whenever it gets -ENOSPC, with a new ticket; the earlier passes of eb_reserve() are left out.',
      'Unbinding and binding are local steps under the mutex, which nobody else needs to finish.',
    ],
    variants: {
      'trylock-enospc': { kind: 'no-forward-progress', processes: ['execbuf-a'], objects: ['b'] },
      'lock-under-vm-mutex': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['execbuf-a', 'execbuf-b'],
        objects: ['vm_mutex', 'a'],
      },
      'busy-object-locked': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const a = m.resv('a', { class: K })
    const b = m.resv('b', { class: K })
    const vm = m.mutex('vm_mutex')
    const evictVm = 'drivers/gpu/drm/i915/i915_gem_evict.c: i915_gem_evict_vm()'
    const ebReserve = 'drivers/gpu/drm/i915/gem/i915_gem_execbuffer.c: eb_reserve()'

    const objectLock = 'drivers/gpu/drm/i915/gem/i915_gem_object.h: i915_gem_object_lock()'

    const execbuf = (name: string, own: ObjectHandle<'resv'>, other: ObjectHandle<'resv'>): void => {
      m.thread(name, (t) => {
        const begin = (): void => {
          t.wwAcquireInit(K)
          t.at(ebReserve).wwLock(own, { edeadlk: () => t.unreachable('a first lock never backs off') })
        }
        const drop = (...locked: readonly ObjectHandle<'resv'>[]): void => {
          for (const bo of locked) t.wwUnlock(bo)
          t.wwAcquireFini(K)
        }
        /** Both reserved, and the mutex held. */
        const evictAndBind = (): void => {
          t.local('unbind what is in the way, bind the own objects')
          t.unlock(vm)
          drop(other, own)
          t.end()
        }
        if (variant === 'busy-object-locked') {
          const evictAgain = (): void => {
            t.at(ebReserve).lock(vm)
            evictAndBind()
          }
          begin()
          t.at(ebReserve).lock(vm)
          t.at(evictVm).wwTrylock(other, { got: evictAndBind, missed: () => {} })
          t.at(ebReserve).unlock(vm)
          t.at(objectLock).wwLock(other, { ok: evictAgain, edeadlk: () => {} })
          t.at('drivers/gpu/drm/i915/i915_gem_ww.c: i915_gem_ww_ctx_backoff()').wwUnlock(own)
          t.wwLockSlow(other)
          t.at(ebReserve).wwLock(own, { edeadlk: () => t.unreachable('the older submission has finished') })
          evictAgain()
        } else
          t.loop(() => {
            begin()
            t.at(ebReserve).lock(vm)
            if (variant === 'trylock-enospc') t.at(evictVm).wwTrylock(other, { got: evictAndBind, missed: () => {} })
            else t.at(objectLock).wwLock(other, { ok: evictAndBind, edeadlk: () => {} })
            t.at(ebReserve).unlock(vm)
            drop(own)
            t.local('the ioctl fails, and user space calls it again')
          })
      })
    }
    execbuf('execbuf-a', a, b)
    execbuf('execbuf-b', b, a)
  },
)
