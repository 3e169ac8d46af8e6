// SPDX-License-Identifier: Apache-2.0
import type { LocalGraph } from '#lockdep/paths/local-graph'
import type { System } from '#system/system'
import type { Dependency, DependencyGraph } from './dependency-graph.ts'
import { Happenings, type Events, type Happening } from './happenings.ts'
import { isShared, type HeldLock, type Place } from './held-lock.ts'
import { copied, merge, nothing, remember, type Histories, type History, type How } from './histories.ts'
import type { PathWalk } from './path-walk.ts'

/** One process: its local graph, and the ways through it with what is held. */
export interface Walked {
  readonly graph: LocalGraph
  readonly walk: PathWalk
}

/** How events are told apart. */
export interface Naming extends Events {
  /**
   * Events that nobody can wait for before they are owed: fences. What others bring about on the way to one (a doorbell, a
   * work item) is followed for each of them apart, since until its publication its publisher holds nobody up.
   */
  readonly purposes: readonly string[]
}

/**
 * Waits and what ends them, as dependencies. The idea is that of the cross-release extension (4.14, reverted since): whoever waits
 * for an event has it inside of what it holds; and an event has inside it everything that a path waits for before it brings
 * the event about, from where it came to owe it, or else from where it last rested.
 */
export function addCauses(system: System, walks: readonly Walked[], graph: DependencyGraph, naming: Naming): void {
  const locals = walks.map(({ graph: local }) => local)
  const happenings = new Happenings(system, locals, naming)
  const causes = new Causes(graph, naming.purposes)
  for (const { graph: local, walk } of walks) {
    const before = historiesBefore(system, local, walk, happenings)
    for (const [i, { node, next }] of walk.states.entries())
      for (const step of next) {
        const histories = copied(before[i]!)
        for (const happening of happenings.in(local.nodes[node]!, step)) {
          causes.add(happening, histories)
          remember(histories, happening)
        }
      }
  }
}

/** What was waited for before each state of a walk: the least fixpoint along the ways of a process. */
function historiesBefore(
  system: System,
  { process, nodes }: LocalGraph,
  { states }: PathWalk,
  happenings: Happenings,
): readonly Histories[] {
  const { locations } = system.processes[process]!
  const before: Histories[] = [nothing()]
  const queue = [0]
  for (const i of queue) {
    const { node, next } = states[i]!
    for (const step of next) {
      const rests = locations[nodes[states[step.to]!.node]!.location]!.rest
      const known = rests ? nothing() : happenings.in(nodes[node]!, step).reduce(remember, copied(before[i]!))
      const seen = before[step.to]
      if (seen === undefined) before[step.to] = known
      if (seen === undefined || merge(seen, known)) queue.push(step.to)
    }
  }
  return before
}

/** The dependencies that come of what happens. */
class Causes {
  readonly #graph: DependencyGraph
  readonly #purposes: readonly string[]

  constructor(graph: DependencyGraph, purposes: readonly string[]) {
    this.#graph = graph
    this.#purposes = purposes
  }

  add(happening: Happening, before: Histories): void {
    if (happening.what === 'brings') this.#bring(happening.name, happening.at, before)
    else if (happening.what === 'waits')
      for (const held of happening.held) this.#waitFor(held, happening.name, happening.at)
  }

  #bring(name: string, at: Place, before: Histories): void {
    const own = before.get(name) ?? before.get('')!
    if (this.#purposes.includes(name)) return this.#inside(name, name, at, own)
    this.#inside('', name, at, own)
    for (const purpose of this.#purposes) this.#inside(purpose, name, at, before.get(purpose) ?? own)
  }

  #inside(purpose: string, name: string, at: Place, history: History): void {
    for (const [waited, how] of history) {
      const inner = how.isEvent ? this.#nodeOf(waited, purpose) : waited
      this.#graph.add(caused(this.#nodeOf(name, purpose), inner, how, at))
    }
  }

  /** What is no fence itself, on the way to one. */
  #nodeOf(name: string, purpose: string): string {
    return purpose === '' || this.#purposes.includes(name) ? name : `${name} (for ${purpose})`
  }

  #waitFor(held: HeldLock, name: string, at: Place): void {
    if (held.class.unchecked) return
    const [outer, inner] = [{ mode: held.mode, at: held.at }, { mode: 'write', at } as const]
    this.#graph.add({ from: held.class.name, to: name, shared: isShared(held.mode), recursive: false, outer, inner })
  }
}

const caused = (name: string, waited: string, { mode, at }: How, bringsAt: Place): Dependency => ({
  from: name,
  to: waited,
  shared: false,
  recursive: mode === 'read-recursive',
  outer: { mode: 'write', at: bringsAt },
  inner: { mode, at },
  causal: true,
})
