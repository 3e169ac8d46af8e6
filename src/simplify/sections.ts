// SPDX-License-Identifier: Apache-2.0
import type { LocationId, ProcessId, System, TransitionId } from '#system/system'
import type { ControlFlow } from './control-flow.ts'
import type { Lock } from './mutual-exclusion.ts'

/** More paths through one section, or longer ones, are not written out. */
const [mostPaths, longest] = [16, 32] as const

/** What a process can do from taking a lock to giving it back. */
export interface Section {
  readonly process: ProcessId
  /** Each begins with the acquisition and ends with the release. */
  readonly paths: readonly (readonly TransitionId[])[]
  /** Where it may stay for ever: a location that nothing leaves, one that it comes back to; or the paths are too many. */
  readonly endless: readonly LocationId[]
}

/** The sections of a lock, by the transition that takes it. */
export function sectionsOf(system: System, lock: Lock, leaving: ControlFlow): readonly Section[] {
  const waiting = new Set([...lock.waits].map((id) => place(system, id, 'to')))
  return [...lock.acquires]
    .filter((id) => !waiting.has(place(system, id, 'from')))
    .map((acquire) => sectionFrom(system, lock, leaving, acquire))
}

const place = ({ transitions }: System, id: TransitionId, end: 'from' | 'to'): string =>
  `${transitions[id]!.process} ${transitions[id]![end]}`

function sectionFrom(system: System, lock: Lock, leaving: ControlFlow, acquire: TransitionId): Section {
  const { process, to } = system.transitions[acquire]!
  const paths: TransitionId[][] = []
  const endless = new Set<LocationId>()
  const walk = (path: readonly TransitionId[], at: LocationId, passed: readonly LocationId[]): void => {
    const steps = insideSteps(system, lock, leaving, process, at)
    if (steps.length === 0 || passed.includes(at) || path.length >= longest || paths.length >= mostPaths) {
      endless.add(at)
      return
    }
    for (const id of steps) {
      // Once that is known nothing else matters, and there may be exponentially many paths.
      if (endless.size > 0) return
      const through = [...path, id]
      if (lock.releases.has(id)) paths.push(through)
      else walk(through, system.transitions[id]!.to, [...passed, at])
    }
  }
  walk([acquire], to, [])
  return { process, paths, endless: [...endless] }
}

/** What may be possible at a location inside: everything but what the held lock excludes. */
export const insideSteps = (
  { transitions }: System,
  lock: Lock,
  leaving: ControlFlow,
  process: ProcessId,
  at: LocationId,
): readonly TransitionId[] =>
  leaving[process]![at]!.map(({ id }) => id).filter((id) => lock.possibleInside(process, transitions[id]!))
