// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import { and, conjuncts, not } from '#system/expression'
import type { Process, ProcessId, System } from '#system/system'
import { isHandler } from '../contexts.ts'
import type { Registry } from '../registry.ts'
import { validate } from '../validate/validate.ts'
import { propagateConstants } from './constants.ts'
import { Emitter } from './emitter.ts'
import { groundExpr } from './expressions.ts'
import { Handlers } from './handlers.ts'
import { Locations } from './locations.ts'
import { Lowering } from './lowering.ts'
import { withMembers } from './members.ts'
import { Rendezvous } from './rendezvous.ts'
import { usersOfObjects } from './users.ts'
import { Variables } from './variables.ts'
import { debtsOf, holdsOfProcess, symmetriesOf } from './views.ts'

/**
 * Lowers a model to a ground system: quantifiers unrolled, hooked bodies inlined, phases made locations, nothing
 * kernel-like left.
 * @throws FencecheckError if the model is not well formed, with the place and a fix.
 */
export function lower(source: Model, registry: Registry): System {
  validate(source, registry)
  const model = withMembers(source, registry)
  const observers = model.invariants ?? []
  const names = [...model.processes, ...observers.map(({ name }) => ({ name: `invariant ${name}` }))]
  const variables = new Variables(model, registry, usersOfObjects(model, registry))
  const locations = new Locations(names)
  const emitter = new Emitter(variables, locations, names)
  const rendezvous = new Rendezvous()
  const handlers = new Handlers(model, emitter)

  const init = model.processes.map((process, me) => {
    const lowering = new Lowering(model, emitter, rendezvous, me)
    return isHandler(process) ? handlers.lower(lowering) : lowering.body(process.body)
  })
  rendezvous.emit(emitter)
  for (const i of observers.keys()) init.push(lowerInvariant(model, i, emitter))

  const holds = model.processes.flatMap((_, me) => holdsOfProcess(me, variables))
  for (const me of model.processes.keys()) forbidRestWhileHolding(me, emitter, holds)

  const processes = names.map(({ name }, id): Process => {
    const process = model.processes[id]
    return {
      name,
      context: process === undefined ? 'observer' : (process.context ?? 'task'),
      locations: locations.of(id),
      init: init[id]!,
      faultAt: emitter.faultAt[id]!,
      suspended: handlers.suspended(id),
    }
  })
  const transitions = emitter.byProcess.flat()
  return propagateConstants({
    schema: 'fencecheck-system/1',
    variables: variables.list,
    processes,
    transitions,
    debts: debtsOf(variables, transitions, emitter.origins),
    holds,
    symmetries: symmetriesOf(model, variables),
    origins: emitter.origins,
  })
}

/** An observer that stays where it is and reports a fault where the condition is false: it never adds a state. */
function lowerInvariant(model: Model, index: number, emitter: Emitter): number {
  const { name, always, site } = model.invariants![index]!
  const process = model.processes.length + index
  const from = emitter.faultAt[process]!
  const condition = groundExpr(always, { variables: emitter.variables, locations: emitter.locations })
  const origin = emitter.origin({
    op: 'invariant',
    on: '',
    primitive: '',
    step: `invariant ${name}`,
    frames: [],
    ...(site !== undefined && { site }),
  })
  const fault = { kind: 'assertion', code: 'invariant', detail: name } as const
  const at = { process, from, label: `invariant ${name}`, origin }
  const sound = emitter.hasValue(condition)
  if (sound.length > 0)
    emitter.fault(at, [not(and(...sound))], { kind: 'range', code: 'undefined-value', detail: `the invariant ${name}` })
  emitter.fault(at, [...sound, not(condition)], fault)
  return from
}

/** Whoever rests must hold nothing: at each resting location each hold is a fault. */
function forbidRestWhileHolding(me: ProcessId, emitter: Emitter, holds: System['holds']): void {
  for (const hold of holds) {
    if (hold.process !== me || hold.queued === true) continue
    const origin = emitter.origin({
      op: 'rest',
      on: hold.object,
      primitive: '',
      step: `rest ${hold.object}`,
      frames: [],
    })
    for (const [from, location] of emitter.locations.of(me).entries())
      if (location.rest)
        emitter.fault({ process: me, from, label: `rest at ${location.name}`, origin }, conjuncts(hold.when), {
          kind: 'misuse',
          code: 'rest-while-holding',
          detail: emitter.variables.instance(hold.object).primitive.implicit === true ? hold.mode : hold.object,
        })
  }
}
