// SPDX-License-Identifier: Apache-2.0
import { components } from '#explore/components'
import { failedLast } from '#property/forward-progress'
import { mayGetOn } from '#property/may-get-on'
import type { Evidence } from '#property/property'
import type { Machine } from '#system/machine'
import { isEscape, type TransitionId } from '#system/system'
import { explored, type Ahead } from './from-state.ts'
import { runsOnAsSaid } from './same-violation.ts'
import type { Outcome } from './trace.ts'

/** States to look at, over all, before the answer counts as not known. Counted, not timed: same trace, same answer. */
export const returnLimit = 100_000

/**
 * The step after which no continuation avoids the outcome: the least i such that every state of the path after step i or a
 * later one is *doomed*. 0: so from the start. Undefined where that is not known.
 *
 * *The outcome has come* in a state where everybody of the wait cycle can never move again (`property/future.ts`), or, if
 * nobody is in one, where the fences it is about are owed and nothing will pay them; a fault, once its process has
 * reported one; a livelock, once all of it are livelocked. What comes after that does not matter any more.
 *
 * A state is *avoiding* if from it, the outcome not having come on the way, a terminal component of the state graph can be
 * reached in which it has not come: everybody comes to rest, or runs for ever without the processes of the cycle being
 * stuck, or something else goes wrong. Whatever *can* happen counts, also what nobody may rely on (`t.may`): a way out is
 * a way out. Only where the outcome is that of a wait without timeouts and signals (`masked`) these are no way out.
 * Of an attempt that is in vain a way out is whatever lets it get on: only luck may do that, but it may.
 * Any other state is doomed: each run from it that is strongly fair ends up in a terminal component and visits all of it, so
 * that it meets the outcome.
 *
 * Doom is forever until the outcome has come: a state reaches all that its successors reach. So along a path only a step
 * that leaves the outcome again (somebody nobody may rely on comes to the rescue) leads from doomed to avoiding, and a
 * binary search would be sound but for that; therefore the path is walked from its end, in strides that double, and the
 * last avoiding state is the one before the answer. A stride explores what can happen from its first state, which judges
 * all states up to the end at once; where all that can happen is known already, one stride does.
 */
export function pointOfNoReturn<S>(
  machine: Machine<S>,
  path: readonly TransitionId[],
  outcome: Outcome,
  limit = returnLimit,
  ahead: Ahead<S> = explored(machine),
): number | undefined {
  const states: S[] = [machine.initial()]
  for (const id of path) states.push(machine.fire(states.at(-1)!, id))
  let left = limit
  for (let stride = ahead.known ? states.length : 1, known = states.length; known > 0; stride *= 2) {
    const from = Math.max(0, known - stride)
    const evidence = ahead.from(states[from]!, left)?.evidence
    if (evidence === undefined) return undefined
    // Of all that is known, the bound may concern nothing here.
    if (hitsBounds(evidence)) return ahead.known ? pointOfNoReturn(machine, path, outcome, limit) : undefined
    const avoiding = avoidingStates(evidence, outcome, path.at(-1))
    if (avoiding === undefined) return undefined
    for (let i = known - 1; i >= from; i--) {
      if (!avoiding(evidence.store.add(states[i]!))) continue
      // If it can be avoided even after the last step, this is not where the path ends: there is no answer.
      return i === path.length ? undefined : i + 1
    }
    known = from
    left -= evidence.graph.states
  }
  return 0
}

/** Beyond an internal bound nothing is explored: what could be avoided there is not known. */
const hitsBounds = <S>({ facts, machine }: Evidence<S>): boolean =>
  [...facts.faults.keys()].some((id) => machine.system.transitions[id]!.fault!.kind === 'bound')

/** Which states are avoiding, among all that can come; undefined for an outcome that states do not show. */
export function avoidingStates<S>(
  evidence: Evidence<S>,
  outcome: Outcome,
  last: TransitionId | undefined,
): ((state: number) => boolean) | undefined {
  const { graph, machine } = evidence
  const { transitions } = machine.system
  if (outcome.kind === 'no-forward-progress') {
    const attempt = failedLast(evidence, last)
    return attempt && mayGetOn(evidence, attempt)
  }
  const hasCome = comingOf(evidence, outcome, last)
  if (hasCome === undefined) return undefined
  const come = Array.from({ length: graph.states }, (_, state) => hasCome(state))
  const follows = (state: number, edge: number): boolean =>
    !come[state]! && (outcome.escapes === 'on' || !isEscape(transitions[graph.transition(state, edge)]!.tag))
  const { of, count } = components(graph, follows)
  const isTerminal = Array.from({ length: count }, () => true)
  const avoids = Array.from({ length: count }, () => false)
  // Components are numbered so that successors come first.
  const members = Array.from({ length: count }, (): number[] => [])
  for (const [state, component] of of.entries()) members[component]!.push(state)
  for (const [component, states] of members.entries()) {
    for (const state of states)
      for (let edge = 0; edge < graph.degree(state); edge++) {
        const target = follows(state, edge) ? of[graph.target(state, edge)]! : component
        if (target === component) continue
        isTerminal[component] = false
        if (avoids[target]!) avoids[component] = true
      }
    if (isTerminal[component]! && !come[states[0]!]!) avoids[component] = true
  }
  return (state) => avoids[of[state]!]!
}

function comingOf<S>(
  evidence: Evidence<S>,
  outcome: Outcome,
  last: TransitionId | undefined,
): ((state: number) => boolean) | undefined {
  const { kind, code, processes, objects, escapes } = outcome
  const { facts, machine } = evidence
  const { debts, transitions, processes: all } = machine.system
  if (kind === 'livelock') return (state) => runsOnAsSaid(evidence, state, last, outcome)
  if (code !== undefined) {
    const culprit = last === undefined ? undefined : transitions[last]!.process
    // An observer reports what others have done, and stays where it is.
    if (culprit === undefined || all[culprit]!.context === 'observer') return undefined
    return (state) => facts.faulted.has(state, culprit)
  }
  const future = evidence.future(escapes)
  if (processes.length === 0)
    return (state) => {
      const unpaid = future.unpaid(state).map((d) => debts[d]!.object)
      return objects.length > 0 && objects.every((object) => unpaid.includes(object))
    }
  return (state) => {
    const stuck = future.stuck(state).map((p) => all[p]!.name)
    return processes.every((name) => stuck.includes(name))
  }
}
