// SPDX-License-Identifier: Apache-2.0
import { triesExclusively } from '#semantics/lock-map'
import type { Registry } from '#semantics/registry'
import type { ProcessId, VarId } from '#system/system'
import { isAlways, leavesOf, partial } from './partial.ts'
import { makesTrue, mayWrite, type Vocabulary } from './vocabulary.ts'
import { surely, type Way } from './ways.ts'
import type { LocalState } from './walk.ts'

/** One process as the checker sees it; its ways are those that wait for nothing but what somebody signals. */
export interface Seen {
  readonly process: ProcessId
  readonly name: string
  readonly states: readonly LocalState[]
  readonly ways: ReadonlyMap<LocalState, readonly Way[]>
}

export const isHandler = ({ process }: Seen, { system }: Vocabulary): boolean =>
  ['softirq', 'hardirq'].includes(system.processes[process]!.context)

/** Why a process might stay somewhere for ever, or not give back what it has, or take more in a queue; undefined if it cannot. */
export function stranded(seen: Seen, vocabulary: Vocabulary, registry: Registry): string | undefined {
  const { locations, init } = vocabulary.system.processes[seen.process]!
  for (const state of seen.states)
    if (!locations[state.at]!.rest && seen.ways.get(state)!.length === 0)
      return `'${seen.name}' cannot be relied on to leave ${locations[state.at]!.name}`
  for (const state of seen.states)
    if (state.queues.size > 0 && takenFrom(state, vocabulary, registry).length > 0)
      return `'${seen.name}' takes another lock while it queues for one`
  for (const lock of vocabulary.locks) {
    const back = surely(seen.states, seen.ways, (s) => !s.holds.has(lock) && !s.queues.has(lock))
    if (back.size < seen.states.length) return `'${seen.name}' cannot be relied on to release ${lock}`
  }
  if (isHandler(seen, vocabulary) && surely(seen.states, seen.ways, (s) => s.at === init).size < seen.states.length)
    return `'${seen.name}' cannot be relied on to return`
  return undefined
}

/** The states in which a process has not brought an event about; undefined if it is not sure to do so from each of them. */
export function owing(seen: Seen, event: VarId, vocabulary: Vocabulary): ReadonlySet<LocalState> | undefined {
  const brings = ({ effect }: { readonly effect: LocalState['steps'][number]['by']['effect'] }): boolean =>
    effect.some((set) => makesTrue(set, event))
  const owes = new Set([seen.states[0]!])
  for (const state of owes) for (const { by, to } of state.steps) if (!brings(by)) owes.add(to)
  const sure = surely(seen.states, seen.ways, () => false, brings)
  const { locations } = vocabulary.system.processes[seen.process]!
  return [...owes].every((state) => sure.has(state) && !locations[state.at]!.rest) ? owes : undefined
}

/** The classes that a process waits for in a state: by a way on, or by taking what it does not take alone. */
export function waitedIn(
  { ways }: Seen,
  state: LocalState,
  vocabulary: Vocabulary,
  registry: Registry,
): ReadonlySet<string> {
  const waited = new Set<string>()
  for (const { lock, events } of ways.get(state)!) {
    if (lock !== undefined) waited.add(vocabulary.classOfLock(lock))
    for (const event of events) waited.add(vocabulary.classOfEvent(event))
  }
  for (const lock of takenFrom(state, vocabulary, registry)) waited.add(vocabulary.classOfLock(lock))
  return waited
}

/** Locks that a step from here takes, or queues for; not those that it tries for and gets only while nobody has them. */
const takenFrom = (state: LocalState, { system }: Vocabulary, registry: Registry): readonly string[] =>
  state.steps.flatMap(({ by, to }) => {
    const { op, on, primitive } = system.origins[by.origin]!
    const alone = triesExclusively(registry.get(primitive)?.operations[op]?.lockdep) ? on : undefined
    return [...to.holds, ...to.queues].filter((lock) => lock !== alone && !state.has.has(lock))
  })

/**
 * By handler, the classes of what those owe or stand in a queue for on top of whom it may run; a handler on top of a
 * handler has beneath it what that one has.
 */
export function beneath(
  all: readonly Seen[],
  owed: (seen: Seen, state: LocalState) => ReadonlySet<string>,
  vocabulary: Vocabulary,
): ReadonlyMap<ProcessId, ReadonlySet<string>> {
  const { processes, transitions } = vocabulary.system
  const result = new Map<ProcessId, Set<string>>()
  // As often as handlers can stand on each other.
  for (let round = 0; round <= all.length; round++)
    for (const seen of all)
      for (const { by, when } of processes[seen.process]!.suspended) {
        const below = result.get(by) ?? new Set()
        result.set(by, below)
        const marks = leavesOf(when).flatMap((leaf) => ('v' in leaf ? [leaf.v] : []))
        const raises = transitions.filter(
          (t) => t.process === by && t.effect.some((set) => set.value !== 0 && marks.some((v) => mayWrite(set, v))),
        )
        for (const state of seen.states) {
          if (raises.every(({ guard }) => partial(['and', ...guard], state.look) === 0)) continue
          for (const one of [...owed(seen, state), ...(result.get(seen.process) ?? [])]) below.add(one)
          for (const lock of state.queues) below.add(vocabulary.classOfLock(lock))
        }
      }
  return result
}

/** Whether the event ends a debt for good and comes only from what pays it; true if the debt is never there. */
export function settles(debt: number, events: readonly VarId[], { system }: Vocabulary): boolean {
  const { owed, paidBy } = system.debts[debt]!
  if (isAlways(false, owed, () => undefined, system)) return true
  return events.some(
    (event) =>
      isAlways(false, owed, (leaf) => ('v' in leaf && leaf.v === event ? 1 : undefined), system) &&
      system.transitions.every(({ effect }, id) => paidBy.includes(id) || !effect.some((set) => mayWrite(set, event))),
  )
}
