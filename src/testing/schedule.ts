// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { lower } from '#semantics/lower/lower'
import type { System, TransitionId } from '#system/system'
import { traceStep } from '#trace/record'
import { instanceOf } from './subject.ts'

/** A run of a model, as far as choices were made for it. */
export class Schedule {
  readonly #machine: Interpreter
  readonly #path: readonly TransitionId[]
  readonly #states: readonly State[]

  constructor(machine: Interpreter, path: readonly TransitionId[], states: readonly State[]) {
    this.#machine = machine
    this.#path = path
    this.#states = states
  }

  /** The steps, as `process: step`. */
  get steps(): readonly string[] {
    return this.#path.map((id) => {
      const { process, step } = traceStep(this.#machine.system, id)
      return `${process}: ${step}`
    })
  }

  /** The kind of the fault that the run ends with, if it does. */
  get fault(): string | undefined {
    const last = this.#path.at(-1)
    return last === undefined ? undefined : this.#machine.system.transitions[last]!.fault?.kind
  }

  /** Whether nothing can move at the end. */
  get ended(): boolean {
    return this.#machine.enabled(this.#states.at(-1)!).length === 0
  }

  /** Whether everybody is at rest at the end. */
  get settled(): boolean {
    const { processes } = this.#machine.system
    const end = this.#states.at(-1)!
    return processes.every(
      ({ context, locations }, p) => context === 'observer' || locations[this.#machine.location(end, p)]!.rest,
    )
  }

  /**
   * The values that a variable, or a field of an object as `object.field`, has had: from the start, then after each step.
   * @throws FencecheckError `wrong-argument` if there is none of that name that changes.
   */
  history(name: string): readonly number[] {
    const { variables } = this.#machine.system
    const v = variables.findIndex((variable) => variable.name === name)
    if (v === -1)
      throw new FencecheckError('wrong-argument', `no variable of the model that ever changes is called '${name}'`, {
        fix: `there are ${variables.map((variable) => variable.name).join(', ')}`,
      })
    return this.#states.map((state) => this.#machine.value(state, v))
  }

  toString(): string {
    return this.steps.map((step, i) => `${i + 1} ${step}`).join('\n') || '(no step)'
  }
}

/** Makes runs of a model from choices: number `k` takes the step with index `k`, modulo how many are possible. */
export function scheduler(subject: unknown): (choices: readonly number[]) => Schedule {
  const { model, registry } = instanceOf(subject)
  const system: System = lower(model, registry)
  const machine = new Interpreter(system)
  return (choices) => {
    const path: TransitionId[] = []
    const states = [machine.initial()]
    for (const choice of choices) {
      const enabled = machine.enabled(states.at(-1)!)
      if (enabled.length === 0) break
      const id = enabled[choice % enabled.length]!
      path.push(id)
      states.push(machine.fire(states.at(-1)!, id))
      if (system.transitions[id]!.fault !== undefined) break
    }
    return new Schedule(machine, path, states)
  }
}
