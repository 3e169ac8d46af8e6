// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '#ir/model'
import type { TransitionId } from '#system/system'
import type { Evidence, Finding, Violation } from './property.ts'

/** Misuse, failed assertions and ranges left: of each kind the one on the shortest run. */
export function faults<S>({ machine, graph, facts }: Evidence<S>): readonly Violation[] {
  const { system } = machine
  const nearest = new Map<Kind, TransitionId>()
  const found = [...facts.faults].sort(([a, from], [b, other]) => graph.depth(from) - graph.depth(other) || a - b)
  for (const [id] of found) {
    const { kind } = system.transitions[id]!.fault!
    if (kind !== 'bound' && !nearest.has(kind)) nearest.set(kind, id)
  }
  return [...nearest].map(([kind, id]): Violation => {
    const { process, fault, origin } = system.transitions[id]!
    const { on } = system.origins[origin]!
    return {
      kind,
      code: fault!.code,
      ...(fault!.detail !== undefined && { detail: fault!.detail }),
      processes: system.processes[process]!.context === 'observer' ? [] : [system.processes[process]!.name],
      objects: on === '' ? [] : [on],
      stuck: [],
      path: [...graph.path(facts.faults.get(id)!), id],
      escapes: 'on',
    }
  })
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
