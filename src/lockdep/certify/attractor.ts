// SPDX-License-Identifier: Apache-2.0
import type { TransitionId } from '#system/system'
import type { Choice } from './choices.ts'
import type { Outlook } from './outlook.ts'

/** Where a process wants to get: to a node, or across a step. */
export interface Goal {
  readonly at?: (node: number) => boolean
  readonly by?: ReadonlySet<TransitionId>
}

/**
 * The nodes from which a process reaches a goal in finitely many steps of its own, whatever comes out of what it does:
 * it picks among its usable choices, and each outcome of the one it picks leads on. The least fixed point of that, so going
 * round a loop until luck lets it out (a trylock that is retried) is no way.
 */
export function attractor({ views }: Outlook, goal: Goal, usable: (choice: Choice) => boolean): ReadonlySet<number> {
  const reached = new Set<number>()
  const waiting: number[] = []
  const before = views.map((): number[] => [])
  for (const [at, view] of views.entries())
    for (const choice of view?.choices ?? []) for (const { to } of choice.edges) before[to]!.push(at)
  const leadsOn = (at: number): boolean =>
    views[at]!.choices.some(
      (choice) =>
        usable(choice) &&
        choice.edges.every(({ transition, to }) => goal.by?.has(transition) === true || reached.has(to)),
    )
  const look = (at: number): void => {
    if (reached.has(at) || views[at] === undefined || !(goal.at?.(at) === true || leadsOn(at))) return
    reached.add(at)
    waiting.push(at)
  }
  for (const at of views.keys()) look(at)
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) for (const at of before[next]!) look(at)
  return reached
}

/** The nodes that a process can come to without taking one of these steps. */
export function reachedWithout({ views }: Outlook, steps: ReadonlySet<TransitionId>): ReadonlySet<number> {
  const reached = new Set([0])
  for (const at of reached)
    for (const { transition, to } of views[at]?.steps ?? []) if (!steps.has(transition)) reached.add(to)
  return reached
}
