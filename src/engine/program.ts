// SPDX-License-Identifier: Apache-2.0
import type { Expr, System, TransitionId } from '#system/system'
import { Functions, joined, js, type Code } from './code.ts'
import { Dispatch, perFunction } from './dispatch.ts'
import { ExpressionCode, single, stored } from './expression-code.ts'
import type { Layout, Packed } from './layout.ts'
import { TransitionCode } from './transition-code.ts'
import { Unfit } from './unfit.ts'

/** What generated code writes words to. */
interface Words {
  [index: number]: number
}

/** What is generated from a system. */
export interface Program {
  /** The enabled transitions, in ascending id. */
  enabled(state: Packed): TransitionId[]
  /** Turns the copy of `state` that begins at index `at` of `words` into its successor. */
  fire(state: Packed, transition: TransitionId, words: Words, at: number): void
  /**
   * All of both for the state that begins at index `at` of `keys`: puts its enabled transitions into `enabled`, in
   * ascending id, and their successors into `successors`. Of each there are `count` already; returns how many there are
   * then.
   */
  expand(keys: Int32Array, at: number, enabled: Int32Array, successors: Int32Array, count: number): number
  /** The values of what a search asks in every state: {@link askedOf}, in that order. */
  readonly asked: readonly ((state: Packed) => number)[]
}

/** The conditions of a system that properties look at in every state. */
export const askedOf = ({ holds, debts }: System): readonly Expr[] => [
  ...new Set([...holds.map((hold) => hold.when), ...debts.map((debt) => debt.owed)]),
]

/** Characters of source beyond which a system is left to the interpreter. */
const maxSource = 2 ** 24

/** The source of a system's program. */
export function programOf(system: System, layout: Layout): Code {
  const functions = new Functions(maxSource)
  const expressions = new ExpressionCode(layout, functions, single)
  const asked = askedOf(system).map((e) => functions.define(js`s`, js`return ${expressions.number(e)}\n`))
  return functions.returning(
    js`{
enabled: ${enabled(system, layout, functions, expressions)},
fire: ${fire(system, layout, functions, expressions)},
expand: ${expand(system, layout, functions)},
asked: [${joined(asked, js`, `)}]
}`,
  )
}

/** `(s) => TransitionId[]` */
function enabled(system: System, layout: Layout, functions: Functions, expressions: ExpressionCode): Code {
  const transitions = new TransitionCode(system, layout, expressions)
  const shape = { parameters: js`s, e`, end: js``, call: (callee: Code) => js`${callee}(s, e)\n` }
  const calls = new Dispatch(system, layout, functions, expressions).calls(shape, (id) =>
    transitions.ifEnabled(id, js`e.push(${id})\n`),
  )
  return functions.define(js`s`, js`const e = []\n${calls}return e\n`)
}

/** `(s, t, r, q) => void` */
function fire(system: System, layout: Layout, functions: Functions, expressions: ExpressionCode): Code {
  const transitions = new TransitionCode(system, layout, expressions)
  const ids = [...system.transitions.keys()]
  const blocks: Code[] = []
  for (let first = 0; first < ids.length; first += perFunction) {
    const cases = ids.slice(first, first + perFunction).map((id) => js`case ${id}:\n${transitions.effect(id)}return\n`)
    blocks.push(functions.define(js`s, t, r, q`, js`switch (t) {\n${cases}}\n`))
  }
  const [only] = blocks
  if (only !== undefined && blocks.length === 1) return only
  const table = functions.constant(js`[${joined(blocks, js`, `)}]`)
  return functions.define(js`s, t, r, q`, js`${table}[t >> ${Math.log2(perFunction)}](s, t, r, q)\n`)
}

/** `(k, p, e, r) => number`, where `n` are found so far. */
function expand(system: System, layout: Layout, functions: Functions): Code {
  const expressions = new ExpressionCode(layout, functions, stored)
  const transitions = new TransitionCode(system, layout, expressions)
  const shape = {
    parameters: js`k, p, e, r, n`,
    end: js`return n\n`,
    call: (callee: Code) => js`n = ${callee}(k, p, e, r, n)\n`,
  }
  const calls = new Dispatch(system, layout, functions, expressions).calls(shape, (id) =>
    transitions.ifEnabled(id, js`{\nconst q = n * ${layout.words}\ne[n++] = ${id}\n${transitions.successor(id)}}\n`),
  )
  return functions.define(js`k, p, e, r, n`, js`${calls}return n\n`)
}

/** Says of the state that begins at index `at` of `keys` which conditions hold: a bit each, from `words[to]` on. */
export type Bits = (keys: Int32Array, at: number, words: Int32Array, to: number) => void

/** `(k, p, r, q) => void`: the source of {@link Bits} for these conditions. */
export function bitsOf(conditions: readonly Expr[], layout: Layout): Code {
  const functions = new Functions(maxSource)
  const expressions = new ExpressionCode(layout, functions, stored)
  const calls: Code[] = []
  for (let first = 0; first < conditions.length; first += 32) {
    const bits = conditions.slice(first, first + 32).map((e, i) => js`if (${expressions.truth(e)}) b |= ${1 << i}\n`)
    const word = functions.define(js`k, p`, js`let b = 0\n${bits}return b\n`)
    calls.push(js`r[q + ${first / 32}] = ${word}(k, p)\n`)
  }
  return functions.returning(functions.define(js`k, p, r, q`, js`${calls}`))
}

/** The source of a list of functions of a packed state, one an expression: its value. */
export function numbersOf(expressions: readonly Expr[], layout: Layout): Code {
  const functions = new Functions(maxSource)
  const code = new ExpressionCode(layout, functions, single)
  const made = expressions.map((e) => functions.define(js`s`, js`return ${code.number(e)}\n`))
  return functions.returning(js`[${joined(made, js`, `)}]`)
}

/** The program that the source of {@link programOf} is. */
export const compile = (source: Code): Program => evaluate(source) as Program

/** The function that the source of {@link bitsOf} is. */
export const compileBits = (source: Code): Bits => evaluate(source) as Bits

/** The functions that the source of {@link numbersOf} is. */
export const compileAll = (source: Code): readonly ((state: Packed) => number)[] =>
  evaluate(source) as readonly ((state: Packed) => number)[]

/**
 * Turns source into what it yields.
 * @throws Unfit if the runtime refuses: code generation is switched off, or the source exceeds a limit of V8.
 */
function evaluate(source: Code): unknown {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- see Code: it holds numbers and text of this room only
    return new Function(source.text)()
  } catch (cause) {
    throw new Unfit(`generated code was refused: ${(cause as Error).message}`, { cause })
  }
}
