// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type ErrorCode } from '#base/errors'
import { limits } from '#ir/limits'
import type { Model } from '#ir/model'
import { contractRules } from '../contract.ts'
import type { Registry } from '../registry.ts'
import { checkBody } from './bodies.ts'
import { checkExpression } from './expressions.ts'
import { Names } from './names.ts'
import { checkObject, checkVariable } from './objects.ts'
import { checkGroup, checkHook, checkProcess } from './processes.ts'

/**
 * Checks everything that lowering relies on: names are unique and known, every exit is given a location, ranges hold
 * their start values, handlers and hooked bodies have the shape they need.
 * @throws FencecheckError with the place and a fix.
 */
export function validate(model: Model, registry: Registry): void {
  checkSize(model)
  const names = new Names(model, registry)
  for (const object of model.objects ?? []) checkObject(names, object)
  for (const variable of model.variables ?? []) checkVariable(names, variable)
  for (const body of model.bodies) checkBody(names, body)
  for (const process of model.processes) checkProcess(names, process)
  for (const hook of model.hooks ?? []) checkHook(names, hook)
  for (const { always, site } of model.invariants ?? []) checkExpression(names, always, site, 'observer')
  for (const group of model.groups ?? []) checkGroup(names, group)
  for (const rule of model.rules ?? [])
    if (!Object.hasOwn(contractRules, rule))
      throw names.unknown('unknown-name', 'rule of the contract', rule, Object.keys(contractRules), undefined)
}

/** Refuses what would exhaust the machine, before anything is built from it. */
function checkSize(model: Model): void {
  const steps = model.bodies.reduce((sum, body) => sum + body.steps.length, 0)
  const variables = (model.variables ?? []).reduce((sum, variable) => sum + (variable.length ?? 1), 0)
  const sizes = [
    ['processes', model.processes.length, limits.processes],
    ['variables', variables, limits.variables],
    ['objects', model.objects?.length ?? 0, limits.objects],
    ['steps', steps, limits.steps],
  ] as const
  for (const [what, size, limit] of sizes)
    if (size > limit)
      throw refuse(
        model,
        'too-large',
        `the model has ${size} ${what}; the limit is ${limit}`,
        undefined,
        'use smaller parameters',
      )
  if (model.processes.length === 0)
    throw refuse(model, 'wrong-control-flow', 'the model has no process', undefined, 'declare at least one')
}

const refuse = (model: Model, code: ErrorCode, message: string, _site: undefined, fix: string): FencecheckError =>
  new FencecheckError(code, `model '${model.id}': ${message}`, { fix })
