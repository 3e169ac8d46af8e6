// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, isVarRead } from '#system/expression'
import type { Expr, OriginId, System, VarId } from '#system/system'
import type { LocalEdge, LocalNode } from '../paths/local-graph.ts'
import type { LocalKnowledge } from '../paths/three-valued.ts'
import { decide } from '../paths/decide.ts'
import type { Resources } from './resources.ts'

/** What a process waits for before it can go on: at most one lock, and events. Nothing at all, if it never waits. */
export interface Waits {
  readonly lock?: string
  readonly events: readonly VarId[]
}

/**
 * Something that a process can set out to do where it is: an operation, a step, or a branch. Once what it waits for is
 * there, one of its edges can be taken; which one is not up to the process.
 */
export interface Choice {
  readonly edges: readonly LocalEdge[]
  readonly waits: Waits
}

export interface Choices {
  readonly possible: readonly Choice[]
  /** Operations of which nothing here says when they can be done. */
  readonly uncovered: readonly OriginId[]
}

const waitsForNothing: Waits = { events: [] }

/** What a process can do at a node, where it queues for these locks. Escapes and what merely may happen do not count. */
export function choicesAt(node: LocalNode, queued: ReadonlySet<string>, system: System, resources: Resources): Choices {
  const { transitions } = system
  const steps = node.edges.filter(({ transition: id }) => {
    const { fault, tag } = transitions[id]!
    return fault === undefined && tag === undefined
  })
  const groups = [...Map.groupBy(steps, ({ transition }) => transitions[transition]!.origin)]
  const possible: Choice[] = []
  const open: (typeof groups)[number][] = []
  for (const [origin, edges] of groups) {
    if (always(edges, node.known)) possible.push({ edges, waits: waitsForNothing })
    else open.push([origin, edges])
  }
  // The branches of a condition are steps of their own: together they cover it.
  const together = open.flatMap(([, edges]) => edges)
  if (open.length > 1 && always(together, node.known)) {
    possible.push({ edges: together, waits: waitsForNothing })
    return { possible, uncovered: [] }
  }
  const uncovered: OriginId[] = []
  for (const [origin, edges] of open) {
    const waits = waitsOf(edges)
    if (waits === undefined) uncovered.push(origin)
    else possible.push({ edges, waits })
  }
  const joined = possible.length === 0 && open.length > 1 ? waitsOf(together) : undefined
  return joined === undefined
    ? { possible, uncovered }
    : { possible: [{ edges: together, waits: joined }], uncovered: [] }

  function always(edges: readonly LocalEdge[], known: LocalKnowledge): boolean {
    return decide(someOf(edges), known, system) === 'always'
  }

  function someOf(edges: readonly LocalEdge[]): Expr {
    return ['or', ...edges.map(({ transition }): Expr => ['and', ...transitions[transition]!.guard])]
  }

  /** The fewest things that make the choice certain: a lock, else events, else both; undefined if nothing does. */
  function waitsOf(edges: readonly LocalEdge[]): Waits | undefined {
    const [locks, events] = [new Set<string>(), new Set<VarId>()]
    eachLeaf(someOf(edges), (leaf) => {
      if (!isVarRead(leaf) || node.known.value(leaf.v) !== undefined) return
      const lock = resources.lockOf.get(leaf.v)
      if (lock !== undefined) locks.add(lock)
      else if (resources.events.has(leaf.v)) events.add(leaf.v)
    })
    const [lock] = locks
    const given = [
      ...(lock !== undefined && locks.size === 1 ? [{ lock, events: [] }] : []),
      ...(events.size > 0 ? [{ events: [...events] }] : []),
      ...(lock !== undefined && locks.size === 1 && events.size > 0 ? [{ lock, events: [...events] }] : []),
    ].find((waits: Waits): boolean => always(edges, once(waits)))
    // Whoever queues for a lock is in the way of others until it has it: it must wait for nothing else.
    const elsewhere = [...queued].some((lock) => lock !== given?.lock || given.events.length > 0)
    return elsewhere ? undefined : given
  }

  /** What is known once it is there: the lock free, or held by nobody where the process itself queues for it. */
  function once({ lock, events }: Waits): LocalKnowledge {
    const awaited = new Set(events)
    return {
      value(v) {
        const value = node.known.value(v)
        if (value !== undefined) return value
        if (awaited.has(v)) return 1
        const mine = lock !== undefined && resources.lockOf.get(v) === lock
        return mine && !(queued.has(lock) && resources.queueing.has(v)) ? system.variables[v]!.init : undefined
      },
      test: node.known.test,
    }
  }
}
