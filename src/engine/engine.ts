// SPDX-License-Identifier: Apache-2.0
import type { Expr, System, TransitionId } from '#system/system'
import type { Machine } from '#system/machine'
import { layoutOf, LocationPlaces, pack, readField, type Layout, type Packed } from './layout.ts'
import { programOf, type Program } from './program.ts'
import { unlessUnfit } from './unfit.ts'
import { Visited } from './visited.ts'

/**
 * The fast machine: states packed into words, transitions compiled to JavaScript, visited states in an exact table.
 * It does what the reference interpreter does, which `test/engine/` checks state by state.
 */
export class Engine implements Machine<Packed> {
  readonly system: System
  readonly #layout: Layout
  readonly #program: Program
  readonly #places: LocationPlaces
  /** What properties ask in every state: who holds what, and what is owed. */
  readonly #asked: ReadonlySet<Expr>
  #compiled: ReadonlyMap<Expr, (state: Packed) => number> | undefined

  /** @throws Unfit if the system is not one for the engine. */
  constructor(system: System, layout = layoutOf(system), program = programOf(system, layout)) {
    this.system = system
    this.#layout = layout
    this.#program = program
    this.#asked = new Set([...system.holds.map(({ when }) => when), ...system.debts.map(({ owed }) => owed)])
    this.#places = new LocationPlaces(this.#layout.locations)
  }

  initial(): Packed {
    const { processes, variables } = this.system
    return pack(
      this.#layout,
      (p) => processes[p]!.init,
      (v) => variables[v]!.init,
    )
  }

  enabled(state: Packed): readonly TransitionId[] {
    return this.#program.enabled(state)
  }

  fire(state: Packed, transition: TransitionId): Packed {
    const next = state.slice()
    this.#program.fire(state, transition, next, 0)
    return next
  }

  value(state: Packed, variable: number): number {
    return readField(state, this.#layout.values[variable]!)
  }

  location(state: Packed, process: number): number {
    return readField(state, this.#layout.locations[process]!)
  }

  locations(state: Packed, into: Int32Array): void {
    this.#places.read(state, into)
  }

  compiled(e: Expr): ((state: Packed) => number) | undefined {
    if (!this.#asked.has(e)) return undefined
    this.#compiled ??= this.#compileAsked()
    return this.#compiled.get(e)
  }

  #compileAsked(): ReadonlyMap<Expr, (state: Packed) => number> {
    const asked = [...this.#asked]
    return new Map(this.compile(asked)?.map((value, i) => [asked[i]!, value]))
  }

  compile(expressions: readonly Expr[]): readonly ((state: Packed) => number)[] | undefined {
    return unlessUnfit(() => this.#program.numbers(expressions))
  }

  store(): Visited {
    return new Visited(this.system, this.#layout, this.#program)
  }
}
