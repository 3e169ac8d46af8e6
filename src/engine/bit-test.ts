// SPDX-License-Identifier: Apache-2.0
import { evaluator, isApplication } from '#system/expression'
import { looksAtLocations, readsOf } from '#system/footprint'
import type { Expr, System } from '#system/system'
import { js, type Code } from './code.ts'
import type { Field, Layout } from './layout.ts'

/** That some bits of a word are these: a condition that can be asked together with others about the same word. */
export interface BitTest {
  readonly word: number
  readonly mask: number
  readonly bits: number
}

/** That a field has this number. */
export const fieldTest = ({ word, shift, mask, min }: Field, value: number): BitTest => ({
  word,
  mask: mask << shift,
  bits: (value - min) << shift,
})

/** Values of a variable up to which all are tried. */
const few = 16

/** What a condition comes to that looks at one variable of few values, and is true for one of these alone. */
export function bitTestOf(e: Expr, { variables }: System, layout: Layout): BitTest | undefined {
  if (typeof e === 'number' || (isApplication(e) && looksAtLocations(e))) return undefined
  const [v, ...others] = readsOf(e)
  if (v === undefined || others.length > 0) return undefined
  const { min, max } = variables[v]!
  if (max - min >= few || max === min) return undefined
  const value = evaluator<number>(e, { value: (x) => x, location: () => 0 })
  const holding = Array.from({ length: max - min + 1 }, (_, i) => min + i).filter((x) => value(x) !== 0)
  return holding.length === 1 ? fieldTest(layout.values[v]!, holding[0]!) : undefined
}

/** One test a word that says what all of these do. */
export function together(tests: readonly BitTest[], read: (word: number) => Code): readonly Code[] {
  const byWord = new Map<number, { mask: number; bits: number; never: boolean }>()
  for (const { word, mask, bits } of tests) {
    const known = byWord.get(word) ?? { mask: 0, bits: 0, never: false }
    known.never ||= ((known.bits ^ bits) & known.mask & mask) !== 0
    known.mask |= mask
    known.bits |= bits
    byWord.set(word, known)
  }
  return [...byWord].map(([word, { mask, bits, never }]) =>
    never ? js`false` : js`(${read(word)} & ${mask}) === ${bits}`,
  )
}
