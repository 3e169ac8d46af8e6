// SPDX-License-Identifier: Apache-2.0
import type { Expr, System, TransitionId } from '#system/system'
import type { Machine } from '#system/machine'
import { layoutOf, LocationPlaces, pack, readField, type Layout, type Packed } from './layout.ts'
import { askedOf, compile, compileAll, numbersOf, programOf, type Program } from './program.ts'
import { Unfit } from './unfit.ts'
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
  readonly #compiled: ReadonlyMap<Expr, (state: Packed) => number>

  /** @throws Unfit if the system is not one for the engine. */
  constructor(system: System, layout = layoutOf(system), program = compile(programOf(system, layout))) {
    this.system = system
    this.#layout = layout
    this.#program = program
    this.#compiled = new Map(askedOf(system).map((e, i) => [e, this.#program.asked[i]!]))
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
    return this.#compiled.get(e)
  }

  compile(expressions: readonly Expr[]): readonly ((state: Packed) => number)[] | undefined {
    try {
      return compileAll(numbersOf(expressions, this.#layout))
    } catch (error) {
      if (error instanceof Unfit) return undefined
      throw error
    }
  }

  store(): Visited {
    return new Visited(this.system, this.#layout, this.#program)
  }
}
