// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, TransitionId } from '#system/system'
import { fairRetries } from './fair-cycles.ts'
import type { Evidence, Violation } from './property.ts'
import { retryingProcesses } from './retry-loop.ts'

/** A failed attempt in a state, on a cycle of states that some fair run goes round for ever. */
interface Starved {
  readonly process: string
  readonly objects: readonly string[]
  readonly state: number
  readonly attempt: TransitionId
}

/**
 * No forward progress: somebody retries a failed attempt (a missed trylock, a back-off) for ever and never rests
 * meanwhile, although everybody else gets on. Another schedule may let it through; nothing forces one.
 *
 * Told is a cycle of states that is *strongly* fair, by process: whoever can move in one of them moves on it. So nobody is
 * told to be starved by passing over for ever whoever waits in the queue of a lock (mutexes and rwsems hand over, spinlocks
 * queue). Nor is who goes round by a choice of its own, where it could as well do something that leads out. A process
 * *gets on* if there is not even a *weakly* fair cycle, on which whoever can move in all of its states moves: who waits
 * for a condition may miss it each time. What lies between is not known.
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

const violation = <S>({ graph }: Evidence<S>, { process, objects, state, attempt }: Starved): Violation => ({
  kind: 'no-forward-progress',
  processes: [process],
  objects,
  stuck: [],
  path: [...graph.path(state), attempt],
  escapes: 'on',
})

const textOf = ({ process, objects }: Starved): string => [process, ...objects].join('\n')
const inOrder = (a: Starved, b: Starved): number =>
  textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : a.state - b.state

/** One of each fair component of each process: the nearest attempt. */
function starvedIn<S>(evidence: Evidence<S>): Starved[] {
  const { graph, machine } = evidence
  const { processes, transitions, origins } = machine.system
  return retryingProcesses(evidence).flatMap((process) => {
    const { of, attempts } = fairRetries(evidence, process, 'strongly')
    const nearest = new Map<number, { readonly state: number; readonly attempt: TransitionId }>()
    for (const [state, component] of of.entries()) {
      const fired = attempts.get(component)
      const known = nearest.get(component)
      if (fired === undefined || (known !== undefined && graph.depth(known.state) <= graph.depth(state))) continue
      for (let edge = 0; edge < graph.degree(state); edge++) {
        const attempt = graph.transition(state, edge)
        if (!fired.has(attempt) || of[graph.target(state, edge)] !== component) continue
        nearest.set(component, { state, attempt })
        break
      }
    }
    return [...nearest].map(([component, there]): Starved => {
      const tried = [...attempts.get(component)!].map((id) => origins[transitions[id]!.origin]!.on)
      const objects = [...new Set(tried)].filter((on) => on !== '').sort()
      return { process: processes[process]!.name, objects, ...there }
    })
  })
}

/** Whether there is such a cycle for a process. */
export const isStarvedSomewhere = <S>(evidence: Evidence<S>, process: ProcessId): boolean =>
  fairRetries(evidence, process, 'strongly').attempts.size > 0

/** Whether a process goes round a fair cycle in a state to which an attempt that failed has led. */
export function isStarved<S>(
  evidence: Evidence<S>,
  state: number,
  process: ProcessId,
  last: TransitionId | undefined,
): boolean {
  const step = last === undefined ? undefined : evidence.machine.system.transitions[last]!
  if (step?.retry !== true || step.process !== process) return false
  if (!retryingProcesses(evidence).includes(process)) return false
  const { of, attempts } = fairRetries(evidence, process, 'strongly')
  return attempts.has(of[state]!)
}
