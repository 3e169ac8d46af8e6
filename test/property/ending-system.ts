// SPDX-License-Identifier: Apache-2.0
import { Random } from '#base/random'
import type { Assign, Expr, System, Transition } from '#system/system'
import { process, systemOf, variable } from '../engine/systems.ts'

const locations = 5
const variables = 3

/**
 * A random system whose every run ends, the same for the same seed: two or three processes that only go forward, look
 * at each other and at three variables, perhaps meet, and owe something while a variable is 1. Now and then one
 * reports a fault.
 */
export function endingSystem(seed: number): System {
  const random = new Random(seed)
  const processes = 2 + random.below(2)
  const one = (n: number): boolean => random.below(n) === 0
  const end = locations - 2
  const condition = (): Expr =>
    one(3)
      ? { process: random.below(processes), in: [random.below(end), end] }
      : ['==', { v: random.below(variables) }, random.below(2)]
  const effect = (): readonly Assign[] => (one(2) ? [] : [{ to: random.below(variables), value: random.below(2) }])
  const step = (p: number, from: number, to: number): Transition => ({
    process: p,
    from,
    to,
    guard: one(2) ? [] : [condition()],
    effect: effect(),
    exit: 'ok',
    label: `t${from}${to}`,
    origin: random.below(2),
  })
  const forward = (from: number): number => from + 1 + random.below(end - from)
  const transitions = Array.from({ length: processes }, (_, p) =>
    Array.from({ length: end }, (_, from) => Array.from({ length: 1 + random.below(2) }, () => from)).flatMap((froms) =>
      froms.map((from): Transition => {
        if (one(25)) return { ...step(p, from, locations - 1), fault: { kind: 'assertion', code: 'c' } }
        const moved = step(p, from, forward(from))
        const other = random.below(processes)
        const there = random.below(end)
        return other === p || !one(8)
          ? moved
          : { ...moved, joint: [{ process: other, from: there, to: forward(there), origin: 0 }] }
      }),
    ),
  ).flat()
  return systemOf({
    variables: Array.from({ length: variables }, (_, v) => variable(`x${v}`, 0, 1)),
    processes: Array.from({ length: processes }, (_, p) => ({
      ...process(`p${p}`, locations),
      locations: Array.from({ length: locations }, (_, l) => ({
        name: `l${l}`,
        rest: l === end || (l < end && one(5)),
      })),
    })),
    transitions,
    debts: one(2) ? [] : [{ object: 'o', primitive: 'dma-fence', owed: ['==', { v: 0 }, 1], paidBy: [] }],
    origins: ['first', 'second'].map((on) => ({ op: 'local', on, primitive: '', step: on, frames: [] })),
  })
}
