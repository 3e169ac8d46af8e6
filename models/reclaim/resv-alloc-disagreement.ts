// SPDX-License-Identifier: Apache-2.0
import { holds, model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * Every driver may allocate while it holds a reservation. One driver wants its shrinker to lock reservations instead,
 * which works as long as it is alone and never allocates under one. In company it deadlocks: reclaim runs its shrinker
 * as a task that holds a shared buffer, which the shrinker locks again, or as two tasks that each hold the buffer the
 * other's reclaim waits for. A shrinker that only tries cannot hang; it may free nothing, and the allocation fails.
 */
export default model(
  'reclaim/resv-alloc-disagreement',
  {
    summary: 'One driver allocates under a reservation, the shrinker of another blocks on reservations.',
    sources: [
      'mail thread "Re: Fi.CI.BAT: failure for series starting with [1/6] dma-buf: add dynamic DMA-buf handling v13", Daniel Vetter and Christian König, 2019-08-08 (reservations against allocations: all drivers, and i915)',
      '"dma-resv: lockdep-prime address_space->i_mmap_rwsem for dma-resv", Daniel Vetter, 2020-07-28',
      'drivers/dma-buf/dma-resv.c: dma_resv_lockdep(); read at 6.18',
      'Construction: the steps.',
    ],
    abstracts: [
      'A shrinker goes through the buffers of its driver in order; evicting is a local step.',
      'An allocation that may fail is written as reclaim followed by an attempt that may find nothing.',
      'i915 allocates before it locks in i915-alone and same-buffer, as its plan asks of everybody; else under its reservation, as everybody does.',
      'In two-buffers the shrinker passes over what its own task holds, so that the only cycle is the one between two tasks.',
    ],
    rules: ['R21'],
    variants: {
      'same-buffer': { kind: 'deadlock', shape: 'self', processes: ['other-driver'], objects: ['shared_bo'] },
      'two-buffers': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['i915-execbuf', 'other-driver'],
        objects: ['i915_bo', 'shared_bo'],
      },
      'i915-alone': 'holds',
      'shrinker-trylock': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const shared = m.resv('shared_bo', { class: K })
    const own = variant === 'same-buffer' ? shared : m.resv('i915_bo', { class: K })
    const evict = (t: KernelPath, bo: ObjectHandle<'resv'>): void => {
      t.local('evict')
      t.wwUnlock(bo)
    }
    m.shrinker('i915_shrinker', (t) => {
      for (const bo of new Set([own, shared]))
        if (variant === 'shrinker-trylock') t.wwTrylockPlain(bo, { got: () => evict(t, bo), missed: () => {} })
        else {
          const block = (): void => {
            t.wwLockPlain(bo)
            evict(t, bo)
          }
          if (variant === 'two-buffers') t.when(holds(bo), () => {}, block)
          else block()
        }
    })
    const use = (t: KernelPath, bo: ObjectHandle<'resv'>, allocateFirst: boolean): void => {
      const allocate = (failed: () => void): void => {
        t.allocKernel()
        t.allocNowait({ enomem: failed })
      }
      if (allocateFirst) allocate(() => t.end())
      t.wwAcquireInit(K)
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
      if (!allocateFirst)
        allocate(() => {
          t.wwUnlock(bo)
          t.wwAcquireFini(K)
          t.end()
        })
      t.local('use the memory')
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
    }
    if (variant !== 'i915-alone') m.thread('other-driver', (t) => use(t, shared, false))
    m.thread('i915-execbuf', (t) => use(t, own, variant === 'i915-alone' || variant === 'same-buffer'))
    // Memory pressure elsewhere holds nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
