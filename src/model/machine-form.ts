// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import type { Body, Step } from '#ir/model'
import { exitsOf, type Primitive } from '#semantics/primitive'
import { assignments, build } from './expressions.ts'
import { ObjectHandle, type Assignable, type Expression } from './handle.ts'
import { ownName } from './ownership.ts'

/** A process as an explicit state machine: hardware engines, firmware and schedulers read better so. */
export interface MachineForm {
  readonly initial: string
  /** States where it may legally rest for ever. */
  readonly rest?: readonly string[]
  /** The steps that leave each state. A state without steps is an end. */
  readonly states: Readonly<Record<string, readonly MachineStep[]>>
}

export type MachineStep = MachineCall | MachineMove

/** An operation on an object. `to` is where its exit `ok` leads, `exits` where the others do. */
export interface MachineCall {
  readonly call: string
  readonly on: ObjectHandle
  readonly with?: Readonly<Record<string, ObjectHandle | number>>
  readonly to?: string
  readonly exits?: Readonly<Record<string, string>>
  readonly may?: 'opportunistic' | 'user' | 'environment'
}

/** A guarded, simultaneous assignment. */
export interface MachineMove {
  readonly when?: Expression
  readonly set?: readonly (readonly [Assignable, Expression])[]
  readonly to: string
  readonly label?: string
  readonly may?: 'opportunistic' | 'user' | 'environment'
}

/** The body of a process that is written as a state machine. */
export function machineBody(
  name: string,
  { initial, rest, states }: MachineForm,
  primitives: Readonly<Record<string, Primitive>>,
  model: object,
  site: Site | undefined,
): Body {
  const resting = new Set(rest)
  const steps = Object.entries(states).flatMap(([at, leaving]) =>
    leaving.map((step): Step => {
      const base = { at, ...(step.may !== undefined && { tag: step.may }), ...(site !== undefined && { site }) }
      return 'call' in step ? { ...base, ...callStep(step, primitives, model, site) } : { ...base, ...moveStep(step) }
    }),
  )
  const targets = steps.flatMap((step) => ('exits' in step ? Object.values(step.exits) : [step.to]))
  const all = [...new Set([initial, ...Object.keys(states), ...targets])]
  const isEnd = (state: string): boolean => (states[state] ?? []).length === 0
  const locations = all.map((state) =>
    resting.has(state) || isEnd(state) ? { name: state, rest: true } : { name: state },
  )
  return { name, initial, locations, steps }
}

function moveStep({ when, set, to, label }: MachineMove) {
  return {
    to,
    ...(when !== undefined && { when: build(when).expr }),
    ...(set !== undefined && { set: assignments(set) }),
    ...(label !== undefined && { label }),
  }
}

function callStep(
  step: MachineCall,
  primitives: Readonly<Record<string, Primitive>>,
  model: object,
  site: Site | undefined,
) {
  const on = ownName(step.on, model, site)
  const { operations, name } = primitives[step.on.kind]!
  const operation = operations[step.call]
  if (operation === undefined)
    throw new FencecheckError('unknown-operation', `'${on}', a ${name}, has no operation ${step.call}`, {
      site,
      fix: `its operations are ${Object.keys(operations).join(', ')}`,
    })
  const given = Object.entries(step.with ?? {})
  const args = given.flatMap(([key, x]) => (x instanceof ObjectHandle ? [[key, ownName(x, model, site)] as const] : []))
  const params = given.flatMap(([key, x]) => (typeof x === 'number' ? [[key, x] as const] : []))
  const ok = step.to !== undefined && exitsOf(operation).includes('ok') ? { ok: step.to } : {}
  return {
    call: {
      op: step.call,
      on,
      ...(args.length > 0 && { args: Object.fromEntries(args) }),
      ...(params.length > 0 && { params: Object.fromEntries(params) }),
    },
    exits: { ...ok, ...step.exits },
  }
}
