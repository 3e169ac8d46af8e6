// SPDX-License-Identifier: Apache-2.0
import type { Fault, Origin, TransitionId } from '#system/system'
import type { Evidence, Finding, Violation } from './property.ts'

/** Misuse, failed assertions and ranges left: of each kind the one on the shortest run. */
export const faults = <S>(evidence: Evidence<S>): readonly Violation[] => faultsApart(evidence, ({ kind }) => kind)

/** The same, one of each kind and code at each step of the model. */
export const everyFault = <S>(evidence: Evidence<S>): readonly Violation[] =>
  faultsApart(evidence, ({ kind, code, detail = '' }, { step, on }) => JSON.stringify([kind, code, detail, step, on]))

function faultsApart<S>(
  { machine, graph, facts }: Evidence<S>,
  tell: (fault: Fault, origin: Origin) => string,
): readonly Violation[] {
  const { system } = machine
  const nearest = new Map<string, TransitionId>()
  const found = [...facts.faults].sort(([a, from], [b, other]) => graph.depth(from) - graph.depth(other) || a - b)
  for (const [id] of found) {
    const { fault, origin } = system.transitions[id]!
    const key = tell(fault!, system.origins[origin]!)
    if (fault!.kind !== 'bound' && !nearest.has(key)) nearest.set(key, id)
  }
  return [...nearest.values()].flatMap((id): readonly Violation[] => {
    const { process, fault, origin } = system.transitions[id]!
    const { kind } = fault!
    if (kind === 'bound') return []
    const { on } = system.origins[origin]!
    const violation: Violation = {
      kind,
      code: fault!.code,
      ...(fault!.detail !== undefined && { detail: fault!.detail }),
      processes: system.processes[process]!.context === 'observer' ? [] : [system.processes[process]!.name],
      objects: on === '' ? [] : [on],
      stuck: [],
      path: [...graph.path(facts.faults.get(id)!), id],
      escapes: 'on',
    }
    return [violation]
  })
}

/** Internal bounds that a run has hit: beyond them nothing was explored. */
export function boundsHit<S>(evidence: Evidence<S>): Finding[] {
  const { system } = evidence.machine
  const bounds = [...evidence.facts.faults.keys()]
    .filter((id) => system.transitions[id]!.fault!.kind === 'bound')
    .flatMap((id) => evidence.transitionsLike(id))
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
