// SPDX-License-Identifier: Apache-2.0
import { InternalError, invariant, present } from '#base/assert'
import { fold } from '#system/expression'
import type { Assign, Expr, ProcessId } from '#system/system'
import type { Domain, Operation, PExpr, Primitive, PSet, Ref } from '../primitive.ts'
import type { Index, Variables } from './variables.ts'

/** What the names in a primitive's conditions stand for at one call. */
export interface Scope {
  readonly on: string
  readonly me: ProcessId
  readonly args: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, number>>
  readonly bound: Readonly<Record<string, Index>>
}

/** The scope of an operation on an object, or of a view on it (no operation, no arguments). */
export function scopeOf(
  variables: Variables,
  on: string,
  me: ProcessId,
  call: {
    operation?: Operation
    args?: Readonly<Record<string, string>>
    params?: Readonly<Record<string, number>>
  } = {},
): Scope {
  const defaults = Object.entries(call.operation?.params ?? {}).map(([name, p]) => [name, p.default ?? p.min] as const)
  const { object } = variables.instance(on)
  return {
    on,
    me,
    args: { ...object.refs, ...call.args },
    params: { ...Object.fromEntries(defaults), ...call.params },
    bound: {},
  }
}

/** Grounds a condition: quantifiers are written out, fields become variables, parameters numbers. */
export function ground(e: PExpr, scope: Scope, variables: Variables): Expr {
  if (typeof e === 'number') return e
  if (isApplied(e)) {
    const [op, ...operands] = e
    return fold([op, ...operands.map((x) => ground(x, scope, variables))])
  }
  if ('field' in e) return ref(e, scope, variables)
  if ('param' in e) return present(scope.params[e.param], `parameter ${e.param} of ${scope.on}`)
  if ('has' in e) return e.has in scope.args ? 1 : 0
  if ('unlocked' in e) return fold(['and', ...heldBy(scope.me, variables).map((held) => fold(['!', held]))])
  const name = 'some' in e ? e.some : 'every' in e ? e.every : e.count
  const parts = domain(e, scope, variables).map((index) =>
    ground(e.that, { ...scope, bound: { ...scope.bound, [name]: index } }, variables),
  )
  if ('some' in e) return fold(['or', ...parts])
  if ('every' in e) return fold(['and', ...parts])
  return parts.reduce<Expr>((sum, part) => fold(['+', sum, part]), 0)
}

/** For each mode of each object that a process may hold, whether it does. */
function heldBy(me: ProcessId, variables: Variables): readonly Expr[] {
  return [...variables.instances.values()].flatMap(({ object: { name }, primitive: { holds = {}, implicit } }) =>
    implicit === true || !variables.usersOf(name).has(me)
      ? []
      : Object.values(holds).map((mode) => ground(mode, scopeOf(variables, name, me), variables)),
  )
}

/** Grounds effects. A later assignment to the same variable wins; one to what can never change must not change it. */
export function groundSets(sets: readonly PSet[], scope: Scope, variables: Variables): readonly Assign[] {
  const byTarget = new Map<number, Assign>()
  const visit = (s: PSet, inner: Scope): void => {
    if ('each' in s) {
      for (const index of domain(s, inner, variables))
        for (const nested of s.do) visit(nested, { ...inner, bound: { ...inner.bound, [s.each]: index } })
      return
    }
    if (s.set.of !== undefined && objectOf(s.set, inner, variables) === undefined) return
    const target = ref(s.set, inner, variables)
    if (typeof target === 'number') return
    invariant('v' in (target as object), 'an effect assigns to a field')
    const { v } = target as { v: number }
    const value = ground(s.to, inner, variables)
    if (typeof value === 'object' && 'v' in value && value.v === v) return
    byTarget.set(v, { to: v, value })
  }
  for (const s of sets) visit(s, scope)
  return [...byTarget.values()]
}

/** The object that a ref looks at; undefined for a tie that this object does not have. */
function objectOf(r: Ref, scope: Scope, variables: Variables): string | undefined {
  if (r.of === undefined) return scope.on
  if (variables.instances.get(r.of)?.primitive.implicit === true) return r.of
  const bound = scope.bound[r.of]
  return typeof bound === 'string' ? bound : scope.args[r.of]
}

function ref(r: Ref, scope: Scope, variables: Variables): Expr {
  const object = objectOf(r, scope, variables)
  if (object === undefined) return 0
  const at = (r.at ?? []).map((who): Index => {
    const index = who === 'me' ? scope.me : who === 'this' ? scope.on : (scope.bound[who] ?? scope.args[who])
    if (index === undefined) throw new InternalError(`internal error: ${scope.on}: nothing is bound to ${who}`)
    return index
  })
  return variables.field(object, r.field, at)
}

/** All members; or the processes that use the object, for nobody else's value can differ from its start value. */
function domain(
  d: { readonly in: Domain; readonly of?: string },
  scope: Scope,
  variables: Variables,
): readonly Index[] {
  const object = d.of === undefined ? scope.on : scope.args[d.of]
  if (object === undefined) return []
  return d.in === 'member' ? variables.membersOf(object) : [...variables.usersOf(object)].sort((a, b) => a - b)
}

const isApplied = (e: PExpr): e is Extract<PExpr, readonly unknown[]> => Array.isArray(e)

/** Every object a call touches: the one operated on, its arguments, and what it is tied to. */
export function touched(
  primitive: Primitive,
  on: string,
  variables: Pick<Variables, 'instance'>,
  args: readonly string[],
) {
  const { object } = variables.instance(on)
  return [on, ...args, ...Object.values(object.refs ?? {}), ...(object.members ?? [])]
}
