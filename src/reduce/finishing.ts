// SPDX-License-Identifier: Apache-2.0
import { LocalValues } from '#simplify/local-values'
import type { Lock } from '#simplify/mutual-exclusion'
import { passingLocks } from '#simplify/passing-locks'
import { isVarRead } from '#system/expression'
import { movesOf } from '#system/moves'
import type { LocationId, ProcessId, System, VarId } from '#system/system'
import { possible, type Action } from './actions.ts'
import type { Domains } from './domains.ts'
import type { Reach } from './reach.ts'

/** What is known of a system, and which handlers can finish as far as that is known yet. */
export interface Known {
  readonly system: System
  readonly actions: readonly Action[]
  readonly domains: Domains
  readonly reach: Reach
  readonly values: LocalValues
  readonly finishing: ReadonlySet<ProcessId>
  /** Locks that can be waited for, since whoever is inside gets out. */
  readonly locks: readonly Lock[]
}

/** The conditions under which a handler can always finish; each has a model that is told wrong without it. */
export const finishingConditions = {
  /** Whether it runs on top of somebody is said by variables that it alone writes. */
  ownMarks: (handler, { values, system }) =>
    suspensionsBy(handler, system).every((when) => isVarRead(when) && values.own(handler).includes(when.v)),
  /** On top of somebody it goes round no circle, so it leaves after a bounded number of steps. */
  ends: (handler, known) => endsWithin(handler, new Set(raisedAt(handler, known)), known),
  /**
   * On top of somebody it never waits, but for handlers on top of it that are known to finish, and for locks that whoever
   * is inside leaves: those come first.
   */
  neverWaits: (handler, known) => raisedAt(handler, known).every((at) => canGoOn(handler, at, known)),
} as const satisfies Record<string, (handler: ProcessId, known: Known) => boolean>

/**
 * The handlers that *can always finish* (docs/theory.md 2): on top of somebody they can always take a step, or report a
 * fault, whatever all variables are, and after a bounded number of steps they are on top of nobody. Such a handler only
 * delays whom it suspends: what could be done can be done again once it has been let run.
 */
export function finishingHandlers(
  known: Omit<Known, 'values' | 'finishing' | 'locks'>,
  conditions: Readonly<Record<string, (handler: ProcessId, known: Known) => boolean>> = finishingConditions,
  locksOf = passingLocks,
): ReadonlySet<ProcessId> {
  const finishing = new Set<ProcessId>()
  const handlers = new Set(known.system.processes.flatMap(({ suspended }) => suspended.map(({ by }) => by)))
  if (handlers.size === 0) return finishing
  const all = { ...known, values: new LocalValues(known.system), finishing, locks: locksOf(known.system) }
  for (let before = -1; before < finishing.size;) {
    before = finishing.size
    for (const handler of handlers)
      if (Object.values(conditions).every((holds) => holds(handler, all))) finishing.add(handler)
  }
  return finishing
}

const suspensionsBy = (handler: ProcessId, { processes }: System) =>
  processes.flatMap(({ suspended }) => suspended.filter(({ by }) => by === handler).map(({ when }) => when))

/**
 * Where a handler may be while it runs on top of somebody, or is inside one of those locks; what comes after a fault is not
 * judged.
 */
function raisedAt(handler: ProcessId, { system, values, locks }: Known): readonly LocationId[] {
  const { locations, faultAt } = system.processes[handler]!
  const own = values.own(handler)
  const said = suspensionsBy(handler, system)
  const marks = [...own.keys()].filter((i) => said.some((when) => isVarRead(when) && when.v === own[i]))
  const isRaised = (at: LocationId): boolean =>
    values.at(handler, at).some((local) => marks.some((mark) => local[mark] !== 0))
  const isInside = (at: LocationId): boolean => locks.some(({ inside }) => inside[handler]!.has(at))
  return [...locations.keys()].filter((at) => at !== faultAt && (isRaised(at) || isInside(at)))
}

/** Whether its control graph goes round no circle within these locations; faults end it. */
function endsWithin(handler: ProcessId, within: Set<LocationId>, { system, reach }: Known): boolean {
  const goesOn = (at: LocationId): boolean =>
    reach.leaving[handler]![at]!.some((id) => {
      const transition = system.transitions[id]!
      const move = movesOf(transition).find(({ process }) => process === handler)!
      return transition.fault === undefined && within.has(move.to)
    })
  for (let before = Infinity; before > within.size;) {
    before = within.size
    for (const at of within) if (!goesOn(at)) within.delete(at)
  }
  return within.size === 0
}

/** Whether a step of the handler can be taken at a location, or a fault be reported, whatever the variables are. */
function canGoOn(handler: ProcessId, at: LocationId, known: Known): boolean {
  const { system, actions, domains, reach, values, finishing, locks } = known
  const ways = reach.leaving[handler]![at]!.flatMap((id): readonly Action[] => {
    const conjuncts = actions[id]!.conjuncts.filter((c) => c.handler === undefined || !finishing.has(c.handler))
    const { tag, joint } = system.transitions[id]!
    // Nobody may rely on a step that merely may happen; where others are no variable tells.
    const isSure = tag === undefined && joint === undefined && conjuncts.every((c) => c.locationsOf.size === 0)
    return isSure ? [{ ...actions[id]!, conjuncts }] : []
  })
  const variables = new Set(ways.flatMap(({ conjuncts }) => conjuncts.flatMap((c) => [...c.reads])))
  const own = values.own(handler).flatMap((v, i): [VarId, number][] => (variables.has(v) ? [[v, i]] : []))
  const valuation = new Float64Array(system.variables.length)
  const comesThere = (): boolean =>
    values.at(handler, at).some((local) => own.every(([v, i]) => local[i] === valuation[v]))
  // Others have left these locks first.
  const asked = locks.flatMap(({ inside, heldBy, free }) =>
    [...(inside[handler]!.has(at) ? heldBy.get(handler)! : free)].filter(([v]) => variables.has(v)),
  )
  const locksAreHis = (): boolean => asked.every(([v, value]) => valuation[v] === value)
  const waits = (): boolean => !ways.some((way) => possible(way, valuation)) && comesThere() && locksAreHis()
  return domains.some({ variables }, valuation, waits) === false
}
