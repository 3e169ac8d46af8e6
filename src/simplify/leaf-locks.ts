// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import type { System } from '#system/system'
import { decided } from './decided.ts'
import { footprintIndex, type FootprintIndex } from '#system/footprint-index'
import { leafConditions, type Candidate, type Condition } from './leaf-conditions.ts'
import { controlFlow, type ControlFlow } from './control-flow.ts'
import { LocalValues } from './local-values.ts'
import { Movers } from './movers.ts'
import { lockOf } from './mutual-exclusion.ts'
import { composed, rewritten, unchanged, type Rewriting, type Step } from './rewriting.ts'
import { sectionsOf } from './sections.ts'
import { inSequence } from './sequence.ts'

/**
 * Takes leaf locks away: locks under which nobody waits. A section from taking to giving back becomes one step for each
 * path through it (Lipton 1975: it is R* N L*), and a lock that nobody is ever seen to hold is no lock any more. One lock
 * after the other, so that a lock under which only leaf locks are taken becomes a leaf itself.
 */
export function leafLocks(system: System, conditions: Readonly<Record<string, Condition>> = leafConditions): Rewriting {
  let whole = unchanged(system)
  for (let removed = -1; removed !== whole.removed;) {
    removed = whole.removed
    // What is taken under others tends to be declared after them.
    const objects = new Set(whole.system.variables.flatMap(({ object }) => object ?? []))
    let analysis: Analysis | undefined
    for (const object of [...objects].toReversed()) {
      analysis ??= new Analysis(whole.system)
      const without = withoutLock(analysis, object, Object.values(conditions))
      if (without === undefined) continue
      whole = composed(whole, without)
      analysis = undefined
    }
  }
  return whole
}

/** What is asked of a system for each lock. */
export class Analysis {
  readonly system: System
  readonly local: LocalValues
  /** Without what is decided anyway. */
  readonly lean: System
  readonly leaving: ControlFlow
  readonly index: FootprintIndex

  constructor(system: System) {
    this.system = system
    this.local = new LocalValues(system)
    this.lean = decided(system, this.local)
    this.leaving = controlFlow(this.lean)
    this.index = footprintIndex(this.lean)
  }
}

/** The object as a lock with its sections; undefined if it is none. */
export function candidateOf({ local, lean, leaving, index }: Analysis, object: string): Candidate | undefined {
  const lock = lockOf(lean, object, leaving, index)
  if (lock === undefined) return undefined
  const movers = new Movers(lean, local, lock, index)
  return { system: lean, leaving, lock, sections: sectionsOf(lean, lock, leaving), movers }
}

/** The system without a lock; undefined if the object is not a leaf lock, or its sections cannot be written as steps. */
function withoutLock(analysis: Analysis, object: string, conditions: readonly Condition[]): Rewriting | undefined {
  const candidate = candidateOf(analysis, object)
  return candidate !== undefined && conditions.every((holds) => holds(candidate))
    ? merged(analysis.system, candidate)
    : undefined
}

/** The system with every section as single steps; undefined if that cannot be written as one assignment. */
function merged(system: System, { lock, sections }: Candidate): Rewriting | undefined {
  const { transitions } = system
  const taken: Step[] = []
  for (const { process, paths } of sections)
    for (const path of paths) {
      const sequence = inSequence(system, path, lock.free)
      if (sequence === undefined) return undefined
      if (sequence === 'never') continue
      const [first, last] = [transitions[path[0]!]!, transitions[path.at(-1)!]!]
      const label = path.map((id) => transitions[id]!.label).join('; ')
      const { from, origin } = first
      taken.push({
        transition: { process, from, to: last.to, ...sequence, exit: last.exit, label, origin },
        standsFor: path,
      })
    }
  const isInside = ({ process, from }: { readonly process: number; readonly from: number }): boolean =>
    lock.inside[process]!.has(from)
  const waiting = new Set([...lock.waits].map((id) => `${transitions[id]!.process} ${transitions[id]!.to}`))
  const stays = [...transitions.entries()].flatMap(([id, transition]): Step[] => {
    const moves = movesOf(transition)
    const goes = lock.acquires.has(id) || lock.waits.has(id) || moves.some(isInside)
    const late = moves.some(({ process, from }) => waiting.has(`${process} ${from}`))
    return goes || late ? [] : [{ transition, standsFor: [id] }]
  })
  return rewritten(system, {
    steps: [...stays, ...taken],
    variables: (v) => !lock.variables.has(v),
    removed: 1,
  })
}
