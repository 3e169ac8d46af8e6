// SPDX-License-Identifier: Apache-2.0
import { moversOf } from '#system/moves'
import { hasEscapes, type OriginId, type ProcessId } from '#system/system'
import type { Future } from './future.ts'
import { compareText, precedence } from './precedence.ts'
import type { Evidence, Finding, Violation } from './property.ts'
import { Shown } from './shown.ts'
import { exactLooks, waysToBeStuck } from './stuck.ts'
import type { WaitGraph } from './wait-graph.ts'

/** A state in which somebody is stuck once escapes are off. */
interface Hidden {
  readonly state: number
  readonly stuck: readonly ProcessId[]
  readonly lost: readonly number[]
  readonly waits: WaitGraph
}

/**
 * What only an escape ends. One adversary step switches all escapes (timeouts, signals) off: who is stuck only then,
 * while one of them holds something or a fence stays owed, is *masked*: the hang is real and merely bounded. A wait
 * that holds nothing and owes nothing is legal and only remarked on.
 *
 * Of what terminal components show the one with the fewest processes involved is told, then by their names, in the nearest
 * state that shows it, so that the choice does not depend on the search.
 */
export const masked = <S>(evidence: Evidence<S>): Masked =>
  hasEscapes(evidence.machine.system)
    ? maskedGiven(evidence, evidence.future('off'), evidence.future('on'))
    : { findings: [] }

/**
 * The same of a system in which an adversary takes the escapes away (`simplify/adversary.ts`), where it is known that
 * nobody is stuck, and nothing lost, as long as there are escapes.
 */
export const maskedByAdversary = <S>(evidence: Evidence<S>): Masked => maskedGiven(evidence, evidence.future('on'))

/** The same, one of each wait cycle of lock classes. */
export const everyMasked = <S>(evidence: Evidence<S>): readonly Violation[] => {
  if (!hasEscapes(evidence.machine.system)) return []
  const ways = waysToBeStuck(evidence.machine.system)
  return everyMaskedGiven(evidence, evidence.future('off'), evidence.future('on'), ways).violations
}

export interface Masked {
  readonly violation?: Violation
  readonly findings: readonly Finding[]
}

function maskedGiven<S>(evidence: Evidence<S>, without: Future, withEscapes?: Future): Masked {
  const { violations, findings } = everyMaskedGiven(evidence, without, withEscapes, () => '')
  return { ...(violations[0] !== undefined && { violation: violations[0] }), findings }
}

/** At most one violation of those that are not told apart. */
function everyMaskedGiven<S>(
  evidence: Evidence<S>,
  without: Future,
  withEscapes: Future | undefined,
  tell: (waits: WaitGraph) => string,
): { readonly violations: readonly Violation[]; readonly findings: readonly Finding[] } {
  const { machine, graph, store, facts, waitGraphs } = evidence
  const { system } = machine
  const found = new Shown<Hidden>(graph)
  const rank = precedence(evidence.said.system)
  const textOf = ({ waits: { core, objects, shape }, lost }: Hidden): string =>
    rank(core, objects.length > 0 ? objects : lost.map((d) => system.debts[d]!.object), shape)
  const seen = new Set<string>()
  let looks = 0
  const legal = new Map<number, Finding>()
  for (const state of evidence.soundStates()) {
    const stuckAnyway = withEscapes?.stuck(state) ?? []
    const stuck = without.stuck(state).filter((p) => !stuckAnyway.includes(p))
    const lostAnyway = withEscapes?.unpaid(state) ?? []
    const lost = without.unpaid(state).filter((d) => !lostAnyway.includes(d))
    if ((stuck.length === 0 && lost.length === 0) || !without.settled(state)) continue
    if (lost.length > 0 || stuck.some((p) => facts.holding.has(state, p))) {
      const hidden = hiddenAt(state, stuck, lost)
      if (hidden !== undefined) found.add(tell(hidden.waits), textOf(hidden), hidden, without.end(state) >= 0)
      continue
    }
    for (const wait of waitGraphs.at(store.get(state), stuck, 'on').waits) {
      if (wait.origin < 0 || legal.has(wait.origin)) continue
      for (const { process, origin } of likeIt(wait.process, wait.origin)) legal.set(origin, remark(process, origin))
    }
  }
  const inOrder = found
    .first(before)
    .map(([, hidden]) => hidden)
    .sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0))
  return { violations: inOrder.map(violation), findings: [...legal.values()] }

  function violation({ state, stuck, lost, waits }: Hidden): Violation {
    return {
      kind: 'masked',
      shape: waits.shape,
      processes: waits.core.map((p) => system.processes[p]!.name),
      objects: waits.objects.length > 0 ? waits.objects : lost.map((d) => system.debts[d]!.object),
      stuck,
      path: graph.path(state),
      escapes: 'off',
      waits,
    }
  }

  /** What a state hides; undefined if one like it has been looked at. */
  function hiddenAt(state: number, stuck: readonly ProcessId[], lost: readonly number[]): Hidden | undefined {
    const value = store.get(state)
    const end = without.end(state)
    const isExact = end >= 0 && looks < exactLooks
    const places = system.processes.map((_, p) => machine.location(value, p))
    const key = JSON.stringify([
      stuck,
      lost,
      places,
      without.quiet(state) || end,
      isExact && waitGraphs.lookedAt(value),
    ])
    if (seen.has(key)) return undefined
    seen.add(key)
    if (isExact) looks++
    return { state, stuck, lost, waits: waitGraphs.at(value, stuck, 'off', (p) => without.canMove(state, p)) }
  }

  function before(a: Hidden, b: Hidden): boolean {
    return (a.waits.core.length - b.waits.core.length || compareText(textOf(a), textOf(b))) < 0
  }

  /** A process and the step at which it waits, and what symmetry makes of the two. */
  function likeIt(process: ProcessId, origin: OriginId): { readonly process: ProcessId; readonly origin: OriginId }[] {
    if (evidence.quotient === undefined) return [{ process, origin }]
    const waiting = [...system.transitions.keys()].filter(
      (id) => system.transitions[id]!.origin === origin && moversOf(system.transitions[id]!).includes(process),
    )
    return waiting.flatMap((id) => {
      const place = moversOf(system.transitions[id]!).indexOf(process)
      return evidence.transitionsLike(id).map((like) => ({
        process: moversOf(system.transitions[like]!)[place]!,
        origin: system.transitions[like]!.origin,
      }))
    })
  }

  function remark(process: ProcessId, origin: OriginId): Finding {
    const { name } = system.processes[process]!
    const { op, on } = system.origins[origin]!
    const message = `'${name}' waits in ${op} ${on} for what only a signal or timeout may end; it holds nothing`
    return { code: 'unbounded-wait', message: message.replace(/ +for/, ' for'), origin }
  }
}
