// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, isLocationTest } from '#system/expression'
import { expressionsOf } from '#system/footprint'
import { movesOf } from '#system/moves'
import type { LocationId, Move, ProcessId, System, Transition, TransitionId } from '#system/system'
import { decided } from './decided.ts'
import { rewritten, unchanged, type Rewriting } from './rewriting.ts'

/**
 * Takes local steps away: a step without condition and effect that is all a process can do at a location is taken at once,
 * as part of the step before. Nobody can tell whether it has been taken (docs/theory-rewriting.md 4).
 */
export function localSteps(system: System, told: TellsApart = toldApart(system)): Rewriting {
  const skipped = skippable(decided(system), told)
  if (skipped.size === 0) return unchanged(system)
  const ahead = (
    process: ProcessId,
    at: LocationId,
  ): { readonly to: LocationId; readonly by: readonly TransitionId[] } => {
    const by: TransitionId[] = []
    let to = at
    for (let id = skipped.get(`${process} ${to}`); id !== undefined; id = skipped.get(`${process} ${to}`)) {
      by.push(id)
      to = system.transitions[id]!.to
    }
    return { to, by }
  }
  const gone = new Set(skipped.values())
  const steps = [...system.transitions.entries()].flatMap(([id, t]) => {
    if (gone.has(id)) return []
    const moves: readonly Move[] = movesOf(t)
    const after = moves.map(({ process, to }) => ahead(process, to))
    const transition: Transition = {
      ...t,
      to: after[0]!.to,
      ...(t.joint !== undefined && { joint: t.joint.map((move, i) => ({ ...move, to: after[i + 1]!.to })) }),
    }
    return [{ transition, standsFor: [id, ...after.flatMap(({ by }) => by)] }]
  })
  const starts = system.processes.map(({ init }, process) => ahead(process, init))
  const started = { ...system, processes: system.processes.map((p, id) => ({ ...p, init: starts[id]!.to })) }
  return rewritten(started, {
    steps,
    variables: () => true,
    before: starts.flatMap(({ by }) => by),
    removed: gone.size,
  })
}

/** By process and location, the local step to skip there; no circle of them. */
function skippable(system: System, told: TellsApart): ReadonlyMap<string, TransitionId> {
  const leaving = new Map<string, TransitionId[]>()
  for (const [id, t] of system.transitions.entries())
    for (const { process, from } of t.guard.includes(0) ? [] : movesOf(t)) {
      const key = `${process} ${from}`
      leaving.set(key, [...(leaving.get(key) ?? []), id])
    }
  const found = new Map<string, TransitionId>()
  for (const [key, [id, ...others]] of leaving) {
    const { process, from, to, joint, guard, effect, fault, tag, retry } = system.transitions[id!]!
    const { context, suspended, locations } = system.processes[process]!
    const plain = [joint, fault, tag, retry].every((special) => special === undefined)
    if (others.length > 0 || !plain || guard.length + effect.length > 0) continue
    if (context === 'observer' || suspended.length > 0 || locations[from]!.rest || told(process, from, to)) continue
    // Follow what is skipped already: coming back here would make a circle that no step leads out of.
    let at: LocationId | undefined = to
    while (at !== undefined && at !== from) {
      const next: TransitionId | undefined = found.get(`${process} ${at}`)
      at = next === undefined ? undefined : system.transitions[next]!.to
    }
    if (at === undefined) found.set(key, id!)
  }
  return found
}

export type TellsApart = (process: ProcessId, a: LocationId, b: LocationId) => boolean

/** Whether some expression of the system tells two locations of a process apart. */
export function toldApart(system: System): TellsApart {
  const tests = system.processes.map((): (readonly LocationId[])[] => [])
  for (const e of expressionsOf(system))
    eachLeaf(e, (leaf) => {
      if (isLocationTest(leaf)) tests[leaf.process]!.push(leaf.in)
    })
  return (process, a, b) => tests[process]!.some((locations) => locations.includes(a) !== locations.includes(b))
}
