// SPDX-License-Identifier: Apache-2.0
import type { Frame } from '../report/frame.ts'

/** What a lock class stands for: lockdep writes waits for other things than locks as locks too. */
export type Role =
  | 'lock'
  /** `fs_reclaim`: taking it is allocating, holding it is reclaiming. */
  | 'reclaim'
  /** `mmu_notifier_invalidate_range_start`. */
  | 'notifier'
  /** `dma_fence_map`: taking it is waiting for a fence or entering a section, holding it is having to signal one. */
  | 'fence'
  /** A work item: taking it is flushing it, holding it is running it. */
  | 'work'
  | 'workqueue'
  /** The ticket of a ww_mutex class: nobody ever waits for one. */
  | 'ticket'
  /** A completion (cross-release, 4.14). */
  | 'completion'

const names: readonly (readonly [RegExp, Role])[] = [
  [/^fs_reclaim$/, 'reclaim'],
  [/^mmu_notifier_invalidate_range_start$/, 'notifier'],
  [/^dma_fence(?:_map)?$/, 'fence'],
  [/^\(work_completion\)/, 'work'],
  [/^\(wq_completion\)/, 'workqueue'],
  [/^\(complet\w*\)/, 'completion'],
  [/class_acquire$/, 'ticket'],
]

/** Functions that take nothing but the class of a work item or queue. Until 4.13 the name does not say what it is. */
const runsOrFlushes = /^(?:process_one_work|worker_thread|run_workqueue|_*flush_work|start_flush_work|_*cancel_\w*work)/
const flushesQueue = /^_*(?:flush|drain)_workqueue$/

/** The role of a class, by its name, else by a trace of how it is taken. */
export function roleOf(name: string, frames: readonly Frame[]): Role {
  const named = names.find(([pattern]) => pattern.test(name))?.[1]
  if (named !== undefined) return named
  const first =
    frames.find((frame) => !/^(?:check_|validate_chain|_*lock_acquire$)/.test(frame.function))?.function ?? ''
  if (flushesQueue.test(first) || (runsOrFlushes.test(first) && name.startsWith('"'))) return 'workqueue'
  return runsOrFlushes.test(first) ? 'work' : 'lock'
}

/** Locks that code is inside of as a reader while others wait for all of it to leave: freezing, draining, SRCU. */
export const isSection = (name: string): boolean =>
  /^(?:sb_(?:writers|internal|pagefaults)|kn->active|s_active|.*q_usage_counter|.*srcu|jbd2_handle|rcu_read)/.test(name)

/** Of those, the ones that wait in the middle of the kernel for a reader that comes late as well. */
export const isDrained = (name: string): boolean =>
  /^(?:sb_(?:writers|internal|pagefaults)|kn->active|s_active|.*q_usage_counter)/.test(name)
