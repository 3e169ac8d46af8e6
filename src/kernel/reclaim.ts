// SPDX-License-Identifier: Apache-2.0
import { type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'

type Resv = ObjectHandle<'resv'>

/** How a shrinker or a notifier gets at a buffer. */
export interface BufferReclaimOptions {
  /** The reservation: left alone, tried, or waited for, which the contract forbids. `trylock` unless said. */
  readonly lock?: 'none' | 'trylock' | 'blocking'
  /** Whether it waits for the fences of the buffer, or leaves a busy one alone. True unless said. */
  readonly waits?: boolean
}

const resvWait = 'drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()'

/** What is done with one buffer: under its lock, or not at all. */
function reclaimBuffer(t: KernelPath, bo: Resv, { lock = 'trylock', waits = true }: BufferReclaimOptions): void {
  const unmap = (): void => {
    if (waits) t.at(resvWait).waitFences(bo)
    else t.testSignaled(bo, { idle: () => t.local(`reclaim ${bo.name}`), busy: () => {} })
  }
  const locked = (): void => {
    unmap()
    t.wwUnlock(bo)
  }
  if (lock === 'none') return unmap()
  if (lock === 'trylock')
    return t
      .at('drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan() -> dma_resv_trylock()')
      .wwTrylockPlain(bo, { got: locked, missed: () => {} })
  t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
  locked()
}

/**
 * A shrinker of buffers: runs in direct reclaim as whoever allocates. drivers/gpu/drm/drm_gem.c: drm_gem_lru_scan();
 * drivers/gpu/drm/msm/msm_gem_shrinker.c: msm_gem_shrinker_scan(); 6.18.
 *
 * Abstraction: it looks at each buffer once, in this order; the LRU and its lock are left out. A shrinker that waits is the
 * worst that the contract allows.
 */
export function bufferShrinker(
  m: KernelBuilder,
  name: string,
  buffers: readonly Resv[],
  options: BufferReclaimOptions & { readonly looksAtFs?: boolean } = {},
): void {
  const { looksAtFs = false } = options
  m.shrinker(
    name,
    (t) => {
      for (const bo of buffers) reclaimBuffer(t, bo, options)
    },
    { looksAtFs },
  )
}

/**
 * The mmu notifier of buffers made of user memory: waits for every fence of them, without a lock, and so runs under
 * GFP_NOFS and GFP_NOIO too. drivers/gpu/drm/amd/amdgpu/amdgpu_hmm.c: amdgpu_hmm_invalidate_gfx(); 6.18.
 *
 * Abstraction: the interval and its sequence count are left out (`m.interval` has them), and so is the driver's lock around
 * them; a call that must not block answers -EAGAIN.
 */
export function userptrNotifier(m: KernelBuilder, name: string, buffers: readonly Resv[]): void {
  m.mmuNotifier(name, (t) =>
    t.rangeBlockable({
      yes: () => {
        for (const bo of buffers) t.at(resvWait).waitFences(bo, { usage: 4 })
      },
      no: () => t.local('-EAGAIN'),
    }),
  )
}

/**
 * A task that needs memory and owes nothing to anybody: what the hooks of reclaim wait for must come about without it.
 * mm/page_alloc.c: __alloc_pages_slowpath(); 6.18.
 */
export const allocatingTask = (m: KernelBuilder, name = 'other-task'): string => m.thread(name, (t) => t.allocKernel())

/** kswapd beside it: mm/vmscan.c: kswapd(); reclaims on its own, and what it waits for holds up everybody who needs memory. */
export const memoryPressure = (m: KernelBuilder, { kswapd = false } = {}): void => {
  allocatingTask(m)
  if (kswapd) m.kswapd()
}
