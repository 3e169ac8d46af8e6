// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, TransitionId } from '#system/system'
import { repeatable, type Attempt } from './attempt.ts'
import { fairRetries } from './fair-cycles.ts'
import type { Evidence, Violation } from './property.ts'

/** An attempt that fails in a state, on a cycle of states that some fair run goes round for ever. */
interface Starved {
  readonly process: string
  readonly objects: readonly string[]
  readonly state: number
  readonly failure: TransitionId
}

/**
 * No forward progress: somebody repeats a failed attempt (a missed trylock, a back-off) for ever, and meanwhile neither
 * rests nor gets what it tries for, although everybody else who can move gets on. Another schedule may let it through;
 * nothing forces one.
 *
 * Told is a cycle of states that is *strongly* fair, by process: whoever can move in one of them moves on it. So nobody is
 * told to be starved by passing over for ever whoever waits in the queue of a lock (mutexes and rwsems hand over, spinlocks
 * queue), or whose timeout comes. Nor is who goes round by a choice of its own, where it could as well do something that
 * leads out. A process *gets on* if there is not even a *weakly* fair cycle, on which whoever can move in all of its states
 * moves: who waits for a condition may miss it each time. What lies between is not known.
 *
 * Cycles with timeouts, signals or steps that merely may happen are not told, but keep it from being known that a process
 * gets on. A reduced search has other cycles, so this is asked of a search in full alone (docs/theory.md 4).
 */
export function noForwardProgress<S>(evidence: Evidence<S>): Violation | undefined {
  const [first] = starvedIn(evidence).sort(inOrder)
  return first && violation(evidence, first)
}

/** The same, one of each process and what it tries to get. */
export function everyStarvation<S>(evidence: Evidence<S>): readonly Violation[] {
  const best = new Map<string, Starved>()
  for (const starved of starvedIn(evidence).sort(inOrder)) {
    const key = textOf(starved)
    if (!best.has(key)) best.set(key, starved)
  }
  return [...best.values()].map((starved) => violation(evidence, starved))
}

const violation = <S>({ graph }: Evidence<S>, { process, objects, state, failure }: Starved): Violation => ({
  kind: 'no-forward-progress',
  processes: [process],
  objects,
  stuck: [],
  path: [...graph.path(state), failure],
  escapes: 'on',
})

const textOf = ({ process, objects }: Starved): string => [process, ...objects].join('\n')
const inOrder = (a: Starved, b: Starved): number =>
  textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : a.state - b.state

/** The nearest of each attempt. */
const starvedIn = <S>(evidence: Evidence<S>): Starved[] =>
  repeatable(evidence).flatMap((attempt) => nearest(evidence, attempt) ?? [])

function nearest<S>(evidence: Evidence<S>, attempt: Attempt): Starved | undefined {
  const { graph, machine } = evidence
  const { processes, origins } = machine.system
  const { of, attempts, isInside } = fairRetries(evidence, attempt, 'strongly')
  const { on } = origins[attempt.origin]!
  let found: Starved | undefined
  for (const [state, component] of of.entries()) {
    const failures = attempts.get(component)
    if (failures === undefined || (found !== undefined && graph.depth(found.state) <= graph.depth(state))) continue
    for (let edge = 0; edge < graph.degree(state); edge++) {
      const failure = graph.transition(state, edge)
      if (!failures.has(failure) || !isInside(state, edge)) continue
      found = { process: processes[attempt.process]!.name, objects: on === '' ? [] : [on], state, failure }
      break
    }
  }
  return found
}

/** The attempt that has failed last, which its process can repeat. */
export const failedLast = <S>(evidence: Evidence<S>, last: TransitionId | undefined): Attempt | undefined =>
  last === undefined ? undefined : repeatable(evidence).find(({ failures }) => failures.has(last))

/** The attempt that has failed last, if it is of this process, which goes round a fair cycle from this state on. */
export function starvingAttempt<S>(
  evidence: Evidence<S>,
  state: number,
  process: ProcessId,
  last: TransitionId | undefined,
): Attempt | undefined {
  const attempt = failedLast(evidence, last)
  if (attempt?.process !== process) return undefined
  const { of, attempts } = fairRetries(evidence, attempt, 'strongly')
  return attempts.has(of[state]!) ? attempt : undefined
}
