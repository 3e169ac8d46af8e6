// SPDX-License-Identifier: Apache-2.0
import type { Expr, System } from '#system/system'
import type { Code } from './code.ts'
import type { Layout, Packed } from './layout.ts'
import type { Expand, Moves } from './moves.ts'
import { bitsCode, expandCode, movesCode, numbersCode } from './sources.ts'
import { SeldomAsked } from './seldom-asked.ts'
import { Unfit } from './unfit.ts'

/** The functions that are generated from a system. */
export interface Program extends Moves {
  readonly expand: Expand
  /**
   * What says of the state that begins at index `at` of `keys` which of these conditions hold: a bit each, from `words[to]`
   * on. The same list of conditions gets the same function again.
   */
  bits(conditions: readonly Expr[]): Bits
  /** The value of each in a state. */
  numbers(expressions: readonly Expr[]): readonly ((state: Packed) => number)[]
}

export type Bits = (keys: Int32Array, at: number, words: Int32Array, to: number) => void

/** Single moves for which no code is generated. */
const few = 1000

/**
 * The program of a system. To generate and to compile takes longer than many a search, so all but `expand` waits until it is
 * used, and single moves until they are used often. What V8 takes for `expand` it takes for the rest: that has every guard and
 * effect.
 * @param seldom how many single moves come before code for them
 * @throws Unfit if the runtime refuses it
 */
export function programOf(system: System, layout: Layout, seldom = few): Program {
  const expand = evaluate(expandCode(system, layout)) as Expand
  const known = new WeakMap<readonly Expr[], Bits>()
  let compiled: Moves | undefined
  const compile = (): Moves => (compiled ??= evaluate(movesCode(system, layout)) as Moves)
  let expanded: Moves | undefined
  let asked = 0
  const moves = (): Moves =>
    asked++ < seldom ? (expanded ??= new SeldomAsked(system, layout, expand, compile)) : compile()
  return {
    expand,
    enabled: (state) => (compiled ?? moves()).enabled(state),
    fire: (state, transition, words, at) => (compiled ?? moves()).fire(state, transition, words, at),
    bits(conditions) {
      const made = known.get(conditions) ?? (evaluate(bitsCode(conditions, layout)) as Bits)
      known.set(conditions, made)
      return made
    },
    numbers: (expressions) => evaluate(numbersCode(expressions, layout)) as ReturnType<Program['numbers']>,
  }
}

/**
 * Turns source into what it yields.
 * @throws Unfit if the runtime refuses: code generation is switched off, or the source exceeds a limit of V8.
 */
export function evaluate(source: Code): unknown {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- see Code: it holds numbers and text of this room only
    return new Function(source.text)()
  } catch (cause) {
    throw new Unfit(`generated code was refused: ${(cause as Error).message}`, { cause })
  }
}
