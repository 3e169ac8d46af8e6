// SPDX-License-Identifier: Apache-2.0
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst, DepthFirst } from '#explore/frontier'
import { kinds } from '#ir/model'
import { Facts } from '#property/facts'
import { judge } from '#property/judge'
import { Evidence } from '#property/property'
import { faultsInPlace } from '#reduce/faults-in-place'
import { TransitionClosure } from '#reduce/transition-closure'
import { Reduction, type Patience } from '#reduce/reduction'
import { relationsOf, type Relations } from '#reduce/relations'
import { ProcessClosure } from '#reduce/process-closure'
import type { System, TransitionId } from '#system/system'

/** What must not depend on whether a search was reduced. */
export interface Told {
  readonly kinds: readonly string[]
  /** Every set of processes that are stuck where nobody else will be; who is stuck on the way there depends on the order. */
  readonly stuck: readonly string[]
  /** Debts that nothing will pay in some state. */
  readonly lost: readonly string[]
  readonly fired: readonly number[]
  readonly faults: readonly number[]
  readonly findings: readonly string[]
}
export interface Searched {
  readonly told: Told
  readonly states: number
  readonly edges: number
  /** How often states had to be expanded again. */
  readonly rounds: number
}

interface Options {
  readonly order?: 'breadth-first' | 'depth-first'
  readonly verify?: boolean
  readonly relations?: (relations: Relations) => Relations
  readonly limit?: number
  /** What the sets are closed over: processes unless said. */
  readonly Closure?: typeof ProcessClosure | typeof TransitionClosure
  /** Whether chains are compressed; they are unless said. */
  readonly chains?: boolean
  /** When sets that leave nothing out are asked for less often. */
  readonly patience?: Patience
  /** What must not be ignored; condition (S) holds unless said. */
  readonly visible?: ReadonlySet<TransitionId> | undefined
}

/** Searches in full; undefined if there are too many states. */
export const searchedInFull = (system: System, options: Options = {}): Searched | undefined =>
  searched(system, undefined, options)

/** Searches with stubborn sets, perhaps with other relations than the right ones. */
export function searchedReduced(original: System, options: Options = {}): Searched | undefined {
  const system = faultsInPlace(original)
  const machine = new Engine(system)
  const { verify = false, chains = true, Closure = ProcessClosure, visible, patience } = options
  const relations = relationsOf(system)
  const stubborn = new Closure(machine, options.relations?.(relations) ?? relations)
  return searched(
    system,
    new Reduction(machine, { verify, chains, stubborn, visible, ...(patience && { patience }) }),
    options,
    machine,
  )
}

function searched(
  system: System,
  reduction: Reduction<readonly number[]> | undefined,
  { order = 'breadth-first', limit = 20_000 }: Options,
  machine = new Engine(system),
): Searched | undefined {
  const facts = new Facts(machine)
  const frontier = order === 'breadth-first' ? new BreadthFirst() : new DepthFirst()
  const { select, pass } = reduction ?? {}
  const search = explore({ machine, frontier, observers: [facts], ...(select && { select }), pass })
  let rounds = -1
  do {
    search.advance(limit)
    if (!search.done) return undefined
    rounds++
  } while (reduction?.complete(search) === false)
  const evidence = new Evidence(machine, search.graph, search.store, facts)
  const { violations, findings } = judge(evidence, true, new Set(kinds))
  const future = evidence.future('on')
  const [stuck, lost] = [new Set<string>(), new Set<string>()]
  const names = (ids: readonly number[]): string => ids.map((p) => system.processes[p]!.name).join(' ')
  for (const state of evidence.soundStates()) {
    if (future.settled(state) && future.stuck(state).length > 0) stuck.add(names(future.stuck(state)))
    for (const debt of future.unpaid(state)) lost.add(system.debts[debt]!.object)
  }
  return {
    told: {
      kinds: violations.map(({ kind }) => kind),
      stuck: [...stuck].sort(),
      lost: [...lost].sort(),
      fired: [...facts.fired].sort((a, b) => a - b),
      faults: [...facts.faults.keys()].sort((a, b) => a - b),
      findings: findings.map(({ code }) => code).sort(),
    },
    states: search.graph.states,
    edges: search.graph.edges,
    rounds,
  }
}
