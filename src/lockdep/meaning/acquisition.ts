// SPDX-License-Identifier: Apache-2.0
import type { Frame } from '../report/frame.ts'
import type { LockClass } from '../report/lock.ts'

/** The primitives that a lock of a report may be, by their names in the model language. */
export type LockPrimitive = 'mutex' | 'rwsem' | 'spinlock' | 'rwlock'

/** How a stack trace takes a lock. */
export interface Acquisition {
  /** Undefined where no function in the trace says it. */
  readonly primitive?: LockPrimitive
  readonly reads: boolean
  /** A trylock: never waits. */
  readonly tries: boolean
  /** The first function that is the caller's own: `drm_open+0xa0/0x144 [drm]`. */
  readonly at?: string
}

/** lockdep's own functions and what prints its reports; the scheduler, in the stacks of tasks that wait. */
const machinery =
  /^(?:_*switch_to|_*schedule|context_switch|preempt_schedule|io_schedule|check_|validate_chain|_*lock_acquire$|lockdep_|print_|_*dump_|show_|mark_|save_|_*stack_|unwind_|arch_stack|reacquire_held|valid_state|add_lock_to|debug_|trace_hardirqs_|trace_softirqs_)/

const functions: readonly (readonly [RegExp, LockPrimitive, ('read' | 'write')?])[] = [
  [/^_*(?:rt_|ww_)?mutex_(?:try)?lock|^_*ww_mutex_/, 'mutex'],
  [/^console_(?:try)?lock|^lock_sock|^rt_(?:spin|read|write)_/, 'mutex'],
  [/^_*(?:percpu_)?down_read|^rwsem_(?:down_)?read|^_*sb_start_|^srcu_read_lock|^cpus_read_/, 'rwsem', 'read'],
  [/^_*(?:percpu_)?down_write|^rwsem_(?:down_)?write|^sb_wait_|^_*synchronize_srcu|^kernfs_drain/, 'rwsem', 'write'],
  [/^(?:do)?_(?:raw_)?spin_(?:try)?lock/, 'spinlock'],
  [/^(?:do)?_(?:raw_)?read_(?:try)?lock/, 'rwlock', 'read'],
  [/^(?:do)?_(?:raw_)?write_(?:try)?lock/, 'rwlock', 'write'],
]

/** What a trace goes through before it comes to the caller of an annotated function. */
const plumbing =
  /^(?:_*fs_reclaim_acquire|might_alloc|slab_(?:pre_)?alloc|_*kmem_cache_alloc|_*k[vmz]+alloc|kvmalloc|_*alloc_pages|prepare_alloc|_*dma_fence_(?:might_wait|begin_signalling)|_*might_fault|_*copy_(?:from|to)_user|_*[gp](?:e|u)t_user|fault_in_|_*flush_work(?:queue)?$|start_flush_work|_*cancel_\w*work_sync|touch_w(?:ork|q)_lockdep|_*mmu_notifier_invalidate_range_start|wait_for_(?:completion|common)|do_wait_for_common|complete(?:_all)?$|dma_fence_(?:default_)?wait|dma_resv_wait|kernfs_drain|lock_release)/

/** Reads the acquisition off a stack trace, innermost call first. */
export function acquisitionOf(frames: readonly Frame[]): Acquisition {
  const own = frames.filter((frame) => !machinery.test(frame.function))
  const known = own.map((frame) => functions.find(([pattern]) => pattern.test(frame.function)))
  // The functions of a primitive are the innermost ones; further out stands what else the caller does.
  const depth = known.findIndex((entry) => entry === undefined)
  const inner = own.slice(0, depth < 0 ? own.length : depth)
  const said = known[0]
  const at = own.find((frame, i) => i >= inner.length && !plumbing.test(frame.function))?.at
  return {
    ...(said !== undefined && { primitive: said[1] }),
    reads: said?.[2] === 'read',
    tries: inner.some((frame) => /try_?lock/.test(frame.function)),
    ...(at !== undefined && { at }),
  }
}

/** What the columns after a lock class say of its past; undefined for the other notation that 2.6.18 to 2.6.29 had. */
export function pastOf({ usage }: LockClass, kernel: string | undefined) {
  if (kernel === undefined || /^2\.6\.[12]\d(?:\D|$)/.test(kernel)) return undefined
  const seen = (...columns: readonly number[]): boolean => columns.some((i) => (usage[i] ?? '.') !== '.')
  return { written: seen(0, 2), read: seen(1, 3), inInterrupt: /[-?]/.test(usage.slice(0, 4)) }
}

/** What a lock is by all that the report tells of it; a mutex if that is nothing. */
export function primitiveOf(lock: LockClass, { primitive }: Acquisition, kernel: string | undefined): LockPrimitive {
  if (primitive !== undefined) return primitive
  const past = pastOf(lock, kernel)
  const spins = /\brlock$/.test(lock.name) || lock.waitType === 2 || past?.inInterrupt === true
  if (past?.read === true) return spins ? 'rwlock' : 'rwsem'
  return spins ? 'spinlock' : 'mutex'
}
