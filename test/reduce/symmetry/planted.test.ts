// SPDX-License-Identifier: Apache-2.0
import { eq, model, or, type VariableHandle } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { Engine } from '#engine/engine'
import { identity, type Quotient } from '#explore/quotient'
import { verifiedGroups, type Group } from '#reduce/symmetry/groups'
import { SymmetricSearch } from '#reduce/symmetry/symmetric-search'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import type { Machine, StateStore } from '#system/machine'
import type { System } from '#system/system'
import type { M } from '../../fixtures/models.ts'
import { randomCopies } from '../../fixtures/random-copies.ts'
import { orbitsOf, otherFate, searched, type Packed } from './searched.ts'

const registry = new Registry(kernelPrimitives)
const systemOf = (build: (m: M) => void): System =>
  lower(model('test/symmetry', { summary: 'A test.' }, (m) => build(m)).instantiate(), registry)
type Make = (machine: Machine<Packed>, groups: readonly Group[]) => SymmetricSearch<Packed>

/** The first random model in which a mistake changes what is told, or how many orbits are stored; 0 if there is none. */
function noticed(make: Make, { to = 300, copies }: { readonly to?: number; readonly copies?: number } = {}): number {
  for (let seed = 1; seed < to; seed++) {
    const system = lower(randomCopies(seed, { everything: false, ...(copies !== undefined && { copies }) }), registry)
    const machine = new Engine(system)
    const { groups } = verifiedGroups(system)
    const full = searched(machine, groups, { limit: 400 })
    if (full === undefined) continue
    const mistaken = searched(machine, groups, { groups, symmetric: make, limit: 1_000 })
    if (mistaken === undefined || mistaken.states !== orbitsOf(machine, groups)) return seed
    if (JSON.stringify(mistaken.told) !== JSON.stringify(full.told)) return seed
    if (otherFate(full, mistaken) !== undefined) return seed
  }
  return 0
}

/** A symmetric search with another quotient than the right one. */
const withQuotient =
  (change: (quotient: Quotient) => Partial<Quotient>): Make =>
  (machine, groups) =>
    new (class extends SymmetricSearch<Packed> {
      override quotient(search: { readonly graph: never; readonly store: never }): Quotient {
        const right = super.quotient(search)
        const bound: Quotient = {
          along: (state, edge) => right.along(state, edge),
          compose: (outer, inner) => right.compose(outer, inner),
          inverse: (permutation) => right.inverse(permutation),
          processes: (permutation) => right.processes(permutation),
          debts: (permutation) => right.debts(permutation),
          transition: (permutation, id) => right.transition(permutation, id),
          processesLike: (process) => right.processesLike(process),
          transitionsLike: (id) => right.transitionsLike(id),
        }
        return { ...bound, ...change(right) }
      }
    })(machine, groups)

/** A symmetric search that stores other orbits. */
const withStore =
  (store: (machine: Machine<Packed>, groups: readonly Group[]) => StateStore<Packed>): Make =>
  (machine, groups) => {
    const right = new SymmetricSearch<Packed>(machine, groups)
    return Object.assign(right, { machine: { ...right.machine, store: () => store(machine, groups) } })
  }

/** The store of a machine that looks at states through other eyes. */
const seenAs = (
  change: (system: System, groups: readonly Group[], machine: Machine<Packed>) => Partial<Machine<Packed>>,
): Make =>
  withStore((machine, groups) => {
    const eyes: Machine<Packed> = {
      system: machine.system,
      initial: () => machine.initial(),
      enabled: (s) => machine.enabled(s),
      fire: (s, t) => machine.fire(s, t),
      value: (s, v) => machine.value(s, v),
      location: (s, p) => machine.location(s, p),
      store: () => machine.store(),
    }
    return new SymmetricSearch<Packed>({ ...eyes, ...change(machine.system, groups, machine) }, groups).machine.store()
  })

describe('planted mistakes are noticed', { timeout: 240_000 }, () => {
  test('nothing is where there is none', () => {
    expect(noticed((machine, groups) => new SymmetricSearch(machine, groups), { to: 60 })).toBe(0)
  })

  test('the words of copies are where they are, not what their variables are worth', () => {
    const blind = seenAs((_, groups, machine) => {
      const own = new Set(groups.flatMap(({ copies }) => copies.flatMap(({ variables }) => variables)))
      return { value: (s, v) => (own.has(v) ? machine.system.variables[v]!.min : machine.value(s, v)) }
    })
    expect(noticed(blind)).toBeGreaterThan(0)
  })

  test('locations are permuted and variables are not', () => {
    const half = withStore((machine, groups) => {
      const without = groups.map((group) => ({
        ...group,
        copies: group.copies.map(({ processes }) => ({ processes, variables: [] })),
      }))
      return new SymmetricSearch<Packed>(machine, without).machine.store()
    })
    expect(noticed(half)).toBeGreaterThan(0)
  })

  test('what is along an edge is forgotten', () => {
    expect(noticed(withQuotient(() => ({ along: () => identity })))).toBeGreaterThan(0)
  })

  test('what is along an edge is taken the wrong way round', () => {
    expect(
      noticed(
        withQuotient((right) => ({ along: (state, edge) => right.inverse(right.along(state, edge)) })),
        // Exchanges undo themselves: of two copies everything is the right way round.
        { copies: 3 },
      ),
    ).toBeGreaterThan(0)
  })

  test('what is never fired in a copy counts as never fired in any', () => {
    expect(noticed(withQuotient(() => ({ transitionsLike: (id) => [id] })))).toBeGreaterThan(0)
  })
})

/** The kinds of violation found with stubborn sets and orbits. */
function found(system: System, groups: readonly Group[], symmetric?: Make): readonly string[] {
  const machine = new Engine(system)
  return searched(machine, groups, { groups, stubborn: true, chains: false, ...(symmetric && { symmetric }) })!.told
    .violations
}

test('one copy that goes round does not stand for another at the same location', () => {
  // Who comes second notes it, and fails; who comes first may go round for ever meanwhile.
  const system = systemOf((m) => {
    const late = m.flag('late')
    m.copies('c', 2, (c) => {
      const second = c.flag('second')
      c.thread('p', (t) => {
        t.step({
          set: [
            [second, late],
            [late, 1],
          ],
        })
        t.loop(() => {
          t.local()
          t.assert(eq(second, 0))
        })
      })
    })
  })
  const { groups } = verifiedGroups(system)
  expect(found(system, groups)).toEqual(['assertion'])
  const byLocation = withQuotient((right) => ({ transition: (_, id) => right.transitionsLike(id)[0]! }))
  expect(found(system, groups, byLocation)).not.toContain('assertion')
})

// Only the copy that is first comes to it, and the member that is stored has always the same one in front.
test('a bound that one copy hits is hit by all', async () => {
  const built = model('test/bound', { summary: 'A test.' }, (m) => {
    const taken = m.flag('taken')
    m.copies('driver', 2, (c) => {
      const posts = c.completion('posts')
      c.thread('t', (t) => {
        t.idle()
        t.step({ when: eq(taken, 0), set: [[taken, 1]] })
        for (let i = 0; i < 9; i++) t.complete(posts)
      })
    })
  }).instantiate()
  const [alike, apart] = [
    await check(built, registry, { reduction: 'none', symmetry: 'on' }),
    await check(built, registry, { reduction: 'none', symmetry: 'off' }),
  ]
  expect(alike.statistics.reductions).toEqual(['symmetry'])
  const hit = ({ findings }: typeof apart) =>
    findings.filter(({ code }) => code === 'bound-hit').map(({ message }) => message)
  expect(hit(apart)).toHaveLength(2)
  expect(hit(alike).toSorted()).toEqual(hit(apart).toSorted())
})

test('copies that a property tells apart are refused, and would hide what it says', () => {
  const system = systemOf((m) => {
    const raised: VariableHandle[] = []
    m.copies('c', 2, (c) => {
      const x = c.flag('x')
      raised.push(x)
      c.thread('p', (t) => t.set(x, 1))
    })
    m.invariant('the last one stays down', or(eq(raised[1]!, 0), eq(raised[0]!, 1)))
  })
  const { groups, refused } = verifiedGroups(system)
  expect(groups).toEqual([])
  expect(refused).toEqual([{ group: 'c', why: expect.stringContaining('invariant the last one stays down') }])
  const unverified = system.symmetries.map(({ group: name, copies }): Group => {
    const unchanged = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i)
    const exchange = { transitions: unchanged(system.transitions.length), debts: unchanged(system.debts.length) }
    return { name, copies, exchanges: copies.slice(1).map(() => exchange) }
  })
  const machine = new Engine(system)
  expect(searched(machine, [])!.told.violations).toEqual(['assertion'])
  expect(searched(machine, unverified, { groups: unverified })!.told.violations).toEqual([])
})
