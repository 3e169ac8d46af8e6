// SPDX-License-Identifier: Apache-2.0
import { assignment } from '#system/assignment'
import { eachLeaf, evaluator, isLocationTest, not, type Reader } from '#system/expression'
import { evaluatedBy, looksAtLocations, processesLookedAt, readsOf } from '#system/footprint'
import { movesOf, suspensionsOf } from '#system/moves'
import type { Expr, Move, ProcessId, System, TransitionId, VarId } from '#system/system'
import { meeting, type FootprintIndex } from '#system/footprint-index'
import type { LocalValues } from './local-values.ts'
import { besides, type Lock, type LockValues } from './mutual-exclusion.ts'

/** Valuations beyond which two transitions count as being in each other's way. */
const most = 2 ** 12

type Valuation = Float64Array

/** A transition without what it does to the lock. */
interface Action {
  readonly moves: readonly Move[]
  readonly reads: ReadonlySet<VarId>
  readonly writes: ReadonlySet<VarId>
  readonly looksAt: readonly Expr[]
  readonly guard: readonly { readonly expr: Expr; readonly holds: (valuation: Valuation) => boolean }[]
  /** No handler runs on top of a mover. */
  readonly runs: (valuation: Valuation) => boolean
  /** What it writes depends on locations. */
  readonly opaque: boolean
  readonly fire: (valuation: Valuation) => boolean
}

const reader: Reader<Valuation> = { value: (valuation, v) => valuation[v]!, location: () => 0 }

/**
 * Right and left movers (Lipton 1975), by trying every valuation of the variables that two transitions touch: `t` moves
 * right across `b` if after `t`, `b` could have come first, and left across `b` if after `b`, `t` could have come first,
 * with the same result. What a process has written to its own variables is known of it at its location.
 */
export class Movers {
  readonly #system: System
  readonly #local: LocalValues
  readonly #lock: Lock
  readonly #index: FootprintIndex
  readonly #actions: (Action | undefined)[] = []

  constructor(system: System, local: LocalValues, lock: Lock, index: FootprintIndex) {
    this.#system = system
    this.#local = local
    this.#lock = lock
    this.#index = index
  }

  #action(id: TransitionId): Action {
    return (this.#actions[id] ??= actionOf(this.#system, id, this.#lock, this.#index))
  }

  /** Whether the transition moves right across all of the others that concern it. */
  right(id: TransitionId, concerns: (other: TransitionId) => boolean): boolean {
    return this.#near(id).every((other) => !concerns(other) || this.#moves(id, other, 'right'))
  }

  left(id: TransitionId, concerns: (other: TransitionId) => boolean): boolean {
    return this.#near(id).every((other) => !concerns(other) || this.#moves(id, other, 'left'))
  }

  /** Whether another transition could make a condition true while the process is at the location that `id` leaves. */
  canMakeTrue(when: Expr, process: ProcessId, at: number): boolean {
    const holds = evaluator(when, reader)
    const read = readsOf(when)
    const near = new Set([...read].flatMap((v) => this.#index.writing[v]!))
    for (const p of processesLookedAt(when)) for (const id of this.#index.moving[p]!) near.add(id)
    return [...near].some((id) => {
      const action = this.#action(id)
      if (action.moves.some((move) => move.process === process)) return false
      if (this.#system.transitions[id]!.guard.includes(0)) return false
      if (action.moves.some(({ process: p, from, to }) => tells([when], p, from, to))) return true
      if (action.writes.isDisjointFrom(read)) return false
      if (action.opaque || processesLookedAt(when).size > 0) return true
      const here: readonly Move[] = [{ process, from: at, to: at }, ...action.moves]
      const lock = this.#lockAt({ process, from: at })
      return this.#some(read.union(action.reads).union(action.writes), here, lock, (valuation) => {
        if (holds(valuation) !== 0 || !enabled(action, valuation)) return false
        return action.fire(valuation) && holds(valuation) !== 0
      })
    })
  }

  /**
   * Whether one of these transitions of a process is enabled at a location whatever the variables are worth: the lock apart,
   * which it holds inside, and which is free elsewhere.
   */
  oneAlwaysEnabled(process: ProcessId, at: number, ids: readonly TransitionId[]): boolean {
    const lock = this.#lockAt({ process, from: at })
    const actions = ids
      .map((id) => this.#action(id))
      .filter((action) => !action.guard.some((g) => looksAtLocations(g.expr)))
    const variables = new Set(actions.flatMap(({ guard }) => guard.flatMap(({ expr }) => [...readsOf(expr)])))
    const here: readonly Move[] = [{ process, from: at, to: at }]
    return !this.#some(variables, here, lock, (valuation) =>
      actions.every(({ guard }) => guard.some(({ holds }) => !holds(valuation))),
    )
  }

  /** What the lock is worth while processes are at these locations. */
  #lockAt(...moves: readonly Pick<Move, 'process' | 'from'>[]): LockValues {
    const holder = moves.find(({ process, from }) => this.#lock.inside[process]!.has(from))
    return holder === undefined ? this.#lock.free : this.#lock.heldBy.get(holder.process)!
  }

  /** Transitions of other processes with which it shares anything. */
  #near(id: TransitionId): readonly TransitionId[] {
    const { reads, writes, looksAt, moves } = this.#action(id)
    const readsLocationOf = new Set(looksAt.flatMap((e) => [...processesLookedAt(e)]))
    const movers = moves.map(({ process }) => process)
    return meeting(this.#index, { reads, writes, readsLocationOf }, movers).filter(
      (other) =>
        !this.#system.transitions[other]!.guard.includes(0) &&
        !this.#action(other).moves.some(({ process }) => movers.includes(process)),
    )
  }

  #moves(id: TransitionId, other: TransitionId, direction: 'right' | 'left'): boolean {
    const [t, b] = [this.#action(id), this.#action(other)]
    if (blurs(t, b) || blurs(b, t) || t.opaque || b.opaque) return false
    const [first, second] = direction === 'right' ? [t, b] : [b, t]
    const variables = [t.reads, t.writes, b.reads, b.writes].reduce((all, some) => all.union(some))
    // Whoever comes in reads a free lock; who waits, one that another holds, which only that one looks at.
    const lock = this.#lockAt(...t.moves, ...b.moves)
    const clash = this.#some(variables, [...t.moves, ...b.moves], lock, (valuation) => {
      // Inside, nothing runs on top: that is a condition of its own.
      if (!t.runs(valuation)) return false
      const before = valuation.slice()
      if (!enabled(first, valuation) || !first.fire(valuation)) return false
      if (!enabled(second, valuation) || !second.fire(valuation)) return false
      if (!enabled(second, before) || !second.fire(before)) return true
      if (!enabled(first, before) || !first.fire(before)) return true
      return [...variables].some((v) => valuation[v] !== before[v])
    })
    return !clash
  }

  /** Whether a valuation of these variables satisfies the test, which may change it; true if they are too many. */
  #some(
    variables: ReadonlySet<VarId>,
    moves: readonly Move[],
    lock: LockValues,
    test: (valuation: Valuation) => boolean,
  ): boolean {
    const choices: { readonly variables: readonly VarId[]; readonly tuples: readonly (readonly number[])[] }[] = []
    const open = new Set([...variables].filter((v) => !lock.has(v)))
    for (const { process, from } of moves) {
      const own = this.#local.own(process)
      const matter = own.filter((v) => open.has(v))
      if (matter.length === 0) continue
      const at = matter.map((v) => own.indexOf(v))
      const tuples = this.#local.at(process, from).map((values) => at.map((i) => values[i]!))
      choices.push({ variables: matter, tuples: [...new Map(tuples.map((tuple) => [tuple.join(), tuple])).values()] })
      for (const v of matter) open.delete(v)
    }
    for (const v of open) {
      const { min, max } = this.#system.variables[v]!
      if (max - min >= most) return true
      choices.push({ variables: [v], tuples: Array.from({ length: max - min + 1 }, (_, i) => [min + i]) })
    }
    if (choices.reduce((size, { tuples }) => size * tuples.length, 1) > most) return true
    const valuation = new Float64Array(this.#system.variables.length)
    for (const [v, value] of lock) valuation[v] = value
    const choose = (i: number): boolean => {
      const choice = choices[i]
      if (choice === undefined) return test(valuation.slice())
      return choice.tuples.some((tuple) => {
        for (const [k, v] of choice.variables.entries()) valuation[v] = tuple[k]!
        return choose(i + 1)
      })
    }
    return choose(0)
  }
}

const enabled = ({ guard, runs }: Action, valuation: Valuation): boolean =>
  runs(valuation) && guard.every(({ holds }) => holds(valuation))

/** Whether an expression tells two locations of a process apart. */
export function tells(expressions: readonly Expr[], process: ProcessId, a: number, b: number): boolean {
  let apart = false
  for (const e of expressions)
    eachLeaf(e, (leaf) => {
      if (isLocationTest(leaf) && leaf.process === process) apart ||= leaf.in.includes(a) !== leaf.in.includes(b)
    })
  return apart
}

/** Whether `a` changes something of a condition of `b` that valuations do not decide: one about locations. */
const blurs = (a: Action, b: Action): boolean =>
  a.moves.some(({ process, from, to }) => tells(b.looksAt, process, from, to)) ||
  b.looksAt.some((e) => looksAtLocations(e) && !readsOf(e).isDisjointFrom(a.writes))

function actionOf(system: System, id: TransitionId, { variables }: Lock, { footprints }: FootprintIndex): Action {
  const t = system.transitions[id]!
  const suspensions = suspensionsOf(system, t)
  const guard = besides(t.guard, variables)
  const runs = suspensions.filter((when) => !looksAtLocations(when)).map((when) => evaluator(not(when), reader))
  const effect = t.effect.filter(({ to }) => typeof to !== 'number' || !variables.has(to))
  const { reads, writes } = footprints[id]!
  const values = effect.flatMap(evaluatedBy)
  const assignments = effect.map((assign) => assignment(assign, reader))
  return {
    moves: movesOf(t),
    reads: reads.difference(variables),
    writes: writes.difference(variables),
    looksAt: [...guard, ...suspensions, ...values],
    guard: guard.map((expr) => {
      // One about locations counts as true: that only adds cases.
      const value = looksAtLocations(expr) ? () => 1 : evaluator(expr, reader)
      return { expr, holds: (valuation) => value(valuation) !== 0 }
    }),
    runs: (valuation) => runs.every((holds) => holds(valuation) !== 0),
    opaque: values.some(looksAtLocations),
    fire(valuation) {
      const written = assignments.map(({ target, value }) => [target(valuation), value(valuation)] as const)
      for (const [v, value] of written) {
        // Outside a range, or of the array, it is not enabled; see `LocalValues`.
        const range = system.variables[v]
        if (range === undefined || value < range.min || value > range.max) return false
        valuation[v] = value
      }
      return true
    },
  }
}
