// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError, Site } from '#base/errors'
import { operators, type ModelExpr } from '#ir/expression'
import { limits } from '#ir/limits'
import type { Body, ModelTarget } from '#ir/model'
import { isHandler } from '../contexts.ts'
import type { Names } from './names.ts'

/** Checks the targets and values of one step. */
export function checkAssignments(
  names: Names,
  set: readonly (readonly [ModelTarget, ModelExpr])[],
  site: Site | undefined,
): void {
  for (const [target, value] of set) {
    const name = typeof target === 'string' ? target : target[1]
    if (!names.variables.has(name)) throw names.unknown('unknown-name', 'variable', name, names.variables.keys(), site)
    const isArray = names.variables.get(name) !== undefined
    if (isArray === (typeof target === 'string'))
      throw names.error(
        'wrong-expression',
        `'${name}' is ${isArray ? 'an array' : 'not an array'}`,
        site,
        isArray ? "assign to ['at', name, index]" : 'assign to its name',
      )
    if (typeof target !== 'string') checkExpression(names, target[2], site, 'process')
    checkExpression(names, value, site, 'process')
  }
}

/** Checks names, operators and operands of an expression. An invariant is evaluated by no process. */
export function checkExpression(
  names: Names,
  e: ModelExpr,
  site: Site | undefined,
  who: 'process' | 'observer',
  depth = 0,
): void {
  const bad = (what: string, fix: string): FencecheckError => names.error('wrong-expression', what, site, fix)
  if (depth > limits.expressionDepth)
    throw bad('an expression is nested too deeply', `stay below ${limits.expressionDepth} levels`)
  if (typeof e === 'number') {
    if (!Number.isSafeInteger(e)) throw bad(`${e} is not a whole number`, 'use whole numbers')
  } else if (typeof e === 'string') {
    if (!names.variables.has(e)) throw names.unknown('unknown-name', 'variable', e, names.variables.keys(), site)
    if (names.variables.get(e) !== undefined) throw bad(`'${e}' is an array`, `read an element: ["at", "${e}", index]`)
  } else if ('holds' in e) {
    const primitive = names.objects.get(e.holds)
    if (primitive === undefined) throw names.unknown('unknown-name', 'object', e.holds, names.objects.keys(), site)
    if (primitive.holds === undefined) throw bad(`a ${primitive.name} cannot be held`, 'ask for one of its fields')
    if (who === 'observer') throw bad('an invariant is nobody who could hold something', 'assert it in a process')
  } else if ('field' in e) {
    const primitive = names.objects.get(e.of)
    if (primitive === undefined) throw names.unknown('unknown-name', 'object', e.of, names.objects.keys(), site)
    const shared = Object.keys(primitive.fields).filter((name) => primitive.fields[name]!.per === undefined)
    if (!shared.includes(e.field))
      throw names.unknown('unknown-name', `shared field of ${primitive.name}`, e.field, shared, site)
  } else if ('process' in e) {
    const body = names.processes.get(e.process)
    if (!names.processes.has(e.process))
      throw names.unknown('unknown-name', 'process', e.process, names.processes.keys(), site)
    const locations = locationsOf(names, e.process, body)
    if (e.in.length === 0) throw bad('a location test names no location', 'name at least one')
    for (const name of e.in)
      if (!locations.includes(name))
        throw names.unknown('unknown-name', `location of process '${e.process}'`, name, locations, site)
  } else checkApplication(names, e as readonly [string, ...ModelExpr[]], site, who, depth)
}

function checkApplication(
  names: Names,
  e: readonly [string, ...ModelExpr[]],
  site: Site | undefined,
  who: 'process' | 'observer',
  depth: number,
): void {
  const [op, ...operands] = e
  if (operands.length > limits.operands)
    throw names.error(
      'too-large',
      `'${op}' has ${operands.length} operands; the limit is ${limits.operands}`,
      site,
      'split the condition into several steps or assertions',
    )
  if (op === 'at') {
    const [array, index] = operands
    if (typeof array !== 'string' || names.variables.get(array) === undefined)
      throw names.error('wrong-expression', `'at' needs the name of an array`, site, 'write ["at", array, index]')
    return checkExpression(names, index ?? Number.NaN, site, who, depth + 1)
  }
  const arity = Object.hasOwn(operators, op) ? operators[op as keyof typeof operators] : undefined
  if (arity === undefined && op !== 'and' && op !== 'or')
    throw names.unknown(
      'wrong-expression',
      'operator',
      String(op),
      ['and', 'or', 'at', ...Object.keys(operators)],
      site,
    )
  if (arity !== undefined && operands.length !== arity)
    throw names.error('wrong-expression', `'${op}' has ${operands.length} operands`, site, `give ${arity}`)
  for (const x of operands) checkExpression(names, x, site, who, depth + 1)
}

/** Where a process can be said to be. A handler returns where its body rests: it is then at `return`, later at `idle`. */
function locationsOf(names: Names, process: string, body: Body | undefined): readonly string[] {
  const locations = body?.locations ?? []
  const declared = names.model.processes.find(({ name }) => name === process)
  if (declared === undefined || !isHandler(declared)) return locations.map(({ name }) => name)
  return ['idle', 'return', ...locations.filter(({ rest }) => rest !== true).map(({ name }) => name)]
}
