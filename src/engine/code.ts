// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { Unfit } from './unfit.ts'

/**
 * A piece of JavaScript source. It can be made only by {@link js}, from literal text of this room, whole numbers and
 * other pieces: nothing of a model (names, labels, details) can become part of it.
 */
export class Code {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** The template tag behind {@link js}. */
  static of(literal: TemplateStringsArray, ...holes: readonly Hole[]): Code {
    return new Code(literal.reduce((text, part, i) => text + Code.#show(holes[i - 1]!) + part))
  }

  static #show(hole: Hole): string {
    if (hole instanceof Code) return hole.#text
    if (typeof hole === 'object') return hole.map((each) => Code.#show(each)).join('')
    invariant(Number.isSafeInteger(hole), 'generated code is made of whole numbers and code only')
    return hole < 0 ? `(${hole})` : String(hole)
  }

  /** The only way out: the text is run by `evaluate` alone (program.ts). */
  get text(): string {
    return this.#text
  }
}

/** What may stand in a hole: a whole number, code, or pieces of code one after the other. */
export type Hole = number | Code | readonly Code[]

/** Writes code: ``js`(${a} + ${b})` ``. An identifier is made as ``js`f${3}` ``. */
export const js = Code.of

/** Pieces of code with `separator` between them. */
export const joined = (pieces: readonly Code[], separator: Code): readonly Code[] =>
  pieces.flatMap((piece, i) => (i === 0 ? [piece] : [separator, piece]))

/** The functions of a program, which may call each other by the names that `define` gives. */
export class Functions {
  readonly #definitions: Code[] = []
  readonly #limit: number
  #size = 0

  /** @param limit the characters of source it may have */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds `(parameters) { body }` under a name of its own. */
  define(parameters: Code, body: Code): Code {
    const name = js`f${this.#definitions.length}`
    this.#add(js`function ${name}(${parameters}) {\n${body}}\n`)
    return name
  }

  /** Adds a value under a name of its own, made once. */
  constant(value: Code): Code {
    const name = js`f${this.#definitions.length}`
    this.#add(js`const ${name} = ${value}\n`)
    return name
  }

  #add(definition: Code): void {
    this.#size += definition.text.length
    if (this.#size > this.#limit) throw new Unfit(`generated code would exceed ${this.#limit} characters`)
    this.#definitions.push(definition)
  }

  /** All definitions, and what the program yields. */
  returning(result: Code): Code {
    return js`'use strict'\n${this.#definitions}return ${result}\n`
  }
}
