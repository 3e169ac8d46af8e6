// SPDX-License-Identifier: Apache-2.0
import { isVarRead } from '#system/expression'
import type { Expr, Transition, VarId } from '#system/system'
import { isAlways, leavesOf, type Look } from './partial.ts'
import type { Vocabulary } from './vocabulary.ts'
import type { LocalState } from './walk.ts'

/** Something a process can set out to do: once the lock is free and the events have come, one of the steps is possible. */
export interface Way {
  readonly steps: LocalState['steps']
  readonly lock?: string
  readonly events: readonly VarId[]
}

/**
 * The ways on from a local state. Steps of one operation belong together; what is left open by single operations may be
 * covered by all of them, as the two branches of a condition are. Escapes, and what merely may happen, are none.
 */
export function waysOn(state: LocalState, vocabulary: Vocabulary): readonly Way[] {
  const entitled = state.steps.filter(({ by }) => by.tag === undefined)
  const operations = [...Map.groupBy(entitled, ({ by }) => by.origin).values()]
  const sure = operations.filter((steps) => covered(steps, state.look, vocabulary))
  const open = operations.filter((steps) => !sure.includes(steps))
  const free = sure.map((steps): Way => ({ steps, events: [] }))
  const together = open.flat()
  if (open.length > 1 && covered(together, state.look, vocabulary)) return [...free, { steps: together, events: [] }]
  const all = [...free, ...open.flatMap((steps) => waitingWay(steps, state, vocabulary))]
  return all.length > 0 || open.length < 2 ? all : waitingWay(together, state, vocabulary)
}

const guardOf = ({ guard }: Transition): Expr => ['and', ...guard]

const covered = (steps: LocalState['steps'], look: Look, { system }: Vocabulary): boolean =>
  isAlways(true, ['or', ...steps.map(({ by }) => guardOf(by))], look, system)

/** What the steps wait for: one lock; or events; or both. None, if it is something else. */
function waitingWay(steps: LocalState['steps'], state: LocalState, vocabulary: Vocabulary): readonly Way[] {
  const { system } = vocabulary
  const asked = steps
    .flatMap(({ by }) => leavesOf(guardOf(by)))
    .flatMap((leaf) => (isVarRead(leaf) && state.look(leaf) === undefined ? [leaf.v] : []))
  const locks = [...new Set(asked.flatMap((v) => vocabulary.lock(v) ?? []))]
  const events = [...new Set(asked.filter((v) => vocabulary.isEvent(v)))]
  const one = locks.length === 1 ? { lock: locks[0]! } : undefined
  const offers: Way[] = [
    ...(one === undefined ? [] : [{ steps, ...one, events: [] }]),
    ...(events.length === 0 ? [] : [{ steps, events }]),
    ...(one === undefined || events.length === 0 ? [] : [{ steps, ...one, events }]),
  ]
  const way = offers.find((offer) => covered(steps, given(offer), vocabulary))
  if (way === undefined) return []
  // In a queue for a lock nothing but that lock may be waited for.
  const inQueue = [...state.queues]
  return inQueue.every((lock) => lock === way.lock) && (inQueue.length === 0 || way.events.length === 0) ? [way] : []

  function given({ lock, events: come }: Way): Look {
    return (leaf) => {
      const known = state.look(leaf)
      if (known !== undefined || !isVarRead(leaf)) return known
      if (come.includes(leaf.v)) return 1
      if (lock === undefined || vocabulary.lock(leaf.v) !== lock) return undefined
      return state.queues.has(lock) && vocabulary.isQueue(leaf.v) ? undefined : system.variables[leaf.v]!.init
    }
  }
}

/**
 * The states from which some way leads to a goal whatever comes out of it, in finitely many steps; found by asking all of
 * them again until no answer changes.
 */
export function surely(
  states: readonly LocalState[],
  waysOf: ReadonlyMap<LocalState, readonly Way[]>,
  isThere: (state: LocalState) => boolean,
  isIt: (step: Transition) => boolean = () => false,
): ReadonlySet<LocalState> {
  const sure = new Set(states.filter(isThere))
  for (let before = -1; before < sure.size;) {
    before = sure.size
    for (const state of states)
      if (waysOf.get(state)!.some(({ steps }) => steps.every(({ by, to }) => isIt(by) || sure.has(to)))) sure.add(state)
  }
  return sure
}
