// SPDX-License-Identifier: Apache-2.0
import { Engine } from '#engine/engine'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { kinds } from '#ir/model'
import { Facts } from '#property/facts'
import { judge } from '#property/judge'
import { Evidence, type Violation } from '#property/property'
import { whyNotReduced } from '#reduce/applicable'
import { Reduction } from '#reduce/reduction'
import type { Simplified } from '#simplify/simplify'
import type { System, TransitionId } from '#system/system'

/** What must not depend on whether a system was simplified. */
export interface Told {
  readonly verdict: 'holds' | 'violated' | 'unknown'
  /** All of them; with escapes only the first, which is what is reported (docs/theory-rewriting.md 2). */
  readonly kinds: readonly string[]
  /** Every set of processes that are stuck where nobody else will be. */
  readonly stuck: readonly string[]
  /** Debts that nothing will pay in some state. */
  readonly lost: readonly string[]
  /** Steps of the original that are taken, faults among them; of several at one place only one counts. */
  readonly fired: readonly string[]
  readonly findings: readonly string[]
}

export interface Searched {
  readonly told: Told
  readonly states: number
  readonly violations: readonly Violation[]
}

interface Options {
  readonly stubborn?: boolean
  readonly limit?: number
}

const asItIs = (system: System): Simplified => ({
  system,
  lift: (path) => [...path],
  standsFor: (id) => [id],
  before: [],
  view: (machine) => machine,
  did: [],
})

/** Searches and judges a system, or what it was simplified to; undefined if there are too many states. */
export function searched(
  original: System,
  simplified: Simplified = asItIs(original),
  { stubborn = false, limit = 20_000 }: Options = {},
): Searched | undefined {
  const { system } = simplified
  const machine = new Engine(system)
  const facts = new Facts(machine)
  const reduction = stubborn && whyNotReduced(system) === undefined ? new Reduction(machine) : undefined
  const search = explore({
    machine,
    frontier: new BreadthFirst(),
    observers: [facts],
    ...(reduction && { select: reduction.select }),
  })
  do {
    search.advance(limit)
    if (!search.done) return undefined
  } while (reduction?.complete(search) === false)

  const behind = { ...simplified, system: original, machine: simplified.view(machine) }
  const evidence = new Evidence(machine, search.graph, search.store, facts, { behind })
  const { violations, findings } = judge(evidence, true, new Set(kinds))
  const { fired } = evidence
  const future = evidence.future('on')
  const [stuck, lost] = [new Set<string>(), new Set<string>()]
  const names = (ids: readonly number[]): string => ids.map((p) => system.processes[p]!.name).join(' ')
  for (const state of evidence.soundStates()) {
    if (future.settled(state)) stuck.add(names(future.stuck(state)))
    for (const debt of future.unpaid(state)) lost.add(system.debts[debt]!.object)
  }
  const escapes = system.transitions.some(({ tag }) => tag === 'timeout' || tag === 'signal')
  const asked = escapes ? violations.slice(0, 1) : violations
  return {
    told: {
      verdict: violations.length > 0 ? 'violated' : findings.some((f) => f.blocksHolds) ? 'unknown' : 'holds',
      kinds: asked.map(({ kind }) => kind),
      stuck: [...stuck].sort(),
      lost: [...lost].sort(),
      fired: [...new Set([...fired].filter((id) => !spins(original, id)).map((id) => stepOf(original, id)))].sort(),
      findings: findings.map(({ code, message }) => `${code} ${message}`).sort(),
    },
    states: search.graph.states,
    violations: violations.map((violation) => ({ ...violation, path: simplified.lift(violation.path) })),
  }
}

/** Spinning is part of taking a lock, and taking it after that is the same step of the model. */
const spins = ({ transitions }: System, id: TransitionId): boolean => transitions[id]!.exit === '(spinning)'
const stepOf = ({ transitions }: System, id: TransitionId): string => {
  const { process, label, origin } = transitions[id]!
  return `${process} ${label} ${origin}`
}
