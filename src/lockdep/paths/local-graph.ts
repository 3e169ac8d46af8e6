// SPDX-License-Identifier: Apache-2.0
import type { Assign, LocationId, ProcessId, System, Transition, TransitionId, VarId } from '#system/system'
import { evaluateKnown, type LocalKnowledge } from './three-valued.ts'

/**
 * One process by itself, whatever the others do: its locations with the values of the variables that nobody else ever
 * writes. Every run of the system, seen by this process alone, is a path of this graph: a guard is taken for possible
 * unless it is false by what the process itself knows. So it has every order in which a path can take its locks, without
 * a single interleaving.
 */
export interface LocalGraph {
  readonly process: ProcessId
  /** The first is where the process begins. */
  readonly nodes: readonly LocalNode[]
  /** It was cut at the limit: paths may be missing. */
  readonly truncated: boolean
}

export interface LocalNode {
  readonly location: LocationId
  readonly edges: readonly LocalEdge[]
  /** What the process knows here: the value of a variable, or undefined. */
  readonly known: LocalKnowledge
}

export interface LocalEdge {
  readonly transition: TransitionId
  /** Index into {@link LocalGraph.nodes}. */
  readonly to: number
  /** The guard holds whatever others do. */
  readonly certain: boolean
}

/** Nodes of one process before it is cut. */
export const mostNodes = 20_000
/** Values of variables in all its nodes together: fewer nodes, where a process has hundreds of variables. */
const mostValues = 2 ** 21

/**
 * The local graph of a process.
 * @param own the variables whose values it knows, as nobody else writes them: {@link privateVariables} or some of them
 * @param limit how many nodes it may have at most, at least 1
 */
export function localGraph(
  system: System,
  process: ProcessId,
  own: ReadonlySet<VarId> = privateVariables(system, process),
  limit = Math.min(mostNodes, Math.ceil(mostValues / Math.max(1, own.size))),
): LocalGraph {
  const leaving = transitionsByLocation(system, process)
  const { processes, variables, transitions } = system
  const slot = new Map([...own].map((v, i) => [v, i]))
  const writers = writtenVariables(system)
  type Values = readonly (number | undefined)[]
  const nodes: { location: LocationId; values: Values; edges: LocalEdge[]; known: LocalKnowledge }[] = []
  const ids = new Map<string, number>()
  let truncated = false

  const node = (location: LocationId, values: Values): number | undefined => {
    const key = `${location}:${values.join()}`
    const seen = ids.get(key)
    if (seen !== undefined) return seen
    if (nodes.length >= limit) {
      truncated = true
      return undefined
    }
    const known: LocalKnowledge = {
      value: (v) => (slot.has(v) ? values[slot.get(v)!] : writers.has(v) ? undefined : variables[v]!.init),
      test: (at) => (at.process === process ? Number(at.in.includes(location)) : undefined),
    }
    ids.set(key, nodes.length)
    return nodes.push({ location, values, edges: [], known }) - 1
  }

  node(
    processes[process]!.init,
    [...own].map((v) => variables[v]!.init),
  )
  for (let i = 0; i < nodes.length; i++) {
    const { location, values, known, edges } = nodes[i]!
    for (const id of leaving.get(location) ?? []) {
      const { guard, effect, ...transition } = transitions[id]!
      const held = guard.map((g) => evaluateKnown(g, known))
      if (held.includes(0)) continue
      const to = node(moveOf(transition, process).to, after(effect, values, known))
      if (to !== undefined) edges.push({ transition: id, to, certain: !held.includes(undefined) })
    }
  }
  return { process, nodes, truncated }

  function after(effect: readonly Assign[], values: Values, known: LocalKnowledge): Values {
    const next = [...values]
    for (const { to, value } of effect) {
      if (typeof to === 'number') {
        if (slot.has(to)) next[slot.get(to)!] = evaluateKnown(value, known)
        continue
      }
      const [, index, ...elements] = to
      const at = evaluateKnown(index, known)
      for (const [place, v] of elements.entries())
        if (slot.has(v) && (at === undefined || at === place))
          next[slot.get(v)!] = at === undefined ? undefined : evaluateKnown(value, known)
    }
    return next
  }
}

/**
 * The variables whose values a process can know: those in its own word, and plain ones of the model, that no step of anybody
 * else writes. What is shared about an object is not among them even if nobody else happens to use it: a path that waits for
 * what only it brings about still has to be followed.
 */
export function privateVariables(system: System, process: ProcessId): ReadonlySet<VarId> {
  const known = new Set(
    [...system.variables.entries()].flatMap(([v, { owner, object }]) =>
      owner === process || (owner === undefined && object === undefined) ? [v] : [],
    ),
  )
  for (const transition of system.transitions)
    if (transition.joint !== undefined || transition.process !== process)
      for (const v of writes(transition)) known.delete(v)
  return known
}

const writes = ({ effect }: Transition): readonly VarId[] =>
  effect.flatMap(({ to }) => (typeof to === 'number' ? [to] : to.slice(2))) as VarId[]

const writtenVariables = (system: System): ReadonlySet<VarId> => new Set(system.transitions.flatMap(writes))

const moveOf = (
  { joint, ...move }: Pick<Transition, 'process' | 'from' | 'to' | 'joint'>,
  process: ProcessId,
): { readonly from: LocationId; readonly to: LocationId } =>
  move.process === process ? move : joint!.find((j) => j.process === process)!

function transitionsByLocation(system: System, process: ProcessId): ReadonlyMap<LocationId, readonly TransitionId[]> {
  const byLocation = new Map<LocationId, TransitionId[]>()
  for (const [id, transition] of system.transitions.entries()) {
    const takesPart = transition.process === process || transition.joint?.some((j) => j.process === process) === true
    if (!takesPart) continue
    const { from } = moveOf(transition, process)
    const others = byLocation.get(from)
    if (others === undefined) byLocation.set(from, [id])
    else others.push(id)
  }
  return byLocation
}
