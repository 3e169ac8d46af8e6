// SPDX-License-Identifier: Apache-2.0
import type { Happening } from './happenings.ts'
import type { HeldLock, Place } from './held-lock.ts'

/** How something was waited for. */
export interface How {
  /** It is an event, no lock. */
  readonly isEvent: boolean
  readonly mode: HeldLock['mode']
  readonly at: Place
}
/** What was waited for, by its class. */
export type History = Map<string, How>
/** Since the path last rested, under the empty name; and since it owes an event, under that. */
export type Histories = Map<string, History>

export const nothing = (): Histories => new Map([['', new Map()]])
export const copied = (histories: Histories): Histories =>
  new Map([...histories].map(([name, history]) => [name, new Map(history)]))

/** Adds to the histories. */
export function remember(histories: Histories, happening: Happening): Histories {
  if (happening.what === 'owes') histories.set(happening.name, new Map())
  else if (happening.what === 'brings') histories.delete(happening.name)
  else {
    const isEvent = happening.what !== 'takes'
    const name = isEvent ? happening.name : happening.lock.class.name
    const how: How = { isEvent, mode: isEvent ? 'write' : happening.lock.mode, at: happening.at }
    for (const history of histories.values()) if (!history.has(name)) history.set(name, how)
  }
  return histories
}

/** Whether something was new. An event that is owed on one way only counts as owed all along. */
export function merge(into: Histories, from: Histories): boolean {
  let changed = false
  for (const [name, known] of into) {
    const more = from.get(name)
    if (more === undefined) {
      into.delete(name)
      changed = true
      continue
    }
    for (const [waited, how] of more)
      if (!known.has(waited)) {
        known.set(waited, how)
        changed = true
      }
  }
  return changed
}
