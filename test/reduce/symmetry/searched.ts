// SPDX-License-Identifier: Apache-2.0
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { kinds } from '#ir/model'
import { Facts } from '#property/facts'
import { judge } from '#property/judge'
import { Evidence, type Violation } from '#property/property'
import { Reduction, type Ignoring } from '#reduce/reduction'
import type { Group } from '#reduce/symmetry/groups'
import { Permutations } from '#reduce/symmetry/permutations'
import { SymmetricSearch } from '#reduce/symmetry/symmetric-search'
import type { Machine } from '#system/machine'
import type { System } from '#system/system'

export type Packed = readonly number[]

/** What must not depend on whether states were stored up to symmetry: what holds of a copy, said of every copy. */
export interface Told {
  /** Kind, and for a wait how many processes it takes. */
  readonly violations: readonly string[]
  readonly stuck: readonly string[]
  readonly lost: readonly string[]
  readonly fired: readonly number[]
  readonly faults: readonly number[]
  readonly findings: readonly string[]
}

export interface Searched {
  readonly told: Told
  readonly states: number
  readonly edges: number
  readonly rounds: number
  /** Lengths of the shortest runs to faults, by kind. */
  readonly nearest: readonly string[]
  readonly violations: readonly Violation[]
  /** How often something else than the identity was along an edge. */
  readonly permuted: number
  readonly evidence: Evidence<Packed>
}

interface Options {
  readonly groups?: readonly Group[]
  readonly stubborn?: boolean
  /** Whether chains are compressed; where there are stubborn sets they are unless said. */
  readonly chains?: boolean
  readonly limit?: number
  /** Another way to search orbits than the right one. */
  readonly symmetric?: (machine: Machine<Packed>, groups: readonly Group[]) => SymmetricSearch<Packed>
}

/** Searches and judges; undefined if there are too many states. What it tells is closed under permutations of `alike`. */
export function searched(
  machine: Engine,
  alike: readonly Group[],
  { groups = [], stubborn = false, chains = stubborn, limit = 20_000, symmetric: make }: Options = {},
): Searched | undefined {
  const { system } = machine
  const facts = new Facts(machine)
  const symmetric =
    groups.length === 0 ? undefined : (make?.(machine, groups) ?? new SymmetricSearch<Packed>(machine, groups))
  const ignoring: Ignoring<Packed> | undefined = symmetric?.ignoring
  const reduction = stubborn ? new Reduction<Packed>(machine, { ignoring, chains }) : undefined
  const search = explore<Packed>({
    machine: symmetric?.machine ?? machine,
    frontier: new BreadthFirst(),
    observers: [facts],
    ...(reduction && { select: reduction.select, pass: reduction.pass }),
  })
  let rounds = -1
  do {
    search.advance(limit)
    if (!search.done) return undefined
    rounds++
  } while (reduction?.complete(search) === false)
  const { graph, store } = search
  const quotient = symmetric?.quotient(search)
  const evidence = new Evidence<Packed>(machine, graph, store, facts, { quotient })
  const { violations, findings } = judge(evidence, true, new Set(kinds))
  const future = evidence.future('on')
  const all = new Everywhere(system, alike)
  const [stuck, lost] = [new Set<string>(), new Set<string>()]
  const masked = new Set<string>()
  let permuted = 0
  for (const state of evidence.soundStates()) {
    // On the way there a reduced search may pass fewer states, so only single debts are compared.
    for (const debt of future.unpaid(state)) all.debtSets([debt], lost)
    if (future.settled(state)) {
      all.processSets(future.stuck(state), stuck)
      all.debtSets(future.unpaid(state), lost)
    }
    const off = evidence.future('off')
    if (off.settled(state)) all.processSets(off.stuck(state), masked)
    for (let edge = 0; edge < graph.degree(state); edge++) if ((quotient?.along(state, edge) ?? 0) !== 0) permuted++
  }
  const waits = new Set(['deadlock', 'partial-deadlock'])
  return {
    told: {
      violations: violations.map(({ kind, processes }) => (waits.has(kind) ? `${kind} ${processes.length}` : kind)),
      stuck: [...stuck, ...[...masked].map((set) => `without escapes: ${set}`)].sort(),
      lost: [...lost].sort(),
      fired: all.transitions(facts.fired),
      faults: all.transitions(facts.faults.keys()),
      findings: [
        ...new Set(
          findings.map(({ code, message }) =>
            code === 'bound-hit' || code === 'fault-ignored' ? code : `${code} ${message}`,
          ),
        ),
      ].sort(),
    },
    states: graph.states,
    edges: graph.edges,
    rounds,
    nearest: violations
      .filter(({ kind }) => kind === 'misuse' || kind === 'assertion' || kind === 'range')
      .map(({ kind, path }) => `${kind} ${path.length}`),
    violations,
    permuted,
    evidence,
  }
}

/**
 * A state of one search of which another, in full, says something else: who can never move again there, what will never
 * be paid. Every stored state is a state of the full graph, so they can be compared one by one.
 */
export function otherFate(full: Searched, other: Searched, { settled = true } = {}): string | undefined {
  const [a, b] = [full.evidence, other.evidence]
  for (let state = 0; state < b.graph.states; state++) {
    const same = a.store.add(b.store.get(state))
    if (same >= a.graph.states) return `state ${state} is not reachable`
    for (const escapes of ['on', 'off'] as const) {
      const fate = (evidence: Evidence<Packed>, id: number): string => {
        const future = evidence.future(escapes)
        return JSON.stringify([
          future.stuck(id),
          future.unpaid(id),
          future.quiet(id),
          settled && future.stuck(id).length + future.unpaid(id).length > 0 && future.settled(id),
        ])
      }
      if (fate(a, same) !== fate(b, state))
        return `state ${state}, escapes ${escapes}: ${fate(a, same)} ${fate(b, state)}`
    }
  }
  return undefined
}

/** Says of every copy what is said of one, by applying all permutations of the copies. */
class Everywhere {
  readonly #permutations: Permutations
  readonly #ids: readonly number[]
  readonly #system: System

  constructor(system: System, groups: readonly Group[]) {
    this.#system = system
    this.#permutations = new Permutations(system, groups)
    const all = new Set([0])
    let first = 0
    const exchanges: number[] = []
    for (const { copies } of groups) {
      for (let i = first; i + 1 < first + copies.length; i++) {
        const arrangement = this.#permutations.arrangement()
        arrangement[i] = i + 1
        arrangement[i + 1] = i
        exchanges.push(this.#permutations.id(arrangement))
      }
      first += copies.length
    }
    for (const id of all) for (const exchange of exchanges) all.add(this.#permutations.compose(exchange, id))
    this.#ids = [...all]
  }

  processSets(set: readonly number[], into: Set<string>): void {
    const name = (p: number): string => this.#system.processes[p]!.name
    for (const id of this.#ids) {
      const images = this.#permutations.processes(id)
      into.add(
        set
          .map((p) => name(images[p]!))
          .sort()
          .join(' '),
      )
    }
  }

  debtSets(set: readonly number[], into: Set<string>): void {
    const name = (d: number): string => this.#system.debts[d]!.object
    for (const id of this.#ids) {
      const images = this.#permutations.debts(id)
      into.add(
        set
          .map((d) => name(images[d]!))
          .sort()
          .join(' '),
      )
    }
  }

  transitions(ids: Iterable<number>): number[] {
    const orbits = this.#permutations.orbitsOfTransitions(this.#system.transitions.length)
    return [...new Set([...ids].flatMap((id) => orbits[id]!))].sort((a, b) => a - b)
  }
}

/**
 * How many orbits the reachable states have, by a count that shares nothing with the store: each state as text, its
 * copies in alphabetical order.
 */
export function orbitsOf(machine: Engine, groups: readonly Group[], limit = 20_000): number {
  const { system } = machine
  const search = explore<Packed>({ machine, frontier: new BreadthFirst() })
  search.advance(limit)
  const own = groups.map(({ copies }) => copies)
  const inside = new Set(own.flat().flatMap(({ processes }) => processes))
  const insideVariables = new Set(own.flat().flatMap(({ variables }) => variables))
  const texts = new Set<string>()
  for (let id = 0; id < search.graph.states; id++) {
    const state = search.store.get(id)
    const at = (p: number): number => machine.location(state, p)
    const value = (v: number): number => machine.value(state, v)
    texts.add(
      JSON.stringify([
        [...system.processes.keys()].filter((p) => !inside.has(p)).map(at),
        [...system.variables.keys()].filter((v) => !insideVariables.has(v)).map(value),
        own.map((copies) => copies.map((c) => JSON.stringify([c.processes.map(at), c.variables.map(value)])).sort()),
      ]),
    )
  }
  return texts.size
}
