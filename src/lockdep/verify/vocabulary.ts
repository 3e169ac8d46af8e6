// SPDX-License-Identifier: Apache-2.0
import { classesOf } from '#ir/lock-class'
import type { Model } from '#ir/model'
import type { Registry } from '#semantics/registry'
import type { Assign, System, VarId } from '#system/system'
import { leavesOf } from './partial.ts'

/** What the variables of a system stand for: of what lock they are, whether they are events, whose they are. */
export class Vocabulary {
  readonly system: System
  readonly #model: Model
  readonly #registry: Registry
  readonly #classOf: (name: string) => string
  readonly #locks = new Map<VarId, string>()

  constructor(model: Model, registry: Registry, system: System) {
    this.system = system
    this.#model = model
    this.#registry = registry
    this.#classOf = classesOf(model)
    for (const { name, kind, init } of model.objects ?? [])
      for (const field of this.#fieldsOf(kind, init))
        for (const [v, variable] of system.variables.entries())
          if (variable.name === `${name}.${field}` || variable.name.startsWith(`${name}.${field}[`))
            if (variable.object === name) this.#locks.set(v, name)
  }

  #fieldsOf(kind: string, init: Readonly<Record<string, number>> = {}): readonly string[] {
    const fields = this.#registry.get(kind)?.blockedByHoldersOnly ?? []
    return fields.every((field) => init[field] === undefined) ? fields : []
  }

  /** The lock whose holders a variable makes block others. */
  lock(v: VarId): string | undefined {
    return this.#locks.get(v)
  }

  get locks(): ReadonlySet<string> {
    return new Set(this.#locks.values())
  }

  /** Whether the variable is one by which a queue for a lock is known. */
  isQueue(v: VarId): boolean {
    return this.system.holds.some(
      ({ queued, when }) => queued === true && leavesOf(when).some((leaf) => 'v' in leaf && leaf.v === v),
    )
  }

  /** False from the start, and only ever made true. */
  isEvent(v: VarId): boolean {
    const { owner, init, min } = this.system.variables[v]!
    if (owner !== undefined || init !== 0 || min !== 0 || this.#locks.has(v)) return false
    const writes = this.system.transitions.flatMap(({ effect }) => effect.filter((set) => mayWrite(set, v)))
    return writes.length > 0 && writes.every(({ value }) => value === 1)
  }

  classOfLock(lock: string): string {
    return this.#classOf(lock)
  }

  classOfEvent(v: VarId): string {
    const { name, object } = this.system.variables[v]!
    const plain = (this.#model.variables ?? []).map((x) => x.name).find((x) => name === x || name.startsWith(`${x}[`))
    const whole = object ?? plain ?? name
    return this.#classOf(whole) + name.slice(whole.length)
  }
}

export const mayWrite = ({ to }: Assign, v: VarId): boolean =>
  typeof to === 'number' ? to === v : to.slice(2).includes(v)

/** Whether the assignment certainly makes the variable 1. */
export const makesTrue = ({ to, value }: Assign, v: VarId): boolean => to === v && value === 1
