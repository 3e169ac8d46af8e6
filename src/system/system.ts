// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'

/**
 * A `System` is what lowering makes of a model: bounded integer variables, processes that are finite control graphs,
 * guarded transitions. It is ground (no quantifier, nothing kernel-like) and **no value in any state is a process
 * id**, so that symmetry and "only the holder can unlock" come out by computation. Search, reduction, interpreter and
 * exporters know nothing else.
 *
 * A *state* is one location for each process and one value for each variable, nothing more.
 */
export type VarId = number
export type ProcessId = number
/** Counts within its process. */
export type LocationId = number
/** Index into {@link System.transitions}; ascending ids are grouped by process. */
export type TransitionId = number
export type OriginId = number

/** Comparisons and connectives yield 0 or 1; any value but 0 counts as true. `at` reads `e[index]`. */
export type Operator =
  | '!'
  | 'neg'
  | '~'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '|'
  | '^'
  | '<<'
  | '>>'
  | '=='
  | '!='
  | '<'
  | '<='
  | 'and'
  | 'or'
  | 'if'
  | 'at'

export type Expr = number | VarRead | LocationTest | Application
export interface VarRead {
  readonly v: VarId
}
/** 1 while `process` is at one of the locations `in`. */
export interface LocationTest {
  readonly process: ProcessId
  readonly in: readonly LocationId[]
}
export type Application = readonly [Operator, ...Expr[]]

export interface Variable {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly init: number
  /** The process whose word it lives in: only that process's view of an object, or a variable declared as local. */
  readonly owner?: ProcessId
  /** The model object it belongs to; absent for a plain variable of the model. */
  readonly object?: string
}

/** `['at', index, ...elements]` writes the element that `index` selects. */
export type Target = VarId | readonly ['at', Expr, ...VarId[]]

export interface Assign {
  readonly to: Target
  readonly value: Expr
}

/**
 * Why a transition of the environment is special. Escapes (`timeout`, `signal`) give up a wait; the others
 * *may* happen but nobody is entitled to rely on them.
 */
export type Tag = 'timeout' | 'signal' | 'opportunistic' | 'user' | 'environment'
export const isEscape = (tag: Tag | undefined): boolean => tag === 'timeout' || tag === 'signal'
export const isMay = (tag: Tag | undefined): boolean => tag !== undefined && !isEscape(tag)

/**
 * `misuse`: a precondition of a primitive fails. `use-after-free`, `stale-data`, `dropped-dependency`: memory is used
 * when it must not be, or a fence no longer covers what it stood for. `assertion`: a claim of the model. `range`: a variable of the model
 * leaves its range, or an expression has no value. `bound`: an internal bound of a primitive is hit; not the model's
 * fault, so the verdict becomes unknown.
 */
export type FaultKind = 'misuse' | Hazard | 'assertion' | 'range' | 'bound'
/** What goes wrong with memory and its fences, as against a call that the kernel would warn about. */
export type Hazard = 'use-after-free' | 'stale-data' | 'dropped-dependency'
export interface Fault {
  readonly kind: FaultKind
  readonly code: string
  /** What it is about: a variable, the text of an assertion. */
  readonly detail?: string
}

export interface Move {
  readonly process: ProcessId
  readonly from: LocationId
  readonly to: LocationId
}

export interface Transition extends Move {
  /** Further processes that move in the same step (rendezvous); the transition belongs to all of them. */
  readonly joint?: readonly (Move & { readonly origin: OriginId })[]
  /** Conjuncts, kept apart: an explanation and a necessary enabling set want one false one. */
  readonly guard: readonly Expr[]
  /** Simultaneous: every value and index reads the state before; one write a variable. */
  readonly effect: readonly Assign[]
  /** Set on a transition that reports a fault; `to` is then its process's own fault location. */
  readonly fault?: Fault
  readonly tag?: Tag
  /** This is the exit of an attempt that failed (trylock missed, -EDEADLK): going round it is a retry loop. */
  readonly retry?: true
  /** The operation's exit: `ok`, `got`, `edeadlk`, ... */
  readonly exit: string
  /** Names it among the transitions that leave the same location; part of a trace. */
  readonly label: string
  readonly origin: OriginId
}

export type Context = 'task' | 'worker' | 'softirq' | 'hardirq' | 'hardware' | 'observer'

export interface Location {
  readonly name: string
  /** The process may stay here for ever: the end of its path, a worker without work. */
  readonly rest: boolean
  /** The path leads on from here to where the process rests, be it by steps that have turned out to be impossible. */
  readonly restAhead?: true
}

export interface Process {
  readonly name: string
  readonly context: Context
  readonly locations: readonly Location[]
  readonly init: LocationId
  /** Where the process parks after a fault; nothing leaves it. An observer is there from the start. */
  readonly faultAt: LocationId
  /**
   * Handlers that run on top of this process. While `when` holds it cannot move: `not when` is a conjunct of each of
   * its transitions.
   */
  readonly suspended: readonly { readonly by: ProcessId; readonly when: Expr }[]
}

/** Something the system owes (a published, unsignalled fence) and the transitions that pay it. */
export interface Debt {
  readonly object: string
  readonly primitive: string
  readonly owed: Expr
  readonly paidBy: readonly TransitionId[]
}

/** A process holds an object in some mode while `when` holds. A `queued` one only stands in the others' way. */
export interface Hold {
  readonly process: ProcessId
  readonly object: string
  readonly mode: string
  readonly when: Expr
  readonly queued?: true
  /** A section in which the steps are said to be needed for a signal; the opposite of a claim on anything. */
  readonly annotates?: true
}

/** Copies that the model declares alike: one entry a copy, members in corresponding order. A claim, not yet a fact. */
export interface Symmetry {
  readonly group: string
  readonly copies: readonly { readonly processes: readonly ProcessId[]; readonly variables: readonly VarId[] }[]
}

/** A hooked body that runs inside an operation: a callback of a fence. */
export interface Frame {
  readonly hook: string
  readonly object: string
  readonly body: string
  /** Maps that are held for lockdep while it runs. */
  readonly lockdep?: readonly LockdepEvent[]
}

/** What lockdep has of an object, a part of that, or of something that is no object of the model (`fs_reclaim`). */
export type MapRef = { readonly object: string; readonly part?: string } | { readonly kernel: string }

/** One thing that lockdep hears of a call: `Heard` of `semantics/lock-map.ts`, ground. */
export interface LockdepEvent {
  readonly does: 'acquire' | 'release' | 'touch' | 'during' | 'wait' | 'owe' | 'event'
  readonly map: MapRef
  readonly mode: 'write' | 'read' | 'read-recursive'
  readonly try?: true
  readonly trySince?: '6.18'
  readonly sync?: true
  readonly exit?: string
  /** Always unless said. Of the system as it was lowered: rewritings do not touch it. */
  readonly when?: Expr
  readonly nest?: MapRef
  readonly subclass?: number
  readonly layer?: 'fences'
  readonly yields?: true
  readonly irqsave?: true
}

/** What a transition stands for in the model. */
export interface Origin {
  readonly op: string
  /** The object operated on, or the empty string. */
  readonly on: string
  /** The primitive of the object, or the empty string for a plain step. */
  readonly primitive: string
  /** The step of the model: the same for every process that runs it and every place it is inlined at. */
  readonly step: string
  /** The kernel function it stands for: `mutex_lock()`. */
  readonly call?: string
  /** What ends the wait of a process that is blocked here, in kernel words; absent if the operation never waits. */
  readonly waits?: string
  readonly site?: Site
  /** The kernel source line the author named for the step. */
  readonly kernel?: string
  /** That no run takes it is no finding. */
  readonly optional?: true
  /** The hooked bodies this step runs inside, outermost first. */
  readonly frames: readonly Frame[]
  /** Where its process is when it calls it; absent for what is no call. */
  readonly from?: LocationId
  /** What lockdep hears of the call, in this order. */
  readonly lockdep?: readonly LockdepEvent[]
  /** It is no step of a path but the way into a hooked body, or past it. */
  readonly enters?: true
}

export interface System {
  readonly schema: 'fencecheck-system/1'
  readonly variables: readonly Variable[]
  readonly processes: readonly Process[]
  readonly transitions: readonly Transition[]
  readonly debts: readonly Debt[]
  readonly holds: readonly Hold[]
  readonly symmetries: readonly Symmetry[]
  readonly origins: readonly Origin[]
}

/** Whether somebody may give up a wait. */
export const hasEscapes = ({ transitions }: System): boolean => transitions.some(({ tag }) => isEscape(tag))
