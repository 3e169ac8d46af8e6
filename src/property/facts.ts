// SPDX-License-Identifier: Apache-2.0
import type { Observer } from '#explore/explore'
import { whenEnabled } from '#system/enabled'
import { or } from '#system/expression'
import type { Expansion, Machine, StateStore } from '#system/machine'
import type { Expr, LocationId, ProcessId, System, TransitionId } from '#system/system'
import type { BitRows } from './bit-rows.ts'
import { StateRows } from './state-rows.ts'

/**
 * What the properties need to know of a search: what was fired, noted meanwhile, and some conditions of each state,
 * asked of the stored states once a property wants to know.
 */
export class Facts<S> implements Observer<S> {
  /** Transitions that were fired in some state. */
  readonly fired: ReadonlySet<TransitionId>
  /** The first edge on which each fault was reported, by transition: the state it leaves. */
  readonly faults: ReadonlyMap<TransitionId, number>
  readonly #machine: Machine<S>
  readonly #fired = new Set<TransitionId>()
  /** The same, by transition: 1 if it was fired. */
  readonly #seen: Uint8Array
  readonly #faults = new Map<TransitionId, number>()
  readonly #resting: StateRows<S>
  readonly #faulted: StateRows<S>
  readonly #holding: StateRows<S>
  readonly #owed: StateRows<S>

  constructor(machine: Machine<S>) {
    this.#machine = machine
    this.fired = this.#fired
    this.faults = this.#faults
    this.#seen = new Uint8Array(machine.system.transitions.length)
    const { resting, faulted, holding, owed } = conditionsOf(machine.system)
    this.#resting = new StateRows(machine, resting)
    this.#faulted = new StateRows(machine, faulted)
    this.#holding = new StateRows(machine, holding)
    this.#owed = new StateRows(machine, owed)
  }

  /** Processes at a resting location. */
  get resting(): BitRows {
    return this.#resting.rows
  }

  /** Processes that have reported a fault. */
  get faulted(): BitRows {
    return this.#faulted.rows
  }

  /** Processes that hold something. */
  get holding(): BitRows {
    return this.#holding.rows
  }

  /** Debts that are owed, by their index in the system. */
  get owed(): BitRows {
    return this.#owed.rows
  }

  begin(store: StateStore<S>): void {
    for (const rows of [this.#resting, this.#faulted, this.#holding, this.#owed]) rows.of(store)
  }

  expanded(state: number, { transitions, from, to, rests }: Expansion): void {
    if (this.#fired.size === this.#seen.length) return
    for (let i = from; i < to; i++) this.#note(state, transitions[i]!)
    if (rests === undefined) return
    for (let i = from; i < to; i++) for (const transition of rests[i]!) this.#note(state, transition)
  }

  #note(from: number, transition: TransitionId): void {
    if (this.#seen[transition] === 1) return
    this.#seen[transition] = 1
    this.#fired.add(transition)
    if (this.#machine.system.transitions[transition]!.fault !== undefined) this.#faults.set(transition, from)
  }
}

interface Conditions {
  /** One a process. */
  readonly resting: readonly Expr[]
  readonly faulted: readonly Expr[]
  readonly holding: readonly Expr[]
  /** One a debt. */
  readonly owed: readonly Expr[]
}

const known = new WeakMap<System, Conditions>()

/** What is asked of each state; the same lists each time for the same system, as machines compile them. */
function conditionsOf(system: System): Conditions {
  const before = known.get(system)
  if (before !== undefined) return before
  const { processes, holds, debts } = system
  const held = processes.map((_, p) => holds.filter((hold) => hold.process === p && hold.queued !== true))
  const conditions = {
    resting: processes.map((_, p) => isResting(system, p)),
    faulted: processes.map((_, p) => isFaulted(system, p)),
    holding: held.map((some) => or(...some.map((hold) => hold.when))),
    owed: debts.map((debt) => debt.owed),
  }
  known.set(system, conditions)
  return conditions
}

/** Whether a process is at rest. An invariant, true or false, keeps nobody from going on. */
export function isResting({ processes }: System, process: ProcessId): Expr {
  const { context, locations, faultAt } = processes[process]!
  if (context === 'observer') return 1
  return among(
    process,
    [...locations.keys()].filter((l) => l !== faultAt && locations[l]!.rest),
  )
}

/**
 * Whether a process has reported a fault, or is about to report one that leaves it where it is
 * (`reduce/faults-in-place.ts`): what may come after it is not judged in either case.
 */
function isFaulted(system: System, process: ProcessId): Expr {
  const { context, faultAt } = system.processes[process]!
  if (context === 'observer') return 0
  const inPlace = system.transitions.flatMap((transition, id) =>
    transition.process === process && transition.fault !== undefined && transition.from === transition.to
      ? [whenEnabled(system, id)]
      : [],
  )
  return inPlace.length === 0 ? among(process, [faultAt]) : or(among(process, [faultAt]), ...inPlace)
}

const among = (process: ProcessId, locations: readonly LocationId[]): Expr =>
  locations.length === 0 ? 0 : { process, in: locations }
