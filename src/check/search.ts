// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { thousands } from '#base/text'
import { explore, type Search } from '#explore/explore'
import { Alternating, BreadthFirst, DepthFirst, type Frontier } from '#explore/frontier'
import { everyRunEnds } from '#property/every-run-ends'
import type { Facts } from '#property/facts'
import { looksAtEdges } from '#property/looks-at-edges'
import type { Reduction } from '#reduce/reduction'
import { isAlone } from '#system/lone-process'
import type { Machine } from '#system/machine'
import type { System } from '#system/system'
import { MemoryLimit } from './memory.ts'
import type { QualifiedOptions } from './options.ts'

export interface Searched<S> {
  readonly search: Search<S>
  /** Which limit ended the search; undefined if it is complete. */
  readonly limit: string | undefined
  readonly seconds: number
  readonly peakMemoryBytes: number
}

/** What searching took, and how far it came. */
export interface Effort {
  readonly states: number
  /** States passed through; more than stored where chains are compressed. */
  readonly visited: number
  readonly transitions: number
  readonly depth: number
  /** States that a limit left unexpanded. */
  readonly open: number
  readonly seconds: number
  readonly peakMemoryBytes: number
  readonly limit: string | undefined
}

export const effortOf = ({ search, limit, seconds, peakMemoryBytes }: Searched<unknown>): Effort => ({
  states: search.graph.states,
  visited: search.graph.states + search.graph.passed,
  transitions: search.graph.edges,
  depth: search.depth,
  open: search.frontier.size,
  seconds,
  peakMemoryBytes,
  limit,
})

/** That of two searches, one after the other; a limit would have ended the first one. */
export const together = (first: Effort, second: Effort): Effort => ({
  states: first.states + second.states,
  visited: first.visited + second.visited,
  transitions: first.transitions + second.transitions,
  depth: Math.max(first.depth, second.depth),
  open: second.open,
  seconds: first.seconds + second.seconds,
  peakMemoryBytes: Math.max(first.peakMemoryBytes, second.peakMemoryBytes),
  limit: second.limit,
})

/** States expanded between two looks at the clock, the memory and the signal: at first, and at most. */
const firstStride = 16
const maxStride = 2 ** 15
/** A look costs some ten microseconds, ten times that in some containers; looks that come sooner than this, in milliseconds, are too many. */
const lookApart = 8

/** Beyond this share of its heap Node would soon abort; what is known then would be lost. */
const heapShare = 0.75
/** What V8's limit counts besides the old generation, where states live. */
const youngGeneration = 224 * 2 ** 20

/** Runs the search until it is complete or a limit is hit, and lets the rest of the program breathe meanwhile. */
export async function runSearch<S>(
  machine: Machine<S>,
  facts: Facts<S>,
  options: QualifiedOptions,
  reduction?: Reduction<S>,
): Promise<Searched<S>> {
  const frontier = frontierOf(machine.system, options, reduction !== undefined)
  const edges = !looksAtEdges(machine.system) || seldomAsked(machine.system, options) ? 'found again' : 'kept'
  const { select, pass } = reduction ?? {}
  const search = explore({ machine, frontier, observers: [facts], edges, ...(select && { select }), pass })
  const start = performance.now()
  let breath = start
  // Asking takes longer than a small search, so it is not done without a limit.
  const resident = options.maxMemoryBytes === Infinity ? () => 0 : () => process.memoryUsage.rss()
  const memory = new MemoryLimit(options.maxMemoryBytes, machine.system, resident())
  let limit: string | undefined
  let stride = firstStride
  let looked = start
  const seconds = (): number => (performance.now() - start) / 1000
  const maxStates = options.maxStates - options.spent.states
  while (!search.done && limit === undefined) {
    for (let i = 0; i < stride && search.store.size < maxStates; i++) if (search.advance(1)) break
    if (search.done) reduction?.complete(search)
    if (search.done) break
    limit = limitHit(search, memory.reached(search, resident()), seconds(), options)
    const now = performance.now()
    stride = now - looked < lookApart ? Math.min(stride * 2, maxStride) : Math.max(stride / 2, firstStride)
    looked = now
    if (now - breath < 50) continue
    await setImmediate()
    breath = performance.now()
    const { graph, frontier: open, depth } = search
    options.onProgress({
      states: graph.states,
      transitions: graph.edges,
      frontier: open.size,
      depth,
      seconds: options.spent.seconds + seconds(),
      memoryBytes: process.memoryUsage.rss(),
    })
  }
  if (limit !== undefined) reduction?.abandon(search)
  return { search, limit, seconds: seconds(), peakMemoryBytes: process.resourceUsage().maxRSS * 1024 }
}

/** Breadth first unless said; a reduced search of a net finds no shortest traces anyway, and deadlocks sooner if it goes deep. */
function frontierOf(system: System, { order }: QualifiedOptions, isReduced: boolean): Frontier {
  if (order === 'depth-first') return new DepthFirst()
  return order === 'auto' && isReduced && isAlone(system) ? new Alternating() : new BreadthFirst()
}

/**
 * Whether it pays not to keep edges: a *holds* will not ask for one. Under a limit of time or memory they are kept, since
 * finding them again takes more of either.
 */
const seldomAsked = (system: System, { maxMemoryBytes, timeoutSeconds }: QualifiedOptions): boolean =>
  maxMemoryBytes === Infinity && timeoutSeconds === Infinity && everyRunEnds(system)

function limitHit<S>(
  search: Search<S>,
  memory: string | undefined,
  seconds: number,
  { maxStates, timeoutSeconds, spent, signal }: QualifiedOptions,
): string | undefined {
  if (signal?.aborted === true) return 'it was interrupted'
  if (search.store.size + spent.states >= maxStates) return `the limit of ${thousands(maxStates)} states was hit`
  if (memory !== undefined) return memory
  const { used_heap_size: used, heap_size_limit: heap } = getHeapStatistics()
  if (used > heapShare * (heap - youngGeneration))
    return `Node's heap of ${thousands(heap)} bytes is nearly full (NODE_OPTIONS=--max-old-space-size=<MiB> enlarges it)`
  if (seconds + spent.seconds >= timeoutSeconds) return `the time limit of ${timeoutSeconds} s was hit`
  return undefined
}
