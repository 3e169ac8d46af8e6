// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import { limits } from '#ir/limits'
import type { Group, Invariant, ModelObject, ModelVariable } from '#ir/model'
import type { Primitive } from '#semantics/primitive'
import type { Registry } from '#semantics/registry'
import { build } from './expressions.ts'
import { ArrayHandle, ObjectHandle, VariableHandle, type Expression } from './handle.ts'
import { refuseUnknownOptions } from './options.ts'
import { ownName, refusePromise } from './ownership.ts'
import { caller } from './site.ts'
import { startsOf, type Setting } from './switches.ts'

export interface RangeOptions {
  readonly min?: number
  readonly max: number
  readonly init?: number
}

const rangeOptions = ['min', 'max', 'init'] as const satisfies readonly (keyof RangeOptions)[]

/** What a group of copies may declare: everything it declares belongs to that copy. */
interface Copy {
  readonly prefix: string
  readonly processes: string[]
  readonly objects: string[]
  readonly variables: string[]
}

/** Collects what there is in one instance of a model: objects, variables, groups of copies, invariants. */
export class ObjectBuilder {
  protected readonly registry: Registry
  protected readonly switches: Setting
  protected readonly objects: ModelObject[] = []
  protected readonly variables: ModelVariable[] = []
  protected readonly groups: Group[] = []
  protected readonly invariants: Invariant[] = []
  readonly #names = new Map<string, Site | undefined>()
  protected copy: Copy | undefined
  /** The line of the author's file that was reached last. */
  lastSite: Site | undefined
  /** Whether a building block made the last declaration. */
  protected lastInBlock = false

  constructor(registry: Registry, switches: Setting = {}) {
    this.registry = registry
    this.switches = switches
  }

  /** Declares an object of the primitive that the registry lists under `kind`. */
  declare(kind: string, name: string, options: Readonly<Record<string, unknown>> = {}): ObjectHandle {
    const site = this.here()
    const primitive = this.registry.primitives[kind]!
    const full = this.claim('object', name, site)
    const init: Record<string, number> = startsOf(this.switches, primitive)
    const refs: Record<string, string> = {}
    for (const [key, value] of Object.entries(options)) {
      if (key === 'role' || key === 'members' || key === 'lockClass' || value === undefined) continue
      if (value instanceof ObjectHandle) refs[key] = ownName(value, this, site)
      else if (typeof value === 'number' || typeof value === 'boolean') init[key] = Number(value)
      else
        throw new FencecheckError(
          'wrong-argument',
          `option '${key}' of ${primitive.name} '${full}' is neither a number nor an object`,
          {
            site,
            fix: startOptions(primitive),
          },
        )
    }
    const { role, lockClass, members } = options as { role?: string; lockClass?: string; members?: ObjectHandle[] }
    this.objects.push({
      name: full,
      kind: primitive.name,
      ...(Object.keys(init).length > 0 && { init }),
      ...(Object.keys(refs).length > 0 && { refs }),
      ...(members !== undefined && { members: members.map((member) => ownName(member, this, site)) }),
      ...(role !== undefined && { role }),
      ...(lockClass !== undefined && { lockClass }),
      ...(site !== undefined && { site }),
    })
    this.copy?.objects.push(full)
    return new ObjectHandle(kind, full, this)
  }

  /** A bounded integer; `min` and `init` are 0 unless said. Leaving the range is a violation. */
  int(name: string, options: RangeOptions): VariableHandle {
    const site = this.here()
    refuseUnknownOptions(`'${name}'`, options, rangeOptions, site)
    const { min = 0, max, init = Math.max(min, 0) } = options
    const full = this.claim('object', name, site)
    this.variables.push({ name: full, min, max, init, ...(site !== undefined && { site }) })
    this.copy?.variables.push(full)
    return new VariableHandle(full, this)
  }

  /** A flag: 0 or 1. */
  flag(name: string, init: boolean | 0 | 1 = false): VariableHandle {
    if (![true, false, 0, 1].includes(init))
      throw new FencecheckError('wrong-argument', `flag '${name}' starts neither at 0 nor at 1`, {
        site: this.here(),
        fix: `write m.flag('${name}', true) for a flag that is set at the start`,
      })
    return this.int(name, { max: 1, init: Number(init) })
  }

  /** An array of bounded integers with indices from 0; `init` is one value for all or one for each. */
  array(
    name: string,
    length: number,
    options: Omit<RangeOptions, 'init'> & { init?: number | readonly number[] },
  ): ArrayHandle {
    const site = this.here()
    refuseUnknownOptions(`'${name}'`, options, rangeOptions, site)
    const { min = 0, max, init = Math.max(min, 0) } = options
    const full = this.claim('object', name, site)
    this.variables.push({ name: full, min, max, init, length, ...(site !== undefined && { site }) })
    this.copy?.variables.push(full)
    return new ArrayHandle(full, length, this)
  }

  /** A condition that holds in every reachable state. */
  invariant(name: string, always: Expression): void {
    const site = this.here()
    this.invariants.push({ name, always: build(always).expr, ...(site !== undefined && { site }) })
  }

  /** `n` copies of a set of processes, objects and variables: the unit of symmetry. Names get the prefix `name[i].`. */
  copies(name: string, n: number, write: (i: number) => unknown): void {
    const site = this.here()
    if (this.copy !== undefined)
      throw new FencecheckError('wrong-control-flow', `group '${name}' is inside another group`, {
        site,
        fix: 'declare groups side by side',
      })
    if (n > limits.processes)
      throw new FencecheckError('too-large', `group '${name}' has ${n} copies; the limit is ${limits.processes}`, {
        site,
        fix: 'use fewer',
      })
    const copies: Copy[] = []
    for (let i = 0; i < n; i++) {
      this.copy = { prefix: `${name}[${i}].`, processes: [], objects: [], variables: [] }
      copies.push(this.copy)
      refusePromise(write(i), `group '${name}'`, site)
      this.copy = undefined
    }
    this.groups.push({
      name,
      copies: copies.map(({ processes, objects, variables }) => ({ processes, objects, variables })),
    })
  }

  protected claim(what: 'object' | 'process', name: string, site: Site | undefined): string {
    const full = `${this.copy?.prefix ?? ''}${name}`
    const key = `${what} ${full}`
    if (this.#names.has(key)) {
      const first = this.#names.get(key)
      const where = first === undefined ? '' : ` (first at line ${first.line})`
      throw new FencecheckError(
        'duplicate-name',
        `there is already ${what === 'object' ? 'an object or variable' : 'a process'} called '${full}'${where}`,
        {
          site,
          fix: 'choose another name',
        },
      )
    }
    this.#names.set(key, site)
    return full
  }

  protected here(): Site | undefined {
    const { site, inBlock } = caller()
    this.lastSite = site
    this.lastInBlock = inBlock
    return site
  }
}

/** What an object can be declared with, for whoever gave something else. */
function startOptions({ fields, refs = {} }: Primitive): string {
  const objects = Object.entries(refs).map(([ref, kind]) => `${ref} (a ${kind} that the model declares)`)
  return [
    `fields are ${Object.keys(fields).join(', ')}`,
    ...(objects.length > 0 ? [`objects are ${objects.join(', ')}`] : []),
  ].join('; ')
}
