// SPDX-License-Identifier: Apache-2.0
import type { Expr, ProcessId, System, Target, Transition, TransitionId } from '#system/system'
import { js, joined, type Code, type Functions } from './code.ts'
import type { ExpressionCode } from './expression-code.ts'
import type { Field, Layout } from './layout.ts'

/**
 * Transitions in one generated function. V8 does not optimise a function of more than 60 kB of bytecode, so a process
 * or an effect with more is split.
 */
const perFunction = 64

/** Writes what a system's transitions need and what they do. */
export class TransitionCode {
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

  /** `(s) => TransitionId[]`: the enabled transitions of `s`, in ascending id. */
  enabled(): Code {
    const leaving = this.#system.processes.map((p) => p.locations.map((): TransitionId[] => []))
    for (const [id, { process, from }] of this.#system.transitions.entries()) leaving[process]![from]!.push(id)
    const calls = leaving.flatMap((locations, process) =>
      locations.every((ids) => ids.length === 0) ? [] : [js`${this.#leaving(process, locations)}(s, e)\n`],
    )
    return this.#functions.define(js`s`, js`const e = []\n${calls}return e\n`)
  }

  /**
   * `(s, t, r, q) => void`: turns the copy of `s` that begins at index `q` of `r` into the successor by `t`. Everything
   * is read from `s`, so the order of assignments does not matter: they are simultaneous.
   */
  fire(): Code {
    const blocks: Code[] = []
    for (let first = 0; first < this.#system.transitions.length; first += perFunction) {
      const some = this.#system.transitions.slice(first, first + perFunction)
      const cases = some.map((transition, i) => js`case ${first + i}:\n${this.#effect(transition)}return\n`)
      blocks.push(this.#functions.define(js`s, t, r, q`, js`switch (t) {\n${cases}}\n`))
    }
    const [only] = blocks
    if (blocks.length === 1) return only!
    const table = this.#functions.constant(js`[${joined(blocks, js`, `)}]`)
    return this.#functions.define(js`s, t, r, q`, js`${table}[t >> ${Math.log2(perFunction)}](s, t, r, q)\n`)
  }

  /** `(s, e) => void`: adds the enabled transitions of one process to `e`. */
  #leaving(process: ProcessId, locations: readonly (readonly TransitionId[])[]): Code {
    const at = this.#expressions.read(this.#layout.locations[process]!)
    const blocks: Code[] = []
    const blockOf: number[] = []
    let cases: Code[] = []
    let size = 0
    const close = (): void => {
      if (size === 0) return
      blocks.push(this.#functions.define(js`s, e`, js`switch (${at}) {\n${cases}}\n`))
      cases = []
      size = 0
    }
    for (const [location, ids] of locations.entries()) {
      if (size + ids.length > perFunction) close()
      blockOf.push(blocks.length)
      if (ids.length === 0) continue
      cases.push(js`case ${location}:\n${ids.map((id) => this.#ifEnabled(id))}break\n`)
      size += ids.length
    }
    close()
    const [only] = blocks
    if (blocks.length === 1) return only!
    const block = this.#functions.constant(
      js`[${joined(
        blockOf.map((b) => js`${Math.min(b, blocks.length - 1)}`),
        js`, `,
      )}]`,
    )
    const table = this.#functions.constant(js`[${joined(blocks, js`, `)}]`)
    return this.#functions.define(js`s, e`, js`${table}[${block}[${at}]](s, e)\n`)
  }

  /** Its process is at its source already; what is left are the partners, the handlers and the guard. */
  #ifEnabled(id: TransitionId): Code {
    const { process, joint = [], guard } = this.#system.transitions[id]!
    const partners = joint.map((move) => js`${this.#locationOf(move.process)} === ${move.from}`)
    const suspended = [process, ...joint.map((move) => move.process)].flatMap((p) =>
      this.#system.processes[p]!.suspended.map(({ when }) => js`!${this.#expressions.truth(when)}`),
    )
    const conditions = [...partners, ...suspended, ...guard.map((g) => this.#expressions.truth(g))]
    const add = js`e.push(${id})\n`
    return conditions.length === 0 ? add : js`if (${joined(conditions, js` && `)}) ${add}`
  }

  #effect({ process, to, joint = [], effect }: Transition): readonly Code[] {
    const { locations, values } = this.#layout
    const moves = [{ process, to }, ...joint].map((move) => [locations[move.process]!, move.to] as const)
    const plain = effect.flatMap(({ to, value }) => (typeof to === 'number' ? [[values[to]!, value] as const] : []))
    const computed = effect.flatMap(({ to, value }) => (typeof to === 'number' ? [] : [this.#element(to, value)]))
    return [...this.#words([...moves, ...plain]), ...computed]
  }

  /** One statement a word that changes: the bits of `s` that stay, and the new fields. */
  #words(writes: readonly (readonly [Field, Expr])[]): readonly Code[] {
    const byWord = Map.groupBy(
      writes.filter(([field]) => field.mask !== 0),
      ([field]) => field.word,
    )
    return [...byWord].map(([word, fields]) => {
      const kept = fields.reduce((bits, [{ mask, shift }]) => bits & ~(mask << shift), -1)
      const stored = fields.map(([field, value]) => js` | ${this.#stored(field, value)}`)
      return js`r[q + ${word}] = (s[${word}] & ${kept})${stored}\n`
    })
  }

  /** A number of the field's range as the bits that store it. */
  #stored({ shift, min }: Field, value: Expr): Code {
    if (typeof value === 'number') return js`${(value - min) << shift}`
    return js`((${this.#expressions.number(value)} - ${min}) << ${shift})`
  }

  /** Writes the element that the index selects. */
  #element([, index, ...elements]: Exclude<Target, number>, value: Expr): Code {
    const cases = elements.map((v, i) => {
      const field = this.#layout.values[v]!
      if (field.mask === 0) return js``
      const at = js`r[q + ${field.word}]`
      return js`case ${i}:\n${at} = (${at} & ${~(field.mask << field.shift)}) | ${this.#stored(field, value)}\nbreak\n`
    })
    return js`switch (${this.#expressions.number(index)}) {\n${cases}}\n`
  }

  #locationOf(process: ProcessId): Code {
    return this.#expressions.read(this.#layout.locations[process]!)
  }
}
