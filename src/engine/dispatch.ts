// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, System, TransitionId } from '#system/system'
import { js, joined, type Code, type Functions } from './code.ts'
import type { ExpressionCode } from './expression-code.ts'
import type { Layout } from './layout.ts'

/**
 * Transitions in one generated function, and characters of its source. V8 does not optimise a function of more than 60 kB
 * of bytecode, so what has more is split.
 */
export const perFunction = 64
const mostText = 2 ** 15

/** The functions that a dispatch is made of: what they are given, what they end with, how they are called. */
export interface Shape {
  readonly parameters: Code
  readonly end: Code
  readonly call: (callee: Code) => Code
}

/** Code for some transitions that leave the same location. */
export type Steps = (ids: readonly TransitionId[]) => readonly Code[]

/**
 * Writes code that goes through the processes, in order, and runs what `steps` makes of the transitions that
 * leave the location of the process: ascending ids, since these are grouped by process.
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
  calls(shape: Shape, steps: Steps): readonly Code[] {
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
      if (count > perFunction) calls.push(this.#large(process, locations, shape, steps))
      else if (count > 0) together.push(this.#switch(process, [...locations.entries()], shape, steps))
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
    shape: Shape,
    steps: Steps,
  ): Code {
    const cases = locations.flatMap(([location, ids]) =>
      ids.length === 0 ? [] : [js`case ${location}:\n${this.#leave(ids, shape, steps)}break\n`],
    )
    return js`switch (${this.#at(process)}) {\n${cases}}\n`
  }

  /** The steps of one location; calls of several functions, if they are too many for one. */
  #leave(ids: readonly TransitionId[], shape: Shape, steps: Steps): readonly Code[] {
    const blocks: { readonly code: Code[]; size: number }[] = []
    for (let first = 0; first < ids.length; first += perFunction / 2) {
      const code = steps(ids.slice(first, first + perFunction / 2))
      const size = code.reduce((sum, { text }) => sum + text.length, 0)
      const last = blocks.at(-1)
      if (last === undefined || last.size + size > mostText) blocks.push({ code: [...code], size })
      else {
        last.code.push(...code)
        last.size += size
      }
    }
    const [only] = blocks
    if (only !== undefined && blocks.length === 1) return only.code
    const { begin } = this.#expressions.access
    return blocks.map(({ code }) =>
      shape.call(this.#functions.define(shape.parameters, js`${begin}${code}${shape.end}`)),
    )
  }

  /** A call of the one among several functions that has the present location. */
  #large(process: ProcessId, locations: readonly (readonly TransitionId[])[], shape: Shape, steps: Steps): Code {
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
        js`${this.#expressions.access.begin}${this.#switch(process, some, shape, steps)}${shape.end}`,
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
