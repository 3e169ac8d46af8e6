// SPDX-License-Identifier: Apache-2.0
import { isApplication, isLocationTest, isVarRead } from '#system/expression'
import type { Expr, LocationTest, Operator } from '#system/system'
import { js, joined, type Code, type Functions } from './code.ts'
import type { Field, Layout } from './layout.ts'

/** How generated functions are given a state. */
export interface Access {
  /** Their parameters for it, which are also the arguments that hand it on. */
  readonly state: Code
  /** What they begin with. */
  readonly begin: Code
  /** One of its words. */
  readonly word: (word: number | Code) => Code
}

/** Words of a state up to which they are written out one by one. */
export const fewWords = 8

/** A state by itself. */
export const single = (layout: Layout): Access => accessTo(layout, js`s`, (word) => js`s[${word}]`)
/** The state that begins at index `p` of `k`, among the stored ones. */
export const stored = (layout: Layout): Access => accessTo(layout, js`k, p`, (word) => js`k[p + ${word}]`)

/**
 * Words that are few are read once, when a function begins: for all that V8 knows, whatever is written goes to the same
 * array, and it would read them anew after that.
 */
function accessTo({ words }: Layout, state: Code, word: (word: number | Code) => Code): Access {
  if (words > fewWords) return { state, begin: js``, word }
  const read = Array.from({ length: words }, (_, w) => js`const w${w} = ${word(w)}\n`)
  return { state, begin: js`${read}`, word: (w) => (typeof w === 'number' ? js`w${w}` : word(w)) }
}

/**
 * Writes expressions as JavaScript over a packed state. The operators mean what `evaluator` in `system/expression.ts`
 * says, on the same numbers: JavaScript's own arithmetic, to the last undefined value.
 */
export class ExpressionCode {
  readonly access: Access
  readonly #layout: Layout
  readonly #functions: Functions

  constructor(layout: Layout, functions: Functions, access: (layout: Layout) => Access) {
    this.access = access(layout)
    this.#layout = layout
    this.#functions = functions
  }

  /** The number that a field of the state holds. */
  read(field: Field): Code {
    const { min } = field
    if (field.mask === 0) return js`${min}`
    const distance = this.#distance(field)
    return min === 0 ? distance : js`(${distance} + ${min})`
  }

  /** A JavaScript number. */
  number(e: Expr): Code {
    if (typeof e === 'number') return js`${e}`
    if (isVarRead(e)) return this.read(this.#layout.values[e.v]!)
    if (isLocationTest(e)) return this.#among(e)
    const [op, ...operands] = e
    switch (op) {
      case 'if':
        return js`(${this.truth(operands[0]!)} ? ${this.number(operands[1]!)} : ${this.number(operands[2]!)})`
      case 'at':
        return this.#at(operands[0]!, operands.slice(1))
      case '!':
      case '==':
      case '!=':
      case '<':
      case '<=':
      case 'and':
      case 'or':
        return js`(${this.truth(e)} ? 1 : 0)`
      default: {
        const [a, b] = operands.map((x) => this.number(x)) as [Code, Code]
        return arithmetic[op](a, b)
      }
    }
  }

  /** A JavaScript boolean: whether the value is anything but 0. */
  truth(e: Expr): Code {
    if (isApplication(e)) {
      const [op, ...operands] = e
      if (op === 'and') return this.every(operands)
      if (op === 'or')
        return operands.length === 0
          ? js`false`
          : js`(${joined(
              operands.map((x) => this.truth(x)),
              js` || `,
            )})`
      if (op === '!') return js`(${this.number(operands[0]!)} === 0)`
      const compare = comparison[op]
      if (compare !== undefined) return compare(this.number(operands[0]!), this.number(operands[1]!))
    }
    return js`(${this.number(e)} !== 0)`
  }

  /** Whether all are true, looked at in order. */
  every(conditions: readonly Expr[]): Code {
    if (conditions.length === 0) return js`true`
    return js`(${joined(
      conditions.map((x) => this.truth(x)),
      js` && `,
    )})`
  }

  /** 1 while the process is at one of the locations. */
  #among({ process, in: locations }: LocationTest): Code {
    const at = this.read(this.#layout.locations[process]!)
    if (locations.every((l) => l < 32)) {
      const set = locations.reduce((bits, l) => bits | (1 << l), 0)
      // A shift counts modulo 32, so the location itself must be below 32 as well.
      const inside = js`((${set} >>> ${at}) & 1)`
      return this.#layout.locations[process]!.mask < 32 ? inside : js`(${at} < 32 ? ${inside} : 0)`
    }
    const cases = locations.map((l) => js`case ${l}:\n`)
    return js`${this.#functions.define(js`l`, js`switch (l) {\n${cases}return 1\n}\nreturn 0\n`)}(${at})`
  }

  /** The element that the index selects; 0 outside. */
  #at(index: Expr, elements: readonly Expr[]): Code {
    const cases = elements.map((e, i) => js`case ${i}: return ${this.number(e)}\n`)
    const { state, begin } = this.access
    const select = this.#functions.define(js`${state}, i`, js`${begin}switch (i) {\n${cases}}\nreturn 0\n`)
    return js`${select}(${state}, ${this.number(index)})`
  }

  /** What a field stores: how far its number is from its minimum. */
  #distance({ word, shift, mask }: Field): Code {
    const bits = this.access.word(word)
    if ((mask << shift) >>> 31 === 1) return js`(${bits} >>> ${shift})`
    return shift === 0 ? js`(${bits} & ${mask})` : js`((${bits} >>> ${shift}) & ${mask})`
  }
}

type Binary = (a: Code, b: Code) => Code

const comparison: Readonly<Partial<Record<Operator, Binary>>> = {
  '==': (a, b) => js`(${a} === ${b})`,
  '!=': (a, b) => js`(${a} !== ${b})`,
  '<': (a, b) => js`(${a} < ${b})`,
  '<=': (a, b) => js`(${a} <= ${b})`,
}

const arithmetic: Readonly<Record<'neg' | '~' | '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>', Binary>> =
  {
    neg: (a) => js`(0 - ${a})`,
    '~': (a) => js`(~${a})`,
    '+': (a, b) => js`(${a} + ${b})`,
    '-': (a, b) => js`(${a} - ${b})`,
    '*': (a, b) => js`(${a} * ${b})`,
    '/': (a, b) => js`(Math.trunc(${a} / ${b}) + 0)`,
    '%': (a, b) => js`((${a} % ${b}) + 0)`,
    '&': (a, b) => js`(${a} & ${b})`,
    '|': (a, b) => js`(${a} | ${b})`,
    '^': (a, b) => js`(${a} ^ ${b})`,
    '<<': (a, b) => js`(${a} * 2 ** ${b})`,
    '>>': (a, b) => js`(${a} >> ${b})`,
  }
