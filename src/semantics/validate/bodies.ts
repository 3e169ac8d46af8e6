// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import { isAssert, isCall, type Body, type CallStep, type GuardStep } from '#ir/model'
import { exitsOf, expectedExitsOf } from '../primitive.ts'
import { checkAssignments, checkExpression } from './expressions.ts'
import type { Names } from './names.ts'

/** Checks the locations and steps of a body. */
export function checkBody(names: Names, body: Body): void {
  const locations = names.unique(`location of ${body.name}`, body.locations, (location) => location)
  const known = (name: string, site: Site | undefined): void => {
    if (!locations.has(name))
      throw names.unknown('unknown-name', `location of body '${body.name}'`, name, locations.keys(), site)
  }
  known(body.initial, undefined)
  for (const step of body.steps) {
    known(step.at, step.site)
    for (const to of isCall(step) ? Object.values(step.exits) : [step.to]) known(to, step.site)
    if (isCall(step)) checkCall(names, step)
    else if (isAssert(step)) checkExpression(names, step.assert, step.site, 'process')
    else checkGuardStep(names, step)
  }
}

function checkCall(names: Names, { call, exits, excluded = [], site }: CallStep): void {
  const primitive = names.objects.get(call.on)
  if (primitive === undefined) throw names.unknown('unknown-name', 'object', call.on, names.objects.keys(), site)
  const operation = primitive.operations[call.op]
  if (operation === undefined || !Object.hasOwn(primitive.operations, call.op))
    throw names.unknown(
      'unknown-operation',
      `operation of ${primitive.name}`,
      call.op,
      Object.keys(primitive.operations),
      site,
    )
  const known = exitsOf(operation)
  const needed = expectedExitsOf(operation)
  for (const exit of Object.keys(exits))
    if (!known.includes(exit)) throw names.unknown('unknown-exit', `exit of ${call.op}`, exit, known, site)
  for (const exit of needed)
    if (!Object.hasOwn(exits, exit))
      throw names.error(
        'missing-exit',
        `'${call.op} ${call.on}' can end with '${exit}' and the step does not say where that leads`,
        site,
        `give the exits ${needed.join(', ')}`,
      )
  for (const exit of excluded)
    if (!known.includes(exit)) throw names.unknown('unknown-exit', `exit of ${call.op}`, exit, known, site)
  if (known.every((exit) => excluded.includes(exit)))
    throw names.error(
      'missing-exit',
      `every exit of '${call.op} ${call.on}' is excluded, so that it could never end`,
      site,
      'exclude only what is assumed never to happen',
    )
  const args = operation.args ?? {}
  for (const [name, target] of Object.entries(call.args ?? {})) {
    if (!Object.hasOwn(args, name))
      throw names.unknown('wrong-argument', `argument of ${call.op}`, name, Object.keys(args), site)
    names.isOf(target, args[name]!, `argument '${name}' of ${call.op}`, site)
  }
  for (const name of Object.keys(args))
    if (!Object.hasOwn(call.args ?? {}, name))
      throw names.error(
        'wrong-argument',
        `${call.op} needs the argument '${name}', a ${args[name]}`,
        site,
        'name the object',
      )
  const params = operation.params ?? {}
  for (const [name, value] of Object.entries(call.params ?? {})) {
    const range = Object.hasOwn(params, name) ? params[name] : undefined
    if (range === undefined)
      throw names.unknown('wrong-argument', `parameter of ${call.op}`, name, Object.keys(params), site)
    if (!Number.isInteger(value) || value < range.min || value > range.max)
      throw names.error(
        'wrong-argument',
        `parameter '${name}' of ${call.op} is ${value}`,
        site,
        `use ${range.min} to ${range.max}`,
      )
  }
  const { subclass = 0, nestLock } = call
  if (!Number.isInteger(subclass) || subclass < 0 || subclass > 7)
    throw names.error('wrong-argument', `subclass ${subclass} of ${call.op}`, site, 'lockdep has subclasses 0 to 7')
  if (nestLock !== undefined && !names.objects.has(nestLock))
    throw names.unknown('unknown-name', `nestLock of ${call.op}`, nestLock, names.objects.keys(), site)
}

function checkGuardStep(names: Names, step: GuardStep): void {
  if (step.when !== undefined) checkExpression(names, step.when, step.site, 'process')
  checkAssignments(names, step.set ?? [], step.site)
}

/** A body that returns to somebody must not come to rest on the way. */
export function checkReturns(names: Names, body: Body, what: string, site: Site | undefined): void {
  const leaving = new Set(body.steps.map((step) => step.at))
  const stuck = body.locations.find((location) => location.rest === true && leaving.has(location.name))
  if (stuck !== undefined)
    throw names.error(
      'wrong-control-flow',
      `${what} rests at '${stuck.name}' and goes on from there`,
      site,
      'only the end of such a body may be a resting location',
    )
  if (!body.locations.some((location) => location.rest === true))
    throw names.error('wrong-control-flow', `${what} never returns`, site, 'mark its last location with rest: true')
}
