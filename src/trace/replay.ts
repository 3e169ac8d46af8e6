// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import type { TransitionId } from '#system/system'
import { evidenceFrom } from './from-state.ts'
import { canComeToQuiet, runsOnAsSaid } from './same-violation.ts'
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
  if (verdict === 'wrong') {
    const why = `the steps can be taken but no longer lead to ${trace.outcome.kind}`
    return { reproduces: false, step: trace.steps.length, why, instead: [], path, states }
  }
  return { reproduces: true, path, states, confirmed: verdict === 'right' }
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
