// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { ModelExpr } from './expression.ts'

/**
 * A `Model` is what the user means: kernel objects, plain variables, and processes whose locations are joined by
 * operations on objects or by guarded assignments. One value is one instance: variant chosen, parameters filled in,
 * groups of copies written out. It is plain data with a versioned JSON form (`docs/model-json.md`).
 */
export interface Model {
  readonly schema: 'fencecheck-model/1'
  /** `subsystem/name`; names the model in results, traces and on the command line. */
  readonly id: string
  readonly summary?: string
  /** Kernel files and functions, commits, mails that the model was written from. */
  readonly sources?: readonly string[]
  /** What the model leaves out, a sentence each; printed with a verdict. */
  readonly abstracts?: readonly string[]
  /** The variant this instance is, if the model has variants. */
  readonly variant?: string
  /** The parameters this instance was built with. */
  readonly params?: Readonly<Record<string, number>>
  /** How the configuration switches of the model are set: `{ notifiers: 'off' }`; part of what a verdict rests on. */
  readonly switches?: Readonly<Record<string, string>>
  /** Rules of the DMA-fence contract that a violating variant breaks, by their number: `R7`. */
  readonly rules?: readonly string[]
  readonly objects?: readonly ModelObject[]
  readonly variables?: readonly ModelVariable[]
  readonly bodies: readonly Body[]
  readonly processes: readonly ModelProcess[]
  /** Bodies that run inside an operation of whoever performs it: fence callbacks, reclaim. */
  readonly hooks?: readonly Hook[]
  /** Replicas that the author declares alike. */
  readonly groups?: readonly Group[]
  /** Conditions that hold in every reachable state. */
  readonly invariants?: readonly Invariant[]
  readonly expect?: Expectation
}

export interface ModelObject {
  readonly name: string
  /** The primitive it is an instance of, by the name in the registry. */
  readonly kind: string
  /** Start values of fields, where they differ from the primitive's own. */
  readonly init?: Readonly<Record<string, number>>
  /** Other objects it is tied to, by the primitive's own word: `{ lock: 'dev->fence_lock' }`. */
  readonly refs?: Readonly<Record<string, string>>
  /** What it contains: the fences of a reservation. */
  readonly members?: readonly string[]
  /** What it is to other models (`mm`, `resv`, `reset`, `reclaim`): used when models are composed. */
  readonly role?: string
  /**
   * Objects with the same one share a lock class, as locks do that are initialised at one place: lockdep knows no instances.
   * Empty: lockdep knows nothing of it (a page lock).
   */
  readonly lockClass?: string
  readonly site?: Site
}

/** A bounded integer, or with `length` an array of them, indices from 0. Leaving `min .. max` is a violation. */
export interface ModelVariable {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly init: number | readonly number[]
  readonly length?: number
  readonly site?: Site
}

export interface ModelLocation {
  readonly name: string
  /** The process may legally stay here for ever. It must then hold nothing. */
  readonly rest?: boolean
}

/** A control graph. Several processes may run the same body; each has its own location in it. */
export interface Body {
  readonly name: string
  readonly initial: string
  readonly locations: readonly ModelLocation[]
  readonly steps: readonly Step[]
}

export type Step = CallStep | GuardStep | AssertStep

/** How a step is special: an escape from a wait, or a move that may happen but that nobody may rely on. */
export type StepTag = 'timeout' | 'signal' | 'opportunistic' | 'user' | 'environment'

interface StepBase {
  readonly at: string
  readonly tag?: StepTag
  /** Part of a building block, which a model need not use in full: that no run takes it is no finding. */
  readonly optional?: true
  /** Kernel source that the step stands for. */
  readonly kernel?: string
  readonly site?: Site
}

/** An operation on an object. Each exit of the operation that can be taken is given its next location. */
export interface CallStep extends StepBase {
  readonly call: {
    readonly op: string
    readonly on: string
    readonly args?: Readonly<Record<string, string>>
    readonly params?: Readonly<Record<string, number>>
    /** For lockdep alone: the lock is of a class of its own, `mutex_lock_nested(lock, subclass)`; 0 unless said. */
    readonly subclass?: number
    /** For lockdep alone: an object that is held and puts the locks taken under it in order, `spin_lock_nest_lock(lock, nestLock)`. */
    readonly nestLock?: string
  }
  readonly exits: Readonly<Record<string, string>>
  /** Exits that are assumed never to be taken (a timeout that never fires): no step leads there. */
  readonly excluded?: readonly string[]
}

/** Target of an assignment: a variable, or `['at', array, index]`. */
export type ModelTarget = string | readonly ['at', string, ModelExpr]

/**
 * One atomic step: while `when` is true it may be taken; then all of `set` is assigned at once, every expression read
 * before any is written. With `sync` it is one half of a rendezvous: it fires together with a step of the opposite
 * role on the same channel in another process, both guards read before, the sender's assignments and the receiver's
 * assigned at once.
 */
export interface GuardStep extends StepBase {
  readonly when?: ModelExpr
  readonly set?: readonly (readonly [ModelTarget, ModelExpr])[]
  readonly to: string
  /** How the step is called in a trace. */
  readonly label?: string
  readonly sync?: { readonly channel: string; readonly role: 'send' | 'receive' }
}

/** A claim about the state in which the step is taken; a violation if it is false there. */
export interface AssertStep extends StepBase {
  readonly assert: ModelExpr
  readonly message?: string
  readonly to: string
}

export const isCall = (step: Step): step is CallStep => 'call' in step
export const isAssert = (step: Step): step is AssertStep => 'assert' in step

export type ModelContext = 'task' | 'worker' | 'softirq' | 'hardirq' | 'hardware'

export interface ModelProcess {
  readonly name: string
  readonly body: string
  /** `task` unless said. */
  readonly context?: ModelContext
  /** For `softirq` and `hardirq`: how the handler is raised and on top of whom it runs. */
  readonly handler?: Handler
  /** The signalling path it is (`submit`, `reset`, `shrinker`), for composition; its name unless said. */
  readonly path?: string
  readonly site?: Site
}

/**
 * An interrupt handler waits at a location of its own called `idle`. Raised, it runs its body on top of one of `on`,
 * which cannot move until the handler has returned, or on a CPU that none of the model's processes uses. At a resting
 * location of its body it returns: a last step from a location called `return` takes it back to `idle`. No place of its
 * body may be called so, but for one at which it rests.
 */
export interface Handler {
  /** Processes it may run on top of, while they have this interrupt enabled. All tasks and workers unless said. */
  readonly on?: readonly string[]
  /** Whether it may also be delivered to a CPU of its own. True unless said. */
  readonly idleCpu?: boolean
  /** When it can be raised. Without it the interrupt may come at any time but nobody can rely on it. */
  readonly when?: ModelExpr
  /** Assigned when it is raised. */
  readonly set?: readonly (readonly [ModelTarget, ModelExpr])[]
}

/** `body` runs wherever an operation opens the hook `on`; only for operations on `object`, where that is given. */
export interface Hook {
  readonly on: string
  readonly object?: string
  readonly body: string
  /** It runs only while this is true (a callback that has been added). */
  readonly when?: ModelExpr
}

/** Replicas: copy `i` consists of the processes, objects and variables at place `i` of each list. */
export interface Group {
  readonly name: string
  readonly copies: readonly {
    readonly processes: readonly string[]
    readonly objects: readonly string[]
    readonly variables: readonly string[]
  }[]
}

export interface Invariant {
  readonly name: string
  readonly always: ModelExpr
  readonly site?: Site
}

/** The kinds of violation, the highest precedence first: of several that are found, the first of these is reported. */
export const kinds = [
  'misuse',
  'assertion',
  'range',
  'use-after-free',
  'stale-data',
  'dropped-dependency',
  'deadlock',
  'partial-deadlock',
  'unsignalled-fence',
  'masked',
  'livelock',
  'no-forward-progress',
] as const
export type Kind = (typeof kinds)[number]
export const shapes = ['self', 'cycle', 'knot', 'irq', 'none'] as const
export type Shape = (typeof shapes)[number]

/**
 * The verdict the author expects. For a violation: its kind, and as far as given its code, shape and exactly the
 * processes and objects involved, so that "violated" for another reason is a failure.
 */
export interface Expectation {
  readonly verdict: 'holds' | 'violated' | 'unknown'
  readonly kind?: Kind
  readonly code?: string
  readonly shape?: Shape
  readonly processes?: readonly string[]
  readonly objects?: readonly string[]
  /** What lockdep would do once every path has run, by how it is built; compared as far as it is given. */
  readonly lockdep?: Readonly<Partial<Record<LockdepMode, LockdepSays>>>
}

/**
 * How lockdep is built: as it is (`plain`), with the annotations of fence signalling, with cross-release (every wait of a kind
 * against every event of that kind), or with an edge for exactly what a path waits for and brings about (`exact`).
 */
export const lockdepModes = ['plain', 'annotated', 'cross-release', 'exact'] as const
export type LockdepMode = (typeof lockdepModes)[number]
export type LockdepSays = 'reports' | 'silent'
