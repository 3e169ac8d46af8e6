// SPDX-License-Identifier: Apache-2.0
import type { Context, Hazard } from '#system/system'
import type { Domain, PExpr, Ref } from './condition.ts'
import type { Heard, LockMap } from './lock-map.ts'

export type { Domain, Has, Param, PExpr, Quantified, Ref, Unlocked } from './condition.ts'

/**
 * What a kernel primitive has to state. A primitive is a value: bounded fields, and operations made of a few *arrows*
 * between phases. Conditions and effects are data with bounded quantifiers, never closures, so that everything else is
 * derived from them: interpreter, engine, reduction, export, explanation.
 */
export interface Primitive {
  /** The kernel's own name: `mutex`, `rw_semaphore`, `dma_fence`. */
  readonly name: string
  /** Kernel file, and functions, that the semantics was read from. */
  readonly source: string
  /** How it behaves, in a paragraph: what the conditions below add up to. */
  readonly about?: string
  /** What the abstraction leaves out, a sentence each. */
  readonly limits?: readonly string[]
  /** There is one instance, always, under the primitive's name: the state of the executing process. */
  readonly implicit?: true
  readonly fields: Readonly<Record<string, Field>>
  readonly operations: Readonly<Record<string, Operation>>
  /** Other objects an instance may be tied to (`refs` of the model object), by the primitive each must be of. */
  readonly refs?: Readonly<Record<string, string>>
  /** The primitive that members of an instance must be of. */
  readonly members?: string
  /** The events that bodies can be hooked on, and the ref that an instance with such bodies must have. */
  readonly hooks?: Readonly<Record<string, { readonly under?: string }>>
  /** Mode -> "`me` holds this in that mode". Resting while holding is misuse. */
  readonly holds?: Readonly<Record<string, PExpr>>
  /** What is held of it is an annotation: it says of the steps inside that a signal needs them, and is in nobody's way. */
  readonly annotates?: true
  /** Mode -> "`me` stands in a queue for this": in the others' way, but nothing it holds. */
  readonly queues?: Readonly<Record<string, PExpr>>
  /**
   * Fields by which its holders block others, and nobody else does. In every state in which no process holds it in any
   * mode or queues for it, each of them has its start value; those that no view in `queues` reads have it as soon as no
   * process holds it, and those that one reads, for every process that does not queue. So a process that is blocked on
   * nothing but these is not blocked once the holders, and whoever is queued, have let go. An operation that `lockdep`
   * calls an acquisition in mode `write` moreover succeeds only while nobody else holds it. Each instance starts free.
   */
  readonly blockedByHoldersOnly?: readonly string[]
  /**
   * Code -> what is true in every state, watched once a step of the model performs one of the operations `after` on the
   * object or on a member of it.
   */
  readonly always?: Readonly<
    Record<string, { readonly kind: Hazard; readonly that: PExpr; readonly after: readonly string[] }>
  >
  /** What lockdep has of it; nothing unless said. */
  readonly lockMap?: LockMap
  /** Preconditions that lockdep or the lock itself looks at where locks are debugged (DEBUG_LOCKS_WARN_ON()). */
  readonly debugLocks?: readonly string[]
  /** "Somebody owes an event on this", and the operations that pay it. */
  readonly debt?: { readonly owed: PExpr; readonly paidBy: readonly string[] }
}

/**
 * A bounded integer `0 .. max` (`processes`: as many as use the object). Without `per` it is shared. `init` may
 * depend on the execution context of the process it belongs to.
 */
export interface Field {
  readonly max: number | 'processes'
  readonly init?: number | Partial<Record<Context, number>>
  readonly per?: readonly Domain[]
}

/** Assignments are simultaneous: every `to` reads the state before. A later one to the same field wins. */
export type PSet =
  | { readonly set: Ref; readonly to: PExpr }
  | { readonly each: string; readonly in: Domain; readonly of?: string; readonly do: readonly PSet[] }

export interface Arrow {
  /** The phase it leaves; the call itself unless said. */
  readonly from?: string
  /** The phase or, if no arrow leaves from there, the exit it leads to; `ok` unless said. */
  readonly to?: string
  /** False means *blocked*. */
  readonly when?: PExpr
  readonly set?: readonly PSet[]
  /** The wait is given up by a timeout or by a signal to the process. */
  readonly escape?: 'timeout' | 'signal'
  /** The exit of an attempt that failed: going round it is a retry loop. */
  readonly retry?: boolean
  /** An exit that a correct caller never sees: where a model does not handle it, taking it is misuse `unhandled-<exit>`. */
  readonly unexpected?: boolean
  /** An exit that exists only where the model handles it: the caller says that it may happen. */
  readonly optional?: boolean
  /** An exit that most callers do not tell apart: where the model does not handle it, it leads to this one. */
  readonly otherwise?: string
  /** Hooked bodies run here, in the caller's context, before the target is reached. */
  readonly enters?: Entry
}

/**
 * Which hooked bodies run. `each`: all that are hooked on the event of this object and whose condition holds, one after
 * another; `nests` says how deep they may run inside each other, where that is no recursion without end (deeper ones are
 * left out). `oneOf`: at most one of those hooked on any of the events, or none; and none inside a body of `notInside` (an
 * allocation inside direct reclaim has PF_MEMALLOC and does not reclaim again). `as`: what the bodies count as for
 * `notInside`, where that is not the event (a notifier that munmap() runs is not inside reclaim).
 */
export type Entry =
  | { readonly each: string; readonly as?: string; readonly nests?: number }
  | { readonly oneOf: readonly string[]; readonly notInside: readonly string[]; readonly as?: string }

/** What must be true on arrival. Failing is misuse unless it is said to be a hazard of memory. */
export type Need = PExpr | { readonly kind: Hazard; readonly that: PExpr }

export const isHazard = (need: Need): need is Exclude<Need, PExpr> => typeof need === 'object' && 'kind' in need
/** The condition of a need, whatever kind its failure is. */
export const conditionOf = (need: Need): PExpr => (isHazard(need) ? need.that : need)

export interface Operation {
  /** One line on what it does. */
  readonly does: string
  /** Code -> what must be true on arrival, blocked or not. */
  readonly needs?: Readonly<Record<string, Need>>
  readonly arrows: readonly Arrow[]
  /** What ends the wait of a blocked caller, in kernel words. */
  readonly waits?: string
  /** May sleep (`might_sleep()`): misuse in atomic context even where it would not block. */
  readonly sleeps?: boolean
  /** Argument name -> primitive. */
  readonly args?: Readonly<Record<string, string>>
  /** Numbers a call may give, with their range. */
  readonly params?: Readonly<Record<string, { readonly min: number; readonly max: number; readonly default?: number }>>
  /** What lockdep hears when it is called, in this order. */
  readonly lockdep?: Heard | readonly Heard[]
}

/** Keeps the literal types of a primitive (names of operations and exits), which the builder's methods derive from. */
export const primitive = <const P extends Primitive>(value: P): P => value

/** Names that an arrow leads to and that no arrow leaves: the operation's exits, in order of appearance. */
export function exitsOf(operation: Pick<Operation, 'arrows'>): readonly string[] {
  const phases = new Set(operation.arrows.map((arrow) => arrow.from ?? 'call'))
  return [...new Set(operation.arrows.map((arrow) => arrow.to ?? 'ok').filter((to) => !phases.has(to)))]
}

const mustHandle = ({ unexpected, optional, otherwise }: Arrow): boolean =>
  unexpected !== true && optional !== true && otherwise === undefined

/** The exits that a model has to say something about. */
export const expectedExitsOf = (operation: Operation): readonly string[] =>
  exitsOf(operation).filter((exit) =>
    operation.arrows.some((arrow) => (arrow.to ?? 'ok') === exit && mustHandle(arrow)),
  )

/** The exits that a wait takes when its time is over. */
export const timeoutExitsOf = ({ arrows }: Operation): readonly string[] =>
  arrows.flatMap(({ escape, to }) => (escape === 'timeout' && to !== undefined ? [to] : []))
