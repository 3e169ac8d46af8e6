// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, System, TransitionId } from '#system/system'
import { js, joined, type Code, type Functions } from './code.ts'
import type { ExpressionCode } from './expression-code.ts'
import type { Layout } from './layout.ts'

/**
 * Transitions in one generated function. V8 does not optimise a function of more than 60 kB of bytecode, so what has
 * more is split.
 */
export const perFunction = 64

/** The functions that a dispatch is made of: what they are given, what they end with, how they are called. */
export interface Shape {
  readonly parameters: Code
  readonly end: Code
  readonly call: (callee: Code) => Code
}

/**
 * Writes code that goes through the processes, in order, and runs the code of `step` for every transition that leaves
 * the location of the process: ascending ids, since these are grouped by process.
 */
export class Dispatch {
  readonly #system: System
  readonly #layout: Layout
  readonly #functions: Functions
  readonly #expressions: ExpressionCode

  constructor(system: System, layout: Layout, functions: Functions, expressions: ExpressionCode) {
    this.#system = system
    this.#layout = layout
    this.#functions = functions
    this.#expressions = expressions
  }

  /** The calls that do it. Small processes share a function; one of many transitions has several. */
  calls(shape: Shape, step: (id: TransitionId) => Code): readonly Code[] {
    const { begin } = this.#expressions.access
    const calls: Code[] = []
    let together: Code[] = []
    let size = 0
    const close = (): void => {
      if (size === 0) return
      calls.push(shape.call(this.#functions.define(shape.parameters, js`${begin}${together}${shape.end}`)))
      together = []
      size = 0
    }
    for (const [process, locations] of this.#leaving().entries()) {
      const count = locations.reduce((sum, ids) => sum + ids.length, 0)
      if (size + count > perFunction) close()
      if (count > perFunction) calls.push(this.#large(process, locations, shape, step))
      else if (count > 0) together.push(this.#switch(process, [...locations.entries()], step))
      if (count <= perFunction) size += count
    }
    close()
    return calls
  }

  #leaving(): readonly (readonly (readonly TransitionId[])[])[] {
    const leaving = this.#system.processes.map((p) => p.locations.map((): TransitionId[] => []))
    for (const [id, { process, from }] of this.#system.transitions.entries()) leaving[process]![from]!.push(id)
    return leaving
  }

  #switch(
    process: ProcessId,
    locations: readonly (readonly [number, readonly TransitionId[]])[],
    step: (id: TransitionId) => Code,
  ): Code {
    const cases = locations.flatMap(([location, ids]) =>
      ids.length === 0 ? [] : [js`case ${location}:\n${ids.map(step)}break\n`],
    )
    return js`switch (${this.#at(process)}) {\n${cases}}\n`
  }

  /** A call of the one among several functions that has the present location. */
  #large(
    process: ProcessId,
    locations: readonly (readonly TransitionId[])[],
    shape: Shape,
    step: (id: TransitionId) => Code,
  ): Code {
    const blocks: (readonly [number, readonly TransitionId[]])[][] = [[]]
    const blockOf: number[] = []
    let size = 0
    for (const [location, ids] of locations.entries()) {
      if (size > 0 && size + ids.length > perFunction) {
        blocks.push([])
        size = 0
      }
      size += ids.length
      blocks.at(-1)!.push([location, ids])
      blockOf.push(blocks.length - 1)
    }
    const functions = blocks.map((some) =>
      this.#functions.define(
        shape.parameters,
        js`${this.#expressions.access.begin}${this.#switch(process, some, step)}${shape.end}`,
      ),
    )
    const blockAt = this.#constant(blockOf.map((block) => js`${block}`))
    return shape.call(js`${this.#constant(functions)}[${blockAt}[${this.#at(process)}]]`)
  }

  #constant(elements: readonly Code[]): Code {
    return this.#functions.constant(js`[${joined(elements, js`, `)}]`)
  }

  #at(process: ProcessId): Code {
    return this.#expressions.read(this.#layout.locations[process]!)
  }
}
