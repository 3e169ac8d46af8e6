// SPDX-License-Identifier: Apache-2.0
import type { Fault, Origin, OriginId, ProcessId, TransitionId } from '#system/system'
import type { Evidence, Finding, Violation } from './property.ts'

/** Misuse, failed assertions and ranges left: of each kind the first one as the model is written, on its nearest run. */
export const faults = <S>(evidence: Evidence<S>): readonly Violation[] => faultsApart(evidence, ({ kind }) => kind)

/** The same, one of each kind and code at each step of the model. */
export const everyFault = <S>(evidence: Evidence<S>): readonly Violation[] =>
  faultsApart(evidence, ({ kind, code, detail = '' }, { step, on }) => JSON.stringify([kind, code, detail, step, on]))

/**
 * At most one of those that are not told apart. Every search reports the same faults (docs/theory.md 6), and which of them
 * it comes to first is its own affair: so they are told in the order of processes, then of steps. Of copies that are alike
 * the first one counts, whichever has been stored.
 */
function faultsApart<S>(evidence: Evidence<S>, tell: (fault: Fault, origin: Origin) => string): readonly Violation[] {
  const { machine, graph, facts } = evidence
  const { system } = machine
  const places = new Map(
    [...facts.faults.keys()].map((id) => [id, evidence.transitionsLike(id).map(placeOf).sort(order)[0]!]),
  )
  const first = new Map<string, TransitionId>()
  const found = [...facts.faults.keys()].filter((id) => system.transitions[id]!.fault!.kind !== 'bound')
  for (const id of found.sort(inOrder)) {
    const { fault, origin } = system.transitions[id]!
    const key = tell(fault!, system.origins[origin]!)
    if (!first.has(key)) first.set(key, id)
  }
  return [...first.values()].flatMap((id): readonly Violation[] => {
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

  function inOrder(a: TransitionId, b: TransitionId): number {
    return order(places.get(a)!, places.get(b)!) || a - b
  }

  /** At one step what a primitive asks first comes first. */
  function placeOf(id: TransitionId): Place {
    const { process, origin } = system.transitions[id]!
    return [process, origin, evidence.originals(id).at(-1) ?? id]
  }
}

/** Where something is in the model: process, step, and what of it. */
type Place = readonly [ProcessId, OriginId, TransitionId]

const order = (a: Place, b: Place): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]

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
