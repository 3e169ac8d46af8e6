// SPDX-License-Identifier: Apache-2.0
import type { Group, Hook, ModelProcess } from '#ir/model'
import { canBeInterrupted, isHandler } from '../contexts.ts'
import { checkReturns } from './bodies.ts'
import { checkAssignments, checkExpression } from './expressions.ts'
import type { Names } from './names.ts'

/** What the places of a handler are called that its body does not have (`Handlers.lower`). */
const placesOfHandlers: ReadonlySet<string> = new Set(['idle', 'return'])

/** Checks the body of a process and, for a handler, how it is raised. */
export function checkProcess(names: Names, { name, body, context, handler, site }: ModelProcess): void {
  const found = names.bodies.get(body)
  if (found === undefined) throw names.unknown('unknown-name', 'body', body, names.bodies.keys(), site)
  const process = { name, body, ...(context !== undefined && { context }) }
  if (!isHandler(process)) {
    if (handler !== undefined)
      throw names.error(
        'wrong-control-flow',
        `process '${name}' has a handler but runs in ${context ?? 'task'} context`,
        site,
        'make its context hardirq or softirq',
      )
    return
  }
  checkReturns(names, found, `handler '${name}'`, site)
  const taken = found.locations.find(({ name: own, rest }) => rest !== true && placesOfHandlers.has(own))
  if (taken !== undefined)
    throw names.error(
      'duplicate-name',
      `handler '${name}' has a place of its own that is called '${taken.name}'`,
      site,
      "call it something else: a handler is at 'idle' until it is raised, and at 'return' when its body has ended",
    )
  for (const target of handler?.on ?? []) {
    const on = names.model.processes.find((p) => p.name === target)
    if (on === undefined || target === name)
      throw names.unknown('unknown-name', 'process', target, names.processes.keys(), site)
    if (!canBeInterrupted(on, process))
      throw names.error(
        'wrong-argument',
        `a ${context} handler cannot run on top of '${target}' (${on.context})`,
        site,
        'name tasks, workers, or softirqs under a hardirq',
      )
  }
  if (handler?.when !== undefined) checkExpression(names, handler.when, site, 'process')
  checkAssignments(names, handler?.set ?? [], site)
}

/** Checks a hooked body and the object it hangs on. */
export function checkHook(names: Names, hook: Hook): void {
  const body = names.bodies.get(hook.body)
  if (body === undefined) throw names.unknown('unknown-name', 'body', hook.body, names.bodies.keys(), undefined)
  checkReturns(names, body, `hooked body '${hook.body}'`, undefined)
  if (hook.when !== undefined) checkExpression(names, hook.when, undefined, 'process')
  const events = new Set(names.registry.names.flatMap((name) => Object.keys(names.registry.get(name)!.hooks ?? {})))
  if (!events.has(hook.on)) throw names.unknown('unknown-name', 'hook', hook.on, events, undefined)
  if (hook.object === undefined) return
  const primitive = names.objects.get(hook.object)
  if (primitive === undefined)
    throw names.unknown('unknown-name', 'object', hook.object, names.objects.keys(), undefined)
  const declared = Object.hasOwn(primitive.hooks ?? {}, hook.on) ? primitive.hooks?.[hook.on] : undefined
  if (declared === undefined)
    throw names.unknown(
      'unknown-name',
      `hook of ${primitive.name}`,
      hook.on,
      Object.keys(primitive.hooks ?? {}),
      undefined,
    )
  // What always exists is none of the model's objects.
  const object = names.model.objects?.find((o) => o.name === hook.object)
  if (declared.under !== undefined && object?.refs?.[declared.under] === undefined)
    throw names.error(
      'wrong-argument',
      `'${hook.object}' has a ${hook.on} but no ref '${declared.under}' under which it runs`,
      object?.site,
      `add refs: { ${declared.under}: ... }`,
    )
}

/** Checks that the copies of a group correspond. */
export function checkGroup(names: Names, { name, copies }: Group): void {
  for (const copy of copies) {
    for (const process of copy.processes)
      if (!names.processes.has(process))
        throw names.unknown('unknown-name', 'process', process, names.processes.keys(), undefined)
    for (const object of copy.objects)
      if (!names.objects.has(object))
        throw names.unknown('unknown-name', 'object', object, names.objects.keys(), undefined)
    for (const variable of copy.variables)
      if (!names.variables.has(variable))
        throw names.unknown('unknown-name', 'variable', variable, names.variables.keys(), undefined)
    const first = copies[0]!
    if ((['processes', 'objects', 'variables'] as const).some((list) => copy[list].length !== first[list].length))
      throw names.error(
        'wrong-argument',
        `the copies of group '${name}' differ in size`,
        undefined,
        'list corresponding members in the same order',
      )
  }
}
