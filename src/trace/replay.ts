// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import { comesByItself } from '#property/fair-cycles'
import { moversOf } from '#system/moves'
import type { TransitionId } from '#system/system'
import { evidenceFrom } from './from-state.ts'
import { canComeToQuiet, runsOnAsSaid } from './same-violation.ts'
import { backToState } from './round-words.ts'
import type { Trace } from './trace.ts'

/** What came of re-executing a trace. */
export type Replay<S> =
  | {
      readonly reproduces: true
      readonly path: readonly TransitionId[]
      readonly states: readonly S[]
      readonly confirmed: boolean
    }
  | {
      readonly reproduces: false
      /** The step that could not be taken, counting from 0; the number of steps if only the outcome differs. */
      readonly step: number
      readonly why: string
      /** What is possible instead. */
      readonly instead: readonly string[]
      readonly path: readonly TransitionId[]
      readonly states: readonly S[]
    }

/** States to look at before the outcome of a trace counts as unconfirmed rather than wrong. */
const confirmLimit = 2_000_000

/** Re-executes a trace step by step and checks that it leads to what it says. */
export function replay<S>(machine: Machine<S>, trace: Trace): Replay<S> {
  const { system } = machine
  const path: TransitionId[] = []
  const states: S[] = [machine.initial()]
  for (const [i, wanted] of trace.steps.entries()) {
    const state = states.at(-1)!
    const enabled = machine.enabled(state)
    const named = (id: TransitionId): string => {
      const { process, label } = system.transitions[id]!
      return `${system.processes[process]!.name}: ${label}`
    }
    const id = enabled.find((t) => named(t) === `${wanted.process}: ${wanted.step}`)
    if (id === undefined) {
      const why = `step ${i + 1} (${wanted.process}: ${wanted.step}) cannot be taken`
      return { reproduces: false, step: i, why, instead: enabled.map(named), path, states }
    }
    path.push(id)
    states.push(machine.fire(state, id))
  }
  const verdict = confirm(machine, states.at(-1)!, path.at(-1), trace)
  const but =
    verdict === 'wrong' ? `no longer lead to ${trace.outcome.kind}` : brokenRound(machine, path, states, trace)
  if (but !== undefined) {
    const why = `the steps can be taken but ${but}`
    return { reproduces: false, step: trace.steps.length, why, instead: [], path, states }
  }
  return { reproduces: true, path, states, confirmed: verdict === 'right' }
}

/** Why the steps do not go round for ever as the trace says; undefined if they do, or it says nothing of that. */
function brokenRound<S>(
  machine: Machine<S>,
  path: readonly TransitionId[],
  states: readonly S[],
  { backTo, outcome }: Trace,
): string | undefined {
  if (backTo === undefined) return undefined
  const { processes, transitions } = machine.system
  const store = machine.store()
  const start = states[backTo]
  if (backTo === path.length || start === undefined || store.add(start) !== store.add(states.at(-1)!))
    return `no longer lead ${backToState(backTo)}`
  const movers = (id: TransitionId): readonly string[] =>
    moversOf(transitions[id]!).map((process) => processes[process]!.name)
  const moved = new Set(path.slice(backTo).flatMap(movers))
  const able = states.slice(backTo).flatMap((state) => machine.enabled(state))
  const owed = [...outcome.processes, ...able.filter((id) => comesByItself(transitions[id]!.tag)).flatMap(movers)]
  const passedOver = owed.find((name) => !moved.has(name))
  return passedOver && `no fair run goes round them for ever: ${passedOver} could move, and does not`
}

/** Whether the outcome is what the trace says, by exploring what can still happen from its end. */
function confirm<S>(
  machine: Machine<S>,
  end: S,
  last: TransitionId | undefined,
  { outcome }: Trace,
): 'right' | 'wrong' | 'unconfirmed' {
  const { system } = machine
  if (outcome.code !== undefined) {
    const fault = last === undefined ? undefined : system.transitions[last]!.fault
    return fault?.kind === outcome.kind && fault.code === outcome.code ? 'right' : 'wrong'
  }
  const evidence = evidenceFrom(machine, end, confirmLimit)
  if (evidence === undefined) return 'unconfirmed'
  const future = evidence.future(outcome.escapes)
  const stuck = future.stuck(0).map((p) => system.processes[p]!.name)
  const unpaid = future.unpaid(0).map((d) => system.debts[d]!.object)
  const everybodyStuck = outcome.stuck.every((name) => stuck.includes(name))
  switch (outcome.kind) {
    case 'deadlock':
      return stuck.length > 0 && everybodyStuck && canComeToQuiet(evidence, 0) ? 'right' : 'wrong'
    case 'partial-deadlock':
      return stuck.length > 0 && everybodyStuck ? 'right' : 'wrong'
    case 'unsignalled-fence':
      return everybodyStuck && outcome.objects.every((object) => unpaid.includes(object)) ? 'right' : 'wrong'
    case 'masked':
      return everybodyStuck ? 'right' : 'wrong'
    case 'livelock':
    case 'no-forward-progress':
      return runsOnAsSaid(evidence, 0, last, outcome) ? 'right' : 'wrong'
    default:
      // What is left are faults, which have a code.
      return 'wrong'
  }
}
