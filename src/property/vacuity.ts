// SPDX-License-Identifier: Apache-2.0
import { readsOf } from '#system/footprint'
import { movesOf } from '#system/moves'
import type { Expr, LocationId, ProcessId, System, TransitionId } from '#system/system'
import type { Evidence, Finding } from './property.ts'

/**
 * What a complete search never saw: operations no run reaches, exits and branches no run takes, fences nobody waits
 * for. A proof about them proves nothing. One finding for each step of the model, however many processes run it; none
 * for steps of a building block, which serves models that use other parts of it.
 */
export function vacuity<S>(evidence: Evidence<S>): readonly Finding[] {
  const { said, fired } = evidence
  const { system, control } = said
  const visited = visitedBy(system, fired)
  interface Seen {
    origin: number
    reached: boolean
    readonly exits: Map<string, boolean>
  }
  const steps = new Map<string, Seen>()
  const see = (origin: number): Seen => {
    const { step } = system.origins[origin]!
    const known = steps.get(step) ?? { origin, reached: false, exits: new Map() }
    steps.set(step, known)
    return known
  }
  const note = (id: TransitionId, origin: number, process: number, from: number): void => {
    const seen = see(origin)
    seen.reached ||= visited.has(placeOf(process, from)) || onlyFaults(process, from)
    const { exit, tag, fault } = system.transitions[id]!
    if (fault === undefined && tag === undefined && !exit.startsWith('(') && !claimedUnreachable(process, id))
      seen.exits.set(exit, (seen.exits.get(exit) ?? false) || fired.has(id))
  }
  /** The author says that nobody comes here (`t.unreachable`): that nobody does is the point. */
  const onlyFaults = (process: number, at: number): boolean => {
    const leaving = control.leaving(process, at)
    return leaving.length > 0 && leaving.every((id) => system.transitions[id]!.fault?.kind === 'assertion')
  }
  function claimedUnreachable(process: number, id: TransitionId): boolean {
    return onlyFaults(process, control.successor(process, id))
  }
  for (const [origin, { op }] of system.origins.entries()) if (op !== 'rest' && op !== 'invariant') see(origin)
  for (const [id, { process, from, origin, joint = [] }] of system.transitions.entries()) {
    if (system.origins[origin]!.op === 'rest' || system.origins[origin]!.op === 'invariant') continue
    note(id, origin, process, from)
    for (const move of joint) note(id, move.origin, move.process, move.from)
  }

  const findings: Finding[] = []
  for (const [, { origin, reached, exits }] of steps) {
    const { op, on, optional } = system.origins[origin]!
    if (optional === true) continue
    const what = on === '' ? op : `${op} ${on}`
    if (!reached) findings.push({ code: 'never-reached', message: `no run reaches ${what}`, origin })
    else if (exits.size > 1)
      for (const [exit, taken] of exits)
        if (!taken) findings.push({ code: 'never-taken', message: `no run of ${what} ends with '${exit}'`, origin })
  }
  for (const { object, primitive, owed } of system.debts)
    if (owed !== 0 && !isAwaited(object))
      findings.push({ code: 'never-awaited', message: `nobody waits for the ${primitive} '${object}'` })
  return findings

  /** A callback runs on it, or somebody came to a step that looks at it, other than the operations that pay the debt. */
  function isAwaited(object: string): boolean {
    const paying = new Set(system.debts.filter((debt) => debt.object === object).flatMap((debt) => debt.paidBy))
    const looksAt = (e: Expr): boolean => [...readsOf(e)].some((v) => system.variables[v]!.object === object)
    return system.transitions.some(({ guard, process, from, origin }, id) => {
      if (!visited.has(placeOf(process, from))) return false
      const { on, waits, frames } = system.origins[origin]!
      if (frames.some((frame) => frame.object === object)) return true
      return !paying.has(id) && ((on === object && waits !== undefined) || guard.some(looksAt))
    })
  }
}

/** Where processes come: each starts somewhere, and what is fired takes it further. Observers go nowhere. */
function visitedBy({ processes, transitions }: System, fired: ReadonlySet<TransitionId>): ReadonlySet<string> {
  const visited = new Set(
    processes.flatMap(({ context, init }, process) => (context === 'observer' ? [] : [placeOf(process, init)])),
  )
  for (const id of fired)
    for (const { process, to } of movesOf(transitions[id]!))
      if (processes[process]!.context !== 'observer') visited.add(placeOf(process, to))
  return visited
}

const placeOf = (process: ProcessId, location: LocationId): string => `${process} ${location}`
