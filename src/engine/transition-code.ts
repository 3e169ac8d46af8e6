// SPDX-License-Identifier: Apache-2.0
import { isApplication, isVarRead } from '#system/expression'
import { suspensionsOf } from '#system/moves'
import type { Expr, System, Target, TransitionId } from '#system/system'
import { bitTestOf, fieldTest, together, type BitTest } from './bit-test.ts'
import { js, joined, type Code } from './code.ts'
import { fewWords, type ExpressionCode } from './expression-code.ts'
import type { Field, Layout } from './layout.ts'

/** Writes what a transition needs and what it does. */
export class TransitionCode {
  readonly #system: System
  readonly #layout: Layout
  readonly #expressions: ExpressionCode
  readonly #known = new Map<Expr, Condition>()

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
    const steps = ids.map((id) => ({ conditions: this.#conditions(id), action: action(id) }))
    return where(steps, (some) => this.#every(some))
  }

  #conditions(id: TransitionId): readonly Condition[] {
    const transition = this.#system.transitions[id]!
    const { joint = [], guard } = transition
    const partners = joint.map(({ process, from }): Condition => {
      const field = this.#layout.locations[process]!
      const code = js`${this.#expressions.read(field)} === ${from}`
      return field.mask === 0 ? { code } : { code, test: fieldTest(field, from) }
    })
    const suspended = suspensionsOf(this.#system, transition).map((when) => ({
      code: js`!${this.#expressions.truth(when)}`,
    }))
    return [...partners, ...suspended, ...guard.map((g) => this.#condition(g))]
  }

  #condition(e: Expr): Condition {
    const known = this.#known.get(e)
    if (known !== undefined) return known
    const made = { code: this.#expressions.truth(e), test: bitTestOf(e, this.#system, this.#layout) }
    this.#known.set(e, made)
    return made
  }

  /** Whether all hold; those that are about bits of one word are asked at once. */
  #every(conditions: readonly Condition[]): readonly Code[] {
    const tests = conditions.flatMap(({ test }) => test ?? [])
    const others = conditions.flatMap(({ code, test }) => (test === undefined ? [code] : []))
    return joined([...together(tests, (word) => this.#expressions.access.word(word)), ...others], js` && `)
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

  /**
   * A field that grows by a constant is not taken out and put back: what it stores is in range before and after, so nothing is
   * carried into the field beside it, or borrowed from there.
   */
  #word(word: number, fields: readonly (readonly [Field, Expr])[]): Code {
    const isSum = ([field, value]: readonly [Field, Expr]): boolean => this.#growth(field, value) !== undefined
    const grown =
      fields.filter(isSum).reduce((sum, [field, value]) => sum + (this.#growth(field, value)! << field.shift), 0) | 0
    const others = fields.filter((each) => !isSum(each))
    const stays = others.reduce((bits, [{ mask, shift }]) => bits & ~(mask << shift), -1)
    const stored = others.map(([field, value]) => js` | ${this.#stored(field, value)}`)
    const before = this.#expressions.access.word(word)
    const left = others.length === 0 ? before : js`(${before} & ${stays})`
    return js`r[q + ${word}] = (${left}${grown === 0 ? js`` : js` + ${grown}`})${stored}${stored.length === 0 ? js` | 0` : js``}\n`
  }

  /** By how much the value that a field is given exceeds what it has, if that is a constant. */
  #growth(field: Field, value: Expr): number | undefined {
    if (!isApplication(value) || value.length !== 3) return undefined
    const [op, a, b] = value
    const isItself = (e: Expr): boolean => isVarRead(e) && this.#layout.values[e.v] === field
    if (op === '+' && isItself(a!) && typeof b === 'number') return b
    if (op === '+' && isItself(b!) && typeof a === 'number') return a
    return op === '-' && isItself(a!) && typeof b === 'number' ? -b : undefined
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
}

/** Conjuncts with the same text are the same. */
interface Condition {
  readonly code: Code
  readonly test?: BitTest | undefined
}

interface Conditional {
  readonly conditions: readonly Condition[]
  readonly action: Code
}

function where(
  steps: readonly Conditional[],
  every: (conditions: readonly Condition[]) => readonly Code[],
): readonly Code[] {
  const statements: Code[] = []
  for (let i = 0; i < steps.length;) {
    const { conditions, action } = steps[i]!
    const first = conditions[0]?.code.text
    let end = i + 1
    if (first !== undefined) while (steps[end]?.conditions[0]?.code.text === first) end++
    const alike = steps.slice(i, end)
    let shared = conditions.length
    for (const other of alike) {
      let n = 0
      while (n < shared && other.conditions[n]?.code.text === conditions[n]!.code.text) n++
      shared = n
    }
    const inner =
      alike.length === 1
        ? action
        : js`{\n${where(
            alike.map((step) => ({ ...step, conditions: step.conditions.slice(shared) })),
            every,
          )}}\n`
    statements.push(shared === 0 ? inner : js`if (${every(conditions.slice(0, shared))}) ${inner}`)
    i = end
  }
  return statements
}
