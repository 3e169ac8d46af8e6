// SPDX-License-Identifier: Apache-2.0
import type { Node } from '../meaning/cycle.ts'
import type { RecursiveReport } from '../report/report.ts'
import { holding } from './lock-steps.ts'
import type { Plan, PlannedPath } from './plan.ts'

interface Options {
  /** Another task takes the two the other way round. */
  readonly opposed?: boolean
}

/** A task takes a second object of a class of which it holds one. */
export function twoInstancesPlan(
  { line, tasks }: RecursiveReport,
  { lock: { name }, primitive, reads, taken: { tries, at } }: Node,
  summary: string,
  { opposed = false }: Options = {},
): Plan {
  const [held, acquired] = [name, `${name} (the other one)`].map((one) => ({ name: one, primitive }))
  const task = tasks[0] ?? 'task'
  const path = (who: string, outer: typeof held, inner: typeof held): PlannedPath => ({
    role: 'thread',
    name: who,
    says: `${outer!.name} -> ${inner!.name}`,
    steps: holding(outer!, { reads }, holding(inner!, { reads, tries, at })),
    line,
  })
  return {
    summary,
    objects: [held!, acquired!].map((lock) => ({ kind: primitive, name: lock.name })),
    paths: [path(task, held, acquired), ...(opposed ? [path('another task', acquired, held)] : [])],
    abstracts: ['The two locks are different objects: so say their addresses.'],
  }
}
