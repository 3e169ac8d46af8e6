// SPDX-License-Identifier: Apache-2.0
import type { Dependency, DependencyGraph } from './dependency-graph.ts'

const boot = 'drivers/dma-buf/dma-resv.c: dma_resv_lockdep()'

/**
 * The orders that a kernel tells lockdep at boot, before any driver has run (`dma_resv_lockdep()`, read at 6.18): user memory
 * faults outside of reservations, allocation inside; reclaim unmaps and runs notifiers, and those may wait for fences.
 */
export function prime(
  graph: DependencyGraph,
  { resvClasses, notifiers, fences }: { resvClasses: Iterable<string>; notifiers: boolean; fences: boolean },
): void {
  const order = (from: string, to: string, shared = false): void => {
    const dependency: Dependency = {
      from,
      to,
      shared,
      recursive: false,
      outer: { mode: shared ? 'read' : 'write' },
      inner: { mode: 'write' },
      primed: boot,
    }
    graph.add(dependency)
  }
  for (const name of resvClasses) {
    order('&mm->mmap_lock', `${name}_acquire`, true)
    order(`${name}_acquire`, `${name}_mutex`)
    order(`${name}_mutex`, 'fs_reclaim')
  }
  order('fs_reclaim', '&mapping->i_mmap_rwsem')
  if (!notifiers) return
  order('fs_reclaim', 'mmu_notifier_invalidate_range_start')
  if (fences) order('mmu_notifier_invalidate_range_start', 'dma_fence_map')
}
