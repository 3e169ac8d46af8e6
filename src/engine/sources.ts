// SPDX-License-Identifier: Apache-2.0
import type { Expr, System } from '#system/system'
import { Functions, joined, js, type Code } from './code.ts'
import { Dispatch, perFunction } from './dispatch.ts'
import { ExpressionCode, single, stored } from './expression-code.ts'
import type { Layout } from './layout.ts'
import { TransitionCode } from './transition-code.ts'

/** Characters of source beyond which a system is left to the interpreter. */
const maxSource = 2 ** 24

/** The source of `enabled` and `fire` of a program. */
export function movesCode(system: System, layout: Layout): Code {
  const functions = new Functions(maxSource)
  const expressions = new ExpressionCode(layout, functions, single)
  return functions.returning(
    js`{
enabled: ${enabled(system, layout, functions, expressions)},
fire: ${fire(system, layout, functions, expressions)}
}`,
  )
}

/** `(s) => TransitionId[]` */
function enabled(system: System, layout: Layout, functions: Functions, expressions: ExpressionCode): Code {
  const transitions = new TransitionCode(system, layout, expressions)
  const shape = { parameters: js`s, e`, end: js``, call: (callee: Code) => js`${callee}(s, e)\n` }
  const calls = new Dispatch(system, layout, functions, expressions).calls(shape, (ids) =>
    transitions.whereEnabled(ids, (id) => js`e.push(${id})\n`),
  )
  return functions.define(js`s`, js`${expressions.access.begin}const e = []\n${calls}return e\n`)
}

/** `(s, t, r, q) => void` */
function fire(system: System, layout: Layout, functions: Functions, expressions: ExpressionCode): Code {
  const transitions = new TransitionCode(system, layout, expressions)
  const ids = [...system.transitions.keys()]
  const blocks: Code[] = []
  for (let first = 0; first < ids.length; first += perFunction) {
    const cases = ids.slice(first, first + perFunction).map((id) => js`case ${id}:\n${transitions.effect(id)}return\n`)
    blocks.push(functions.define(js`s, t, r, q`, js`${expressions.access.begin}switch (t) {\n${cases}}\n`))
  }
  const [only] = blocks
  if (only !== undefined && blocks.length === 1) return only
  const table = functions.constant(js`[${joined(blocks, js`, `)}]`)
  return functions.define(js`s, t, r, q`, js`${table}[t >> ${Math.log2(perFunction)}](s, t, r, q)\n`)
}

/** The source of `expand`: `(k, p, e, r, n) => number`, where `n` are found so far. */
export function expandCode(system: System, layout: Layout): Code {
  const functions = new Functions(maxSource)
  const expressions = new ExpressionCode(layout, functions, stored)
  const transitions = new TransitionCode(system, layout, expressions)
  const shape = {
    parameters: js`k, p, e, r, n`,
    end: js`return n\n`,
    call: (callee: Code) => js`n = ${callee}(k, p, e, r, n)\n`,
  }
  const calls = new Dispatch(system, layout, functions, expressions).calls(shape, (ids) =>
    transitions.whereEnabled(
      ids,
      (id) => js`{\nconst q = n * ${layout.words}\ne[n++] = ${id}\n${transitions.successor(id)}}\n`,
    ),
  )
  return functions.returning(functions.define(js`k, p, e, r, n`, js`${expressions.access.begin}${calls}return n\n`))
}

/** `(k, p, r, q) => void`: the source of `bits` for these conditions. */
export function bitsCode(conditions: readonly Expr[], layout: Layout): Code {
  const functions = new Functions(maxSource)
  const expressions = new ExpressionCode(layout, functions, stored)
  const calls: Code[] = []
  for (let first = 0; first < conditions.length; first += 32) {
    const bits = conditions.slice(first, first + 32).map((e, i) => js`if (${expressions.truth(e)}) b |= ${1 << i}\n`)
    const word = functions.define(js`k, p`, js`${expressions.access.begin}let b = 0\n${bits}return b\n`)
    calls.push(js`r[q + ${first / 32}] = ${word}(k, p)\n`)
  }
  return functions.returning(functions.define(js`k, p, r, q`, js`${calls}`))
}

/** The source of a list of functions of a packed state, one an expression: its value. */
export function numbersCode(expressions: readonly Expr[], layout: Layout): Code {
  const functions = new Functions(maxSource)
  const code = new ExpressionCode(layout, functions, single)
  const made = expressions.map((e) => functions.define(js`s`, js`${code.access.begin}return ${code.number(e)}\n`))
  return functions.returning(js`[${joined(made, js`, `)}]`)
}
