// SPDX-License-Identifier: Apache-2.0
import { decide } from '#lockdep/paths/decide'
import type { LocalGraph, LocalNode } from '#lockdep/paths/local-graph'
import { evaluateKnown, type Known } from '#lockdep/paths/three-valued'
import { and, eachLeaf, isLocationTest, or } from '#system/expression'
import type { Expr, System, VarId } from '#system/system'
import type { Dependency, DependencyGraph } from './dependency-graph.ts'
import { isShared, type HeldLock, type Place } from './held-lock.ts'
import type { PathStep, PathWalk, Told } from './path-walk.ts'

/** One process: its local graph, and the ways through it with what is held. */
export interface Walked {
  readonly graph: LocalGraph
  readonly walk: PathWalk
}

/** How events are told apart. */
export interface Naming {
  /** The class of the event that is of this object. */
  readonly nameOf: (object: string) => string
  /** Plain variables that some step waits for count as events too: a doorbell, a flag. */
  readonly variables: boolean
  /**
   * Events that nobody can wait for before they are owed: fences. What others bring about on the way to one (a doorbell, a
   * work item) is followed for each of them apart, since until its publication its publisher holds nobody up.
   */
  readonly purposes: readonly string[]
}

/** What happens in a step, in order, as far as waits and events go. */
type Happening =
  | { readonly what: 'takes'; readonly lock: HeldLock; readonly at: Place }
  | {
      readonly what: 'waits' | 'owes' | 'brings'
      readonly name: string
      readonly at: Place
      readonly held: readonly HeldLock[]
    }

interface How {
  /** It is an event, no lock. */
  readonly isEvent: boolean
  readonly mode: HeldLock['mode']
  readonly at: Place
}
/** What was waited for, by its class. */
type History = Map<string, How>
/** Since the path last rested, under the empty name; and since it owes an event, under that. */
type Histories = Map<string, History>

/**
 * Waits and what ends them, as dependencies. The idea is that of the cross-release extension (4.14, reverted since): whoever waits
 * for an event has it inside of what it holds; and an event has inside it everything that a path waits for before it brings
 * the event about, from where it came to owe it, or else from where it last rested.
 */
export function addCauses(system: System, walks: readonly Walked[], graph: DependencyGraph, naming: Naming): void {
  const waiting = naming.variables ? guardsByVariable() : new Map<VarId, (readonly Expr[])[]>()
  for (const { graph: local, walk } of walks) {
    const before = historiesBefore(local, walk)
    for (const [i, { node, next }] of walk.states.entries())
      for (const step of next) {
        const histories = copied(before[i]!)
        for (const happening of happenings(local.nodes[node]!, step)) {
          if (happening.what === 'brings') bring(happening, histories)
          else if (happening.what === 'waits') for (const held of happening.held) waitFor(held, happening)
          remember(histories, happening)
        }
      }
  }

  function bring({ name, at }: Extract<Happening, { name: string }>, histories: Histories): void {
    const own = histories.get(name) ?? histories.get('')!
    const inside = (purpose: string, history: History): void => {
      for (const [waited, how] of history)
        graph.add(caused(nodeOf(name, purpose), how.isEvent ? nodeOf(waited, purpose) : waited, how, at))
    }
    if (naming.purposes.includes(name)) return inside(name, own)
    inside('', own)
    for (const purpose of naming.purposes) inside(purpose, histories.get(purpose) ?? own)
  }

  /** What is no fence itself, on the way to one. */
  function nodeOf(name: string, purpose: string): string {
    return purpose === '' || naming.purposes.includes(name) ? name : `${name} (for ${purpose})`
  }

  function waitFor(held: HeldLock, { name, at }: { readonly name: string; readonly at: Place }): void {
    if (held.class.unchecked) return
    const [outer, inner] = [{ mode: held.mode, at: held.at }, { mode: 'write', at } as const]
    graph.add({ from: held.class.name, to: name, shared: isShared(held.mode), recursive: false, outer, inner })
  }

  /** What is waited for at blocking nodes, by the variables in it. */
  function guardsByVariable(): ReadonlyMap<VarId, (readonly Expr[])[]> {
    const found = new Map<VarId, (readonly Expr[])[]>()
    for (const node of walks.flatMap(({ graph: local }) => local.nodes).filter(isBlocking))
      for (const { transition } of node.edges) {
        const { guard } = system.transitions[transition]!
        for (const v of variablesOf(guard)) found.set(v, [...(found.get(v) ?? []), guard])
      }
    return found
  }

  /** The least fixpoint along the ways of a process. */
  function historiesBefore({ process, nodes }: LocalGraph, { states }: PathWalk): readonly Histories[] {
    const { locations } = system.processes[process]!
    const before: Histories[] = [nothing()]
    const queue = [0]
    for (const i of queue) {
      const { node, next } = states[i]!
      for (const step of next) {
        const rests = locations[nodes[states[step.to]!.node]!.location]!.rest
        const known: Histories = rests ? nothing() : happenings(nodes[node]!, step).reduce(remember, copied(before[i]!))
        const seen = before[step.to]
        if (seen === undefined) before[step.to] = known
        if (seen === undefined || merge(seen, known)) queue.push(step.to)
      }
    }
    return before
  }

  function happenings(node: LocalNode, { transition, heard, held, at }: PathStep): readonly Happening[] {
    const told = heard.flatMap((one): Happening[] => {
      const { event, lock } = one
      if (lock !== undefined) return lock.try || lock.class.unchecked ? [] : [{ what: 'takes', lock, at: one.at }]
      const what = whatOf[event.does]
      return what === undefined || !('object' in event.map)
        ? []
        : [{ what, name: naming.nameOf(event.map.object), at: one.at, held: one.held }]
    })
    if (!naming.variables) return told
    const { guard, effect } = system.transitions[transition]!
    const waits = isBlocking(node)
      ? variablesOf(guard).filter((v) => isPlain(v) && node.known.value(v) === undefined)
      : []
    const writes = effect.flatMap(({ to, value }) => {
      const written = evaluateKnown(value, node.known)
      const targets = typeof to === 'number' ? [to] : (to.slice(2) as VarId[])
      return targets.filter((v) => isPlain(v) && canEnable(v, written))
    })
    const about = (what: 'waits' | 'brings', v: VarId): Happening => ({
      what,
      name: system.variables[v]!.name,
      at,
      held,
    })
    return [...told, ...waits.map((v) => about('waits', v)), ...writes.map((v) => about('brings', v))]
  }

  /** A variable of the model that several processes can see. */
  function isPlain(v: VarId): boolean {
    const { object, owner } = system.variables[v]!
    return object === undefined && owner === undefined
  }

  /** Whether writing the value can let go on whoever waits for the variable somewhere. */
  function canEnable(variable: VarId, written: number | undefined): boolean {
    const there: Known = { value: (v) => (v === variable ? written : undefined), test: () => undefined }
    return (waiting.get(variable) ?? []).some((guard) => guard.every((g) => evaluateKnown(g, there) !== 0))
  }

  /** Only plain steps leave it, and it may be that none of them can be taken. */
  function isBlocking({ edges, known }: LocalNode): boolean {
    const steps = edges
      .map(({ transition }) => system.transitions[transition]!)
      .filter(({ fault }) => fault === undefined)
    const plain = steps.every(({ origin }) => system.origins[origin]!.primitive === '')
    return plain && decide(or(...steps.map(({ guard }) => and(...guard))), known, system) !== 'always'
  }
}

const whatOf: Partial<Record<Told['event']['does'], 'waits' | 'owes' | 'brings'>> = {
  wait: 'waits',
  owe: 'owes',
  event: 'brings',
}

function variablesOf(guard: readonly Expr[]): readonly VarId[] {
  const found = new Set<VarId>()
  for (const e of guard)
    eachLeaf(e, (leaf) => {
      if (typeof leaf !== 'number' && !isLocationTest(leaf)) found.add(leaf.v)
    })
  return [...found]
}

/** Adds to the histories. */
function remember(histories: Histories, happening: Happening): Histories {
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

const nothing = (): Histories => new Map([['', new Map()]])
const copied = (histories: Histories): Histories =>
  new Map([...histories].map(([name, history]) => [name, new Map(history)]))

/** Whether something was new. An event that is owed on one way only counts as owed all along. */
function merge(into: Histories, from: Histories): boolean {
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

const caused = (name: string, waited: string, { mode, at }: How, bringsAt: Place): Dependency => ({
  from: name,
  to: waited,
  shared: false,
  recursive: mode === 'read-recursive',
  outer: { mode: 'write', at: bringsAt },
  inner: { mode, at },
  causal: true,
})
