// SPDX-License-Identifier: Apache-2.0
import type { Expr, System, TransitionId } from '#system/system'
import type { Machine, StateStore } from '#system/machine'
import { layoutOf, pack, readField, type Layout, type Packed } from './layout.ts'
import { askedOf, compile, compileExpressions, programOf, type Program } from './program.ts'
import { StateTable } from './state-table.ts'

/**
 * The fast machine: states packed into words, transitions compiled to JavaScript, visited states in an exact table.
 * It does what the reference interpreter does, which `test/engine/` checks state by state.
 */
export class Engine implements Machine<Packed> {
  readonly system: System
  readonly #layout: Layout
  readonly #program: Program
  readonly #compiled: ReadonlyMap<Expr, (state: Packed) => number>
  readonly #scratch: Int32Array

  /** @throws Unfit if the system is not one for the engine. */
  constructor(system: System, layout = layoutOf(system), program = compile(programOf(system, layout))) {
    this.system = system
    this.#layout = layout
    this.#program = program
    this.#compiled = new Map(askedOf(system).map((e, i) => [e, this.#program.asked[i]!]))
    this.#scratch = new Int32Array(this.#layout.words)
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
    this.#scratch.set(state)
    this.#program.fire(state, transition, this.#scratch, 0)
    return Array.from(this.#scratch)
  }

  value(state: Packed, variable: number): number {
    return readField(state, this.#layout.values[variable]!)
  }

  location(state: Packed, process: number): number {
    return readField(state, this.#layout.locations[process]!)
  }

  compiled(e: Expr): ((state: Packed) => number) | undefined {
    return this.#compiled.get(e)
  }

  compile(expressions: readonly Expr[]): readonly ((state: Packed) => number)[] | undefined {
    return compileExpressions(expressions, this.#layout)
  }

  store(): Visited {
    return new Visited(this.#layout, this.#program)
  }
}

/** The visited states of an engine. */
export class Visited implements StateStore<Packed> {
  readonly #words: number
  readonly #program: Program
  readonly #table: StateTable
  /** Successors of the state being expanded, one after the other, and their ids. */
  #successors: Int32Array
  #ids: Int32Array

  constructor({ words }: Layout, program: Program, table = new StateTable(words)) {
    this.#words = words
    this.#program = program
    this.#table = table
    this.#successors = new Int32Array(words * 16)
    this.#ids = new Int32Array(16)
  }

  get size(): number {
    return this.#table.size
  }

  get bytes(): number {
    return this.#table.bytes
  }

  add(state: Packed): number {
    this.#successors.set(state)
    return this.#table.add(this.#successors, 0)
  }

  get(id: number): Packed {
    return this.#table.get(id)
  }

  addSuccessors(state: Packed, transitions: readonly TransitionId[]): Int32Array {
    const n = transitions.length
    const words = this.#words
    if (this.#ids.length < n) {
      this.#ids = new Int32Array(n * 2)
      this.#successors = new Int32Array(n * 2 * words)
    }
    const successors = this.#successors
    for (let i = 0, at = 0; i < n; i++, at += words) {
      for (let w = 0; w < words; w++) successors[at + w] = state[w]!
      this.#program.fire(state, transitions[i]!, successors, at)
    }
    this.#table.addAll(successors, n, this.#ids)
    return this.#ids
  }
}
