// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import { conjuncts } from '#system/expression'
import type { Process, ProcessId, System } from '#system/system'
import { isHandler } from '../contexts.ts'
import type { Registry } from '../registry.ts'
import { validate } from '../validate/validate.ts'
import { propagateConstants } from './constants.ts'
import { Emitter } from './emitter.ts'
import { Handlers } from './handlers.ts'
import { Locations } from './locations.ts'
import { Lowering } from './lowering.ts'
import { withMembers } from './members.ts'
import { lowerInvariant, lowerWatch, watchedObjects } from './observers.ts'
import { Rendezvous } from './rendezvous.ts'
import { restsAhead } from './rests-ahead.ts'
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
  const watched = watchedObjects(model, registry)
  const observers = [
    ...(model.invariants ?? []).map(({ name }) => `invariant ${name}`),
    ...watched.map(({ object, code }) => `${code} ${object}`),
  ]
  const names = [...model.processes, ...observers.map((name) => ({ name }))]
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
  for (const i of (model.invariants ?? []).keys()) init.push(lowerInvariant(model, i, emitter))
  for (const each of watched) init.push(lowerWatch(each, init.length, emitter))

  const holds = model.processes.flatMap((_, me) => holdsOfProcess(me, variables))
  for (const me of model.processes.keys()) forbidRestWhileHolding(me, emitter, holds)

  const transitions = emitter.byProcess.flat()
  const ahead = restsAhead(transitions, emitter.locations, names.length)
  const processes = names.map(({ name }, id): Process => {
    const process = model.processes[id]
    return {
      name,
      context: process === undefined ? 'observer' : (process.context ?? 'task'),
      locations: ahead[id]!,
      init: init[id]!,
      faultAt: emitter.faultAt[id]!,
      suspended: handlers.suspended(id),
    }
  })
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
