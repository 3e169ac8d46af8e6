// SPDX-License-Identifier: Apache-2.0
import { field } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { leafLocks } from '#simplify/leaf-locks'
import { simplified } from '#simplify/simplify'
import type { Expr, Process, System, Transition } from '#system/system'
import { process, systemOf, transition, variable } from '../engine/systems.ts'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { searched } from './searched.ts'

const sets = (v: number, value: Expr) => ({ to: v, value })
const [L, held] = [0, 1] as const
const lock = [
  { ...variable('L', 0, 1), object: 'L' },
  { ...variable('held by 1', 0, 1), object: 'L' },
]
const isFree: Expr = ['!', { v: L }]

type Step = readonly [from: number, to: number, guard: readonly Expr[], effect: readonly { to: number; value: Expr }[]]
/** Processes of these steps, each of which rests at the end. */
function system(variables: System['variables'], ...each: readonly (readonly Step[])[]): System {
  const processes = each.map((steps, i): Process => {
    const end = Math.max(...steps.map(([, to]) => to))
    const base = process(`p${i}`, end + 2)
    return { ...base, locations: base.locations.map((l, at) => ({ ...l, rest: at === end })) }
  })
  const transitions = each.flatMap((steps, i) =>
    steps.map(([from, to, guard, effect]): Transition => transition(guard, effect, { process: i, from, to })),
  )
  return systemOf({ variables, processes, transitions })
}

/** Takes the lock and gives it back. */
const holder: readonly Step[] = [
  [0, 1, [isFree], [sets(L, 1), sets(held, 1)]],
  [1, 2, [], [sets(L, 0), sets(held, 0)]],
]

/** Waits for a lock, and `more` before it can have it; or does not begin to. */
const waiter = (more: readonly Expr[]): System =>
  system(
    [...lock, variable('ready', 0, 1)],
    [
      [0, 2, [isFree, ...more], [sets(L, 1)]],
      [0, 1, [{ v: L }], []],
      [1, 2, [isFree, ...more], [sets(L, 1)]],
      [2, 3, [], [sets(L, 0)]],
      [0, 3, [], []],
    ],
    holder,
    [
      [0, 1, [], [sets(2, 1)]],
      [0, 1, [], []],
    ],
  )

/** Marks that it wants the lock, whether it waits or not; the holder sees that while it holds it, or if there is no mark. */
const seen = system(
  [...lock, variable('x', 0, 1), variable('y', 0, 1)],
  [
    [0, 2, [isFree], [sets(L, 1), sets(2, 1)]],
    [0, 1, [{ v: L }], [sets(2, 1)]],
    [1, 2, [isFree], [sets(L, 1)]],
    [2, 3, [], [sets(2, 0)]],
    [3, 4, [], [sets(L, 0)]],
  ],
  [
    [0, 1, [isFree], [sets(L, 1), sets(held, 1)]],
    [1, 2, [['or', { v: held }, ['!', { v: 2 }]]], [sets(3, { v: 2 })]],
    [2, 3, [], [sets(L, 0), sets(held, 0)]],
    [3, 4, [['!', { v: 3 }]], []],
  ],
)

/** What is assigned on the way in depends on the lock, which is free then and not held. */
const assigned = system(
  [...lock, variable('y', 0, 1), variable('z', 0, 1), variable('w', 0, 1)],
  [
    [0, 1, [isFree], [sets(L, 1), sets(2, ['if', { v: L }, 0, { v: 3 }])]],
    [1, 2, [], [sets(4, { v: 3 })]],
    [2, 3, [], [sets(L, 0)]],
    [3, 4, [['==', { v: 2 }, { v: 4 }]], []],
  ],
  [[0, 1, [], [sets(3, 1)]]],
)

/** Whoever has waited goes on in another way. */
const otherwise: System = {
  ...waiter([]),
  transitions: waiter([]).transitions.map((t) => (t.process === 0 && t.from === 1 ? { ...t, exit: 'late' } : t)),
}

test.each([
  ['who waits is let through once the lock is free', waiter([]), 1],
  ['but for another condition, and then it stays', waiter([{ v: 2 }]), 0],
  ['nor does it go where what is told of it differs', otherwise, 0],
  ['what the holder sees of a wait, it sees while it holds the lock', seen, 0],
  ['what is assigned on the way in sees a free lock', assigned, 0],
] as const)('%s', (_, of, removed) => {
  expect(leafLocks(of).removed).toBe(removed)
  const told = searched(of)!.told
  expect(searched(of, simplified(of, { 'leaf lock': leafLocks }))!.told).toEqual(told)
})

describe('who looks at a lock from outside is no waiter for it', () => {
  const toldOf = async (build: (m: M) => void): Promise<readonly unknown[]> => {
    const results = await Promise.all(
      (['none', 'full'] as const).map((reduction) =>
        check(instance(build), kernelRegistry, { reduction, expect: false }),
      ),
    )
    const [one, other] = results.map(({ verdict, violation, findings }) => ({
      verdict,
      kind: violation?.kind,
      processes: violation?.processes,
      findings: findings.map(({ code }) => code),
    }))
    expect(other).toEqual(one)
    return [one!.verdict, one!.kind]
  }

  test('where it then waits for ever for something else', async () => {
    expect(
      await toldOf((m) => {
        const [l, f] = [m.mutex('l'), m.fence('f')]
        m.worker('p', (t) => (t.idle(), t.await(field(l, 'locked')), t.wait(f)))
        m.thread('q', (t) => (t.lock(l), t.unlock(l)))
      }),
    ).toEqual(['violated', 'deadlock'])
    expect(
      await toldOf((m) => {
        const [l, f] = [m.mutex('l'), m.fence('f')]
        m.thread('p', (t) => (t.await(field(l, 'locked')), t.wait(f)))
        m.worker('q', (t) => t.loop(() => (t.idle(), t.lock(l), t.unlock(l))))
      }),
    ).toEqual(['violated', 'partial-deadlock'])
  })

  test('where it takes the lock then, in a step of its own', async () => {
    expect(
      await toldOf((m) => {
        const l = m.mutex('l')
        m.thread('p', (t) => {
          t.select({ waits: () => (t.await(field(l, 'locked')), t.lock(l)), direct: () => t.lock(l) })
          t.unlock(l)
        })
        m.thread('q', (t) => (t.lock(l), t.unlock(l)))
      }),
    ).toEqual(['holds', undefined])
  })
})
