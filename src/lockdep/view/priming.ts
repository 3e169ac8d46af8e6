// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import type { Dependency, DependencyGraph } from './dependency-graph.ts'

const reservations = 'drivers/dma-buf/dma-resv.c: dma_resv_lockdep()'
const modesetting = 'drivers/gpu/drm/drm_mode_config.c: drmm_mode_config_init()'
/** The class of modeset locks, by its name in the kernel. */
const modesetClass = 'crtc_ww_class'

/**
 * The orders that a kernel tells lockdep before any path of a driver has run (read at 6.18). At boot: user memory faults
 * outside of reservations, allocation inside; reclaim unmaps and runs notifiers, and those may wait for fences. When a device
 * with modesetting is set up: user memory faults, and reservations are taken, inside modeset locks.
 */
export function prime(graph: DependencyGraph, model: Model, { fences }: { readonly fences: boolean }): void {
  const hasNotifiers = model.switches?.['notifiers'] !== 'off'
  const order = (from: string, to: string, primed: string, shared = false): void => {
    const [outer, inner]: [Dependency['outer'], Dependency['inner']] = [
      { mode: shared ? 'read' : 'write' },
      { mode: 'write' },
    ]
    graph.add({ from, to, shared, recursive: false, outer, inner, primed })
  }
  for (const name of reservationClasses(model)) {
    order('&mm->mmap_lock', `${name}_acquire`, reservations, true)
    order(`${name}_acquire`, `${name}_mutex`, reservations)
    order(`${name}_mutex`, 'fs_reclaim', reservations)
    if (hasModesetLocks(model)) order(`${modesetClass}_mutex`, `${name}_acquire`, modesetting)
  }
  if (hasModesetLocks(model)) {
    order(`${modesetClass}_acquire`, `${modesetClass}_mutex`, modesetting)
    order(`${modesetClass}_mutex`, '&mm->mmap_lock', modesetting)
  }
  order('fs_reclaim', '&mapping->i_mmap_rwsem', reservations)
  if (hasNotifiers) order('fs_reclaim', 'mmu_notifier_invalidate_range_start', reservations)
  if (fences) order(hasNotifiers ? 'mmu_notifier_invalidate_range_start' : 'fs_reclaim', 'dma_fence_map', reservations)
}

/** The ww classes that reservations of the model are of; the kernel has one, which other models need not mention. */
const reservationClasses = ({ objects = [] }: Model): ReadonlySet<string> =>
  new Set(
    objects.flatMap(({ kind, refs }) => (kind === 'dma_resv' && refs?.['class'] !== undefined ? [refs['class']] : [])),
  )

const hasModesetLocks = ({ objects = [] }: Model): boolean =>
  objects.some(({ kind, name }) => kind === 'ww_class' && name === modesetClass)
