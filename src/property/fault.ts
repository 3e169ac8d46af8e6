// SPDX-License-Identifier: Apache-2.0
import type { TransitionId } from '#system/system'
import type { Evidence, Finding, Violation } from './property.ts'

const precedence = ['misuse', 'assertion', 'range'] as const

/** Misuse, failed assertions and ranges left: the kind first in the list, reached on the shortest run. */
export function faults<S>({ machine, graph, facts }: Evidence<S>): Violation | undefined {
  const { system } = machine
  const rank = (id: TransitionId): number => precedence.indexOf(system.transitions[id]!.fault!.kind as 'misuse')
  const found = [...facts.faults].filter(([id]) => rank(id) >= 0)
  found.sort(([a, from], [b, other]) => rank(a) - rank(b) || graph.depth(from) - graph.depth(other) || a - b)
  const first = found[0]
  if (first === undefined) return undefined
  const [id, from] = first
  const { process, fault, origin } = system.transitions[id]!
  const { on } = system.origins[origin]!
  return {
    kind: fault!.kind as Violation['kind'],
    code: fault!.code,
    ...(fault!.detail !== undefined && { detail: fault!.detail }),
    processes: [system.processes[process]!.name],
    objects: on === '' ? [] : [on],
    stuck: [],
    path: [...graph.path(from), id],
    escapes: 'on',
  }
}

/** Internal bounds that a run has hit: beyond them nothing was explored. */
export function boundsHit<S>({ machine, facts }: Evidence<S>): Finding[] {
  const { system } = machine
  const bounds = [...facts.faults.keys()].filter((id) => system.transitions[id]!.fault!.kind === 'bound')
  const byText = new Map(
    bounds.map((id): [string, Finding] => {
      const { fault, origin } = system.transitions[id]!
      const what =
        fault!.code === 'hook-recursion'
          ? `the body '${fault!.detail}' enters itself`
          : `'${fault!.detail}' reached its bound`
      return [
        what,
        { code: 'bound-hit', message: `${what}; what happens beyond was not explored`, origin, blocksHolds: true },
      ]
    }),
  )
  return [...byText.values()]
}
