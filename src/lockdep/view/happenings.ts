// SPDX-License-Identifier: Apache-2.0
import type { LocalGraph, LocalNode } from '#lockdep/paths/local-graph'
import type { System } from '#system/system'
import type { HeldLock, Place } from './held-lock.ts'
import type { PathStep, Told } from './path-walk.ts'
import { VariableEvents } from './variable-events.ts'

/** What happens in a step, as far as waits and events go. */
export type Happening =
  | { readonly what: 'takes'; readonly lock: HeldLock; readonly at: Place }
  | {
      readonly what: 'waits' | 'owes' | 'brings'
      readonly name: string
      readonly at: Place
      readonly held: readonly HeldLock[]
    }

/** What counts as an event, and what it is called. */
export interface Events {
  /** The class of the event that is of this object. */
  readonly nameOf: (object: string) => string
  /** Plain variables that some step waits for count as events too: a doorbell, a flag. */
  readonly variables: boolean
}

/** What happens in the steps of some processes. */
export class Happenings {
  readonly #nameOf: Events['nameOf']
  readonly #variables: VariableEvents | undefined

  constructor(system: System, graphs: readonly LocalGraph[], { nameOf, variables }: Events) {
    this.#nameOf = nameOf
    this.#variables = variables ? new VariableEvents(system, graphs) : undefined
  }

  /** In the order in which it happens. */
  in(node: LocalNode, { transition, heard, held, at }: PathStep): readonly Happening[] {
    const told = heard.flatMap((one) => this.#told(one))
    if (this.#variables === undefined) return told
    const about = (what: 'waits' | 'brings', names: readonly string[]): readonly Happening[] =>
      names.map((name) => ({ what, name, at, held }))
    return [
      ...told,
      ...about('waits', this.#variables.waitedFor(node, transition)),
      ...about('brings', this.#variables.broughtAbout(node, transition)),
    ]
  }

  #told({ event, lock, at, held }: Told): readonly Happening[] {
    if (lock !== undefined) return lock.try || lock.class.unchecked ? [] : [{ what: 'takes', lock, at }]
    const what = whatOf[event.does]
    return what === undefined || !('object' in event.map)
      ? []
      : [{ what, name: this.#nameOf(event.map.object), at, held }]
  }
}

const whatOf: Partial<Record<Told['event']['does'], 'waits' | 'owes' | 'brings'>> = {
  wait: 'waits',
  owe: 'owes',
  event: 'brings',
}
