// SPDX-License-Identifier: Apache-2.0
import { invariant, present } from '#base/assert'
import type { ModelExpr } from '#ir/expression'
import type { ModelTarget } from '#ir/model'
import { fold, or } from '#system/expression'
import type { Assign, Expr, Operator, ProcessId, Target, VarId } from '#system/system'
import { ground, scopeOf } from './ground.ts'
import type { Locations } from './locations.ts'
import type { Variables } from './variables.ts'

/** Where an expression of the model is evaluated. */
export interface Place {
  readonly variables: Variables
  readonly locations: Locations
  /** The process that evaluates it; absent for an invariant. */
  readonly me?: ProcessId
}

/** Grounds an expression of a model, whose names validation has found. */
export function groundExpr(e: ModelExpr, place: Place): Expr {
  if (typeof e === 'number') return e
  if (typeof e === 'string') return { v: present(place.variables.plain(e)[0]) }
  if (isHolds(e)) return or(...holdsOf(e.holds, present(place.me, 'only a process holds'), place.variables))
  if (isField(e)) return place.variables.field(e.of, e.field, [])
  if (isProcessAt(e)) return place.locations.test(e.process, e.in)
  if (e[0] === 'at') {
    const [, array, index] = e as readonly ['at', string, ModelExpr]
    const elements = place.variables.plain(array).map((v): Expr => ({ v }))
    return fold(['at', groundExpr(index, place), ...elements])
  }
  const [op, ...operands] = e as readonly [Operator | '>' | '>=', ...ModelExpr[]]
  const parts = operands.map((x) => groundExpr(x, place))
  if (op === '>' || op === '>=') return fold([op === '>' ? '<' : '<=', ...parts.toReversed()])
  return fold([op, ...parts])
}

/** Grounds the assignments of one step. */
export function groundAssigns(set: readonly (readonly [ModelTarget, ModelExpr])[], place: Place): readonly Assign[] {
  return set.map(([target, value]) => ({ to: groundTarget(target, place), value: groundExpr(value, place) }))
}

function groundTarget(target: ModelTarget, place: Place): Target {
  if (typeof target === 'string') return present(place.variables.plain(target)[0])
  const elements = place.variables.plain(target[1])
  const index = groundExpr(target[2], place)
  if (typeof index === 'number' && elements[index] !== undefined) return elements[index]
  return ['at', index, ...elements] as readonly ['at', Expr, ...VarId[]]
}

/** The conditions under which a process holds an object, one for each mode of its primitive. */
export function holdsOf(object: string, me: ProcessId, variables: Variables): readonly Expr[] {
  const { primitive } = variables.instance(object)
  invariant(primitive.holds, `${object} can be held`)
  const scope = scopeOf(variables, object, me)
  return Object.values(primitive.holds).map((mode) => ground(mode, scope, variables))
}

const isHolds = (e: ModelExpr): e is { readonly holds: string } => typeof e === 'object' && 'holds' in e
const isField = (e: ModelExpr): e is { readonly field: string; readonly of: string } =>
  typeof e === 'object' && 'field' in e
const isProcessAt = (e: ModelExpr): e is { readonly process: string; readonly in: readonly string[] } =>
  typeof e === 'object' && 'process' in e
