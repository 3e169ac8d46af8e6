// SPDX-License-Identifier: Apache-2.0
import { suspensionsOf } from '#system/moves'
import type { Expr, ProcessId, System, Target, TransitionId } from '#system/system'
import { js, joined, type Code } from './code.ts'
import { fewWords, type ExpressionCode } from './expression-code.ts'
import type { Field, Layout } from './layout.ts'

/** Writes what a transition needs and what it does. */
export class TransitionCode {
  readonly #system: System
  readonly #layout: Layout
  readonly #expressions: ExpressionCode

  constructor(system: System, layout: Layout, expressions: ExpressionCode) {
    this.#system = system
    this.#layout = layout
    this.#expressions = expressions
  }

  /**
   * The action of each of these that is enabled, in their order, where their process is at their source already. What those
   * next to each other need alike is asked once: a step and its faults have most of their conditions in common.
   */
  whereEnabled(ids: readonly TransitionId[], action: (id: TransitionId) => Code): readonly Code[] {
    return where(ids.map((id) => ({ conditions: this.#conditions(id), action: action(id) })))
  }

  #conditions(id: TransitionId): readonly Code[] {
    const transition = this.#system.transitions[id]!
    const { joint = [], guard } = transition
    const partners = joint.map((move) => js`${this.#locationOf(move.process)} === ${move.from}`)
    const suspended = suspensionsOf(this.#system, transition).map((when) => js`!${this.#expressions.truth(when)}`)
    return [...partners, ...suspended, ...guard.map((g) => this.#expressions.truth(g))]
  }

  /**
   * Turns the copy of the state that begins at index `q` of `r` into the successor. Everything is read from the state
   * itself, so the order of assignments does not matter: they are simultaneous.
   */
  effect(id: TransitionId): readonly Code[] {
    return [...this.#changed(id).values(), ...this.#elements(id)]
  }

  /** Writes the whole successor to index `q` of `r`. */
  successor(id: TransitionId): readonly Code[] {
    const { words } = this.#layout
    const { word } = this.#expressions.access
    if (words > fewWords)
      return [js`for (let w = 0; w < ${words}; w++) r[q + w] = ${word(js`w`)}\n`, ...this.effect(id)]
    const changed = this.#changed(id)
    const kept = (w: number): Code => js`r[q + ${w}] = ${word(w)}\n`
    return [...Array.from({ length: words }, (_, w) => changed.get(w) ?? kept(w)), ...this.#elements(id)]
  }

  /** One statement a word that changes: the bits of the state that stay, and the new fields. */
  #changed(id: TransitionId): ReadonlyMap<number, Code> {
    const { process, to, joint = [], effect } = this.#system.transitions[id]!
    const { locations, values } = this.#layout
    const moves = [{ process, to }, ...joint].map((move) => [locations[move.process]!, move.to] as const)
    const plain = effect.flatMap(({ to, value }) => (typeof to === 'number' ? [[values[to]!, value] as const] : []))
    const byWord = Map.groupBy(
      [...moves, ...plain].filter(([field]) => field.mask !== 0),
      ([field]) => field.word,
    )
    return new Map([...byWord].map(([word, fields]) => [word, this.#word(word, fields)]))
  }

  #word(word: number, fields: readonly (readonly [Field, Expr])[]): Code {
    const stays = fields.reduce((bits, [{ mask, shift }]) => bits & ~(mask << shift), -1)
    const stored = fields.map(([field, value]) => js` | ${this.#stored(field, value)}`)
    return js`r[q + ${word}] = (${this.#expressions.access.word(word)} & ${stays})${stored}\n`
  }

  /** A number of the field's range as the bits that store it. */
  #stored({ shift, min }: Field, value: Expr): Code {
    if (typeof value === 'number') return js`${(value - min) << shift}`
    return js`((${this.#expressions.number(value)} - ${min}) << ${shift})`
  }

  /** Writes to elements that an index selects. */
  #elements(id: TransitionId): readonly Code[] {
    const { effect } = this.#system.transitions[id]!
    return effect.flatMap(({ to, value }) => (typeof to === 'number' ? [] : [this.#element(to, value)]))
  }

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

interface Conditional {
  readonly conditions: readonly Code[]
  readonly action: Code
}

function where(steps: readonly Conditional[]): readonly Code[] {
  const statements: Code[] = []
  for (let i = 0; i < steps.length;) {
    const { conditions, action } = steps[i]!
    const first = conditions[0]?.text
    let end = i + 1
    if (first !== undefined) while (steps[end]?.conditions[0]?.text === first) end++
    const alike = steps.slice(i, end)
    let shared = conditions.length
    for (const other of alike) {
      let n = 0
      while (n < shared && other.conditions[n]?.text === conditions[n]!.text) n++
      shared = n
    }
    const inner =
      alike.length === 1
        ? action
        : js`{\n${where(alike.map((step) => ({ ...step, conditions: step.conditions.slice(shared) })))}}\n`
    statements.push(shared === 0 ? inner : js`if (${joined(conditions.slice(0, shared), js` && `)}) ${inner}`)
    i = end
  }
  return statements
}
