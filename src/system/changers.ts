// SPDX-License-Identifier: Apache-2.0
import { processesLookedAt, readsOf, writesOf } from './footprint.ts'
import { moversOf } from './moves.ts'
import type { Expr, System, TransitionId } from './system.ts'

/** The transitions other than faults that change something a condition looks at: a variable, or where a process is. */
export type Changers = (condition: Expr) => readonly TransitionId[]

export function changersOf({ transitions, processes, variables }: System): Changers {
  const writing = variables.map((): TransitionId[] => [])
  const moving = processes.map((): TransitionId[] => [])
  for (const [id, t] of transitions.entries()) {
    if (t.fault !== undefined) continue
    for (const v of new Set(t.effect.flatMap(writesOf))) writing[v]!.push(id)
    for (const p of new Set(moversOf(t))) moving[p]!.push(id)
  }
  return (condition) => [
    ...new Set([
      ...[...readsOf(condition)].flatMap((v) => writing[v]!),
      ...[...processesLookedAt(condition)].flatMap((p) => moving[p]!),
    ]),
  ]
}
