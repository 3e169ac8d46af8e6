// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Random } from '#base/random'
import { bitTestOf, together, type BitTest } from '#engine/bit-test'
import { js, type Code } from '#engine/code'
import { layoutOf, pack } from '#engine/layout'
import { evaluator } from '#system/expression'
import type { Assign, Expr, System, VarId, Variable } from '#system/system'
import { compared } from './difference.ts'
import { engineOf, systemOf, transition, variable } from './systems.ts'

// What is asked of several fields of a word at once, and added to several at once.

/** Ranges of all widths, so that fields lie at all places of a word, the sign bit included. */
function someVariables(random: Random): readonly Variable[] {
  return Array.from({ length: 4 + random.below(30) }, (_, i) => {
    const min = random.pick([0, 0, 0, 1, -3])
    const span = random.pick([1, 1, 1, 2, 3, 6, 7, 15, 16, 40, 2 ** 31 - 1, 2 ** 32 - 1])
    return variable(`x${i}`, min, min + span, min + random.below(Math.min(4, span + 1)))
  })
}

function someCondition(random: Random, v: VarId, { min, max }: Variable): Expr {
  const near = random.pick([min, min + 1, max - 1, max])
  const x: Expr = { v }
  return random.pick<Expr>([
    x,
    ['!', x],
    ['<=', near, x],
    ['<', x, near],
    ['==', x, near],
    ['!=', x, near],
    ['!', ['<=', ['+', x, 1], max]],
    ['<=', ['+', x, 1], max],
    ['or', ['==', x, near], ['<', x, min + 1]],
  ])
}

/** A net of sorts: some conditions, some variables that grow or shrink, some that are set, all in range. */
function someSystem(seed: number): System {
  const random = new Random(seed)
  const variables = someVariables(random)
  const transitions = Array.from({ length: 1 + random.below(8) }, () => {
    const written = [...variables.keys()].filter(() => random.below(8) === 0)
    const guard: Expr[] = Array.from({ length: random.below(3) }, () => {
      const v = random.below(variables.length)
      return someCondition(random, v, variables[v]!)
    })
    const effect = written.map((to): Assign => {
      const { min, max } = variables[to]!
      const by = random.pick([1, 2, -1, -2])
      if (random.below(4) === 0) return { to, value: random.pick([min, max]) }
      guard.push(by > 0 ? ['<=', { v: to }, max - by] : ['<=', min - by, { v: to }])
      const value: Expr =
        by < 0
          ? ['-', { v: to }, -by]
          : random.pick<Expr>([
              ['+', { v: to }, by],
              ['+', by, { v: to }],
            ])
      return { to, value }
    })
    return transition(guard, effect)
  })
  return systemOf({ variables, transitions })
}

describe('bits of words', () => {
  test('the engine does what the interpreter does', () => {
    let moved = 0
    for (let seed = 1; seed <= 400; seed++) {
      const { difference, states } = compared(engineOf(someSystem(seed)), 60)
      expect(difference, `seed ${seed}`).toBeUndefined()
      if (states > 20) moved++
    }
    expect(moved).toBeGreaterThan(40)
  })

  test('a condition is about bits only if it says just that', () => {
    let found = 0
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed)
      const system = systemOf({ variables: someVariables(random) })
      const layout = layoutOf(system)
      for (const [v, range] of system.variables.entries()) {
        const e = someCondition(random, v, range)
        const asked = bitTestOf(e, system, layout)
        if (asked === undefined) continue
        found++
        const holds = evaluator<number>(e, { value: (x) => x, location: () => 0 })
        for (let x = range.min; x <= range.max; x++) {
          const state = pack(
            layout,
            () => 0,
            (other) => (other === v ? x : system.variables[other]!.max),
          ) // others: all bits
          expect((state[asked.word]! & asked.mask) === asked.bits, `${JSON.stringify(e)} at ${x}`).toBe(holds(x) !== 0)
        }
      }
    }
    expect(found).toBeGreaterThan(1_000)
  })

  test('tests of one word become one, and those that contradict each other none', () => {
    const read = (word: number): Code => js`w${word}`
    const texts = (...tests: Parameters<typeof together>[0]): readonly string[] =>
      together(tests, read).map(({ text }) => text)
    const bits = (word: number, mask: number, are: number): BitTest => ({ word, mask, bits: are })
    expect(texts(bits(0, 1, 1), bits(1, 4, 0), bits(0, 6, 2))).toEqual(['(w0 & 7) === 3', '(w1 & 4) === 0'])
    expect(texts(bits(0, 3, 1), bits(0, 2, 2))).toEqual(['false'])
    expect(texts(bits(0, 1 << 31, 1 << 31), bits(0, 1, 0))).toEqual([`(w0 & (${(1 << 31) + 1})) === (${1 << 31})`])
  })
})
