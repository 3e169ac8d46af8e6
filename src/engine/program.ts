// SPDX-License-Identifier: Apache-2.0
import type { Expr, System, TransitionId } from '#system/system'
import { Functions, joined, js, type Code } from './code.ts'
import { ExpressionCode } from './expression-code.ts'
import type { Layout, Packed } from './layout.ts'
import { TransitionCode } from './transition-code.ts'
import { Unfit } from './unfit.ts'

/** What is generated from a system. */
export interface Program {
  /** The enabled transitions, in ascending id. */
  enabled(state: Packed): TransitionId[]
  /** Turns the copy of `state` that begins at index `at` of `words` into its successor. */
  fire(state: Packed, transition: TransitionId, words: Int32Array, at: number): void
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
  const expressions = new ExpressionCode(layout, functions)
  const transitions = new TransitionCode(system, layout, functions, expressions)
  const asked = askedOf(system).map((e) => functions.define(js`s`, js`return ${expressions.number(e)}\n`))
  return functions.returning(
    js`{ enabled: ${transitions.enabled()}, fire: ${transitions.fire()}, asked: [${joined(asked, js`, `)}] }`,
  )
}

/** Functions of a packed state, one an expression; undefined if the runtime refuses them. */
export function compileExpressions(
  expressions: readonly Expr[],
  layout: Layout,
): readonly ((state: Packed) => number)[] | undefined {
  try {
    const functions = new Functions(maxSource)
    const code = new ExpressionCode(layout, functions)
    const made = expressions.map((e) => functions.define(js`s`, js`return ${code.number(e)}\n`))
    return evaluate(functions.returning(js`[${joined(made, js`, `)}]`)) as readonly ((state: Packed) => number)[]
  } catch (error) {
    if (error instanceof Unfit) return undefined
    throw error
  }
}

/**
 * Turns source into what it yields.
 * @throws Unfit if the runtime refuses: code generation is switched off, or the source exceeds a limit of V8.
 */
export const compile = (source: Code): Program => evaluate(source) as Program

function evaluate(source: Code): unknown {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- see Code: it holds numbers and text of this room only
    return new Function(source.text)()
  } catch (cause) {
    throw new Unfit(`generated code was refused: ${(cause as Error).message}`, { cause })
  }
}
