// SPDX-License-Identifier: Apache-2.0
import { present } from '#base/assert'
import type { Model, ModelObject } from '#ir/model'
import type { Context, Expr, ProcessId, Variable, VarId } from '#system/system'
import type { Field, Primitive } from '../primitive.ts'
import type { Registry } from '../registry.ts'

/** Stands for a value of one of a field's index sets: a process, or a member by its name. */
export type Index = ProcessId | string

/** An object of the model with its primitive; also the implicit ones. */
export interface Instance {
  readonly object: ModelObject
  readonly primitive: Primitive
}

/**
 * Makes the ground variables of a system as they are mentioned. Index sets become separate variables, so no state
 * ever holds a process id. A field of an object exists only for processes that use the object: anybody else's value
 * could never change, and is written out as its start value.
 */
export class Variables {
  readonly list: Variable[] = []
  readonly instances: ReadonlyMap<string, Instance>
  readonly #model: Model
  readonly #users: ReadonlyMap<string, ReadonlySet<ProcessId>>
  readonly #fields = new Map<string, Map<string, FieldOfObject>>()
  readonly #plain = new Map<string, readonly VarId[]>()

  constructor(model: Model, registry: Registry, users: ReadonlyMap<string, ReadonlySet<ProcessId>>) {
    this.#model = model
    this.#users = users
    const implicit = registry.implicit.map((primitive) => ({
      object: { name: primitive.name, kind: primitive.name },
      primitive,
    }))
    const declared = (model.objects ?? []).map((object) => ({
      object,
      primitive: present(registry.get(object.kind), 'validation found every primitive'),
    }))
    // Declared ones first: what a process holds is told by its locks before the state they put it in.
    this.instances = new Map([...declared, ...implicit].map((x) => [x.object.name, x]))
    for (const variable of model.variables ?? []) {
      const { name, min, max, init, length } = variable
      const start = (i: number): number => (typeof init === 'number' ? init : present(init[i]))
      const make = (i: number): VarId =>
        this.list.push({ name: length === undefined ? name : `${name}[${i}]`, min, max, init: start(i) }) - 1
      this.#plain.set(
        name,
        Array.from({ length: length ?? 1 }, (_, i) => make(i)),
      )
    }
  }

  instance(object: string): Instance {
    return present(this.instances.get(object), `object ${object}`)
  }

  /** Who performs an operation on the object, runs a body hooked on it, or is interrupted by such a handler. */
  usersOf(object: string): ReadonlySet<ProcessId> {
    return this.#users.get(object) ?? nobody
  }

  membersOf(object: string): readonly string[] {
    return this.instance(object).object.members ?? []
  }

  /** The variables of a declared variable: one, or the elements of an array. */
  plain(name: string): readonly VarId[] {
    return present(this.#plain.get(name), `variable ${name}`)
  }

  /** The field as an expression: its variable, or its start value where that can never change. */
  field(object: string, field: string, at: readonly Index[]): Expr {
    const { declaration, byIndex } = this.#fieldOf(object, field)
    const key = at.length === 1 ? at[0]! : at.length === 0 ? '' : JSON.stringify(at)
    const known = byIndex.get(key)
    if (known !== undefined) return known
    const e = this.#make(object, field, at, declaration)
    byIndex.set(key, e)
    return e
  }

  #fieldOf(object: string, field: string): FieldOfObject {
    const fields = this.#fields.get(object) ?? new Map<string, FieldOfObject>()
    this.#fields.set(object, fields)
    const known = fields.get(field)
    if (known !== undefined) return known
    const { primitive } = this.instance(object)
    const declaration = present(primitive.fields[field], `${primitive.name} has a field ${field}`)
    const made = { declaration, byIndex: new Map<Index, Expr>() }
    fields.set(field, made)
    return made
  }

  #make(object: string, field: string, at: readonly Index[], declaration: Field): Expr {
    const process = at[(declaration.per ?? []).indexOf('process')] as ProcessId | undefined
    const init = this.#init(object, field, declaration, process)
    if (process !== undefined && !this.usersOf(object).has(process)) return init
    const member = at[(declaration.per ?? []).indexOf('member')]
    if (member !== undefined && !this.membersOf(object).includes(member as string)) return init
    const names = at.map((index) => (typeof index === 'number' ? present(this.#model.processes[index]).name : index))
    const id = this.internal({
      name: `${object}.${field}${names.map((name) => `[${name}]`).join('')}`,
      min: 0,
      max: declaration.max === 'processes' ? Math.max(1, init + this.usersOf(object).size) : declaration.max,
      init,
      object,
      ...(process !== undefined && { owner: process }),
    })
    return { v: id }
  }

  /** A variable that only lowering itself knows: a handler on top of a process. */
  internal(variable: Variable): VarId {
    return this.list.push(variable) - 1
  }

  #init(object: string, name: string, field: Field, process: ProcessId | undefined): number {
    const own = this.instance(object).object.init?.[name]
    if (own !== undefined) return own
    if (typeof field.init !== 'object') return field.init ?? 0
    const context: Context = process === undefined ? 'task' : (this.#model.processes[process]?.context ?? 'task')
    return field.init[context] ?? 0
  }
}

/** A field of one object, with the expressions made for it: by its index, or by the text of several. */
interface FieldOfObject {
  readonly declaration: Field
  readonly byIndex: Map<Index, Expr>
}

const nobody: ReadonlySet<ProcessId> = new Set()
