// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type ErrorCode, type Site } from '#base/errors'
import { nearest } from '#base/text'
import { operators, type ModelExpr } from '#ir/expression'
import { limits } from '#ir/limits'
import { isAssert, isCall, type Body, type CallStep, type GuardStep, type Model, type ModelTarget } from '#ir/model'
import { canBeInterrupted, isHandler } from './contexts.ts'
import { exitsOf, type Primitive } from './primitive.ts'
import type { Registry } from './registry.ts'

/**
 * Checks everything that lowering relies on: names are unique and known, every exit is given a location, ranges hold
 * their start values, handlers and hooked bodies have the shape they need.
 * @throws FencecheckError with the place and a fix.
 */
export function validate(model: Model, registry: Registry): void {
  new Validation(model, registry).run()
}

class Validation {
  readonly #model: Model
  readonly #registry: Registry
  readonly #objects: ReadonlyMap<string, Primitive>
  readonly #variables: ReadonlyMap<string, number | undefined>
  readonly #processes: ReadonlyMap<string, Body | undefined>
  readonly #bodies: ReadonlyMap<string, Body>

  constructor(model: Model, registry: Registry) {
    this.#model = model
    this.#registry = registry
    this.#size()
    this.#bodies = this.#unique('body', model.bodies, (body) => body)
    const objects = this.#unique('object', model.objects ?? [], (object) => {
      const primitive = registry.get(object.kind)
      if (primitive === undefined || primitive.implicit === true)
        throw this.#unknown('unknown-primitive', 'primitive', object.kind, registry.names, object.site)
      return primitive
    })
    const implicit = registry.implicit.map((primitive) => [primitive.name, primitive] as const)
    for (const [name] of implicit)
      if (objects.has(name))
        throw this.#error(
          'duplicate-name',
          `'${name}' always exists and cannot be declared`,
          undefined,
          'choose another name',
        )
    this.#objects = new Map([...implicit, ...objects])
    this.#variables = this.#unique('variable', model.variables ?? [], (variable) => variable.length)
    for (const { name, site } of model.variables ?? [])
      if (this.#objects.has(name))
        throw this.#error('duplicate-name', `'${name}' is both an object and a variable`, site, 'rename one of them')
    this.#processes = this.#unique('process', model.processes, (process) => this.#bodies.get(process.body))
  }

  run(): void {
    for (const object of this.#model.objects ?? []) this.#object(object)
    for (const variable of this.#model.variables ?? []) this.#variable(variable)
    for (const body of this.#model.bodies) this.#body(body)
    for (const process of this.#model.processes) this.#process(process)
    for (const hook of this.#model.hooks ?? []) this.#hook(hook)
    for (const invariant of this.#model.invariants ?? []) this.#expression(invariant.always, invariant.site, 'observer')
    for (const group of this.#model.groups ?? []) this.#group(group)
  }

  #size(): void {
    const { model } = { model: this.#model }
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
        throw this.#error(
          'too-large',
          `the model has ${size} ${what}; the limit is ${limit}`,
          undefined,
          'use smaller parameters',
        )
    if (model.processes.length === 0)
      throw this.#error('wrong-control-flow', 'the model has no process', undefined, 'declare at least one')
  }

  #unique<T extends { readonly name: string; readonly site?: Site }, V>(
    what: string,
    things: readonly T[],
    value: (thing: T) => V,
  ): ReadonlyMap<string, V> {
    const map = new Map<string, V>()
    for (const thing of things) {
      if (thing.name === '' || thing.name.length > limits.name)
        throw this.#error(
          'duplicate-name',
          `a ${what} has a name of ${thing.name.length} characters`,
          thing.site,
          `use 1 to ${limits.name}`,
        )
      if (map.has(thing.name))
        throw this.#error(
          'duplicate-name',
          `two ${plural(what)} are called '${thing.name}'`,
          thing.site,
          'rename one of them',
        )
      map.set(thing.name, value(thing))
    }
    return map
  }

  #object(object: NonNullable<Model['objects']>[number]): void {
    const primitive = this.#objects.get(object.name)!
    for (const [field, value] of Object.entries(object.init ?? {})) {
      const declaration = primitive.fields[field]
      if (declaration === undefined)
        throw this.#unknown(
          'unknown-name',
          `field of ${primitive.name}`,
          field,
          Object.keys(primitive.fields),
          object.site,
        )
      if (declaration.per !== undefined)
        throw this.#error(
          'wrong-range',
          `'${field}' of '${object.name}' belongs to processes and cannot be initialised`,
          object.site,
          'let a process perform the operation',
        )
      const max = declaration.max === 'processes' ? limits.processes : declaration.max
      if (!Number.isInteger(value) || value < 0 || value > max)
        throw this.#error(
          'wrong-range',
          `'${field}' of '${object.name}' starts at ${value}; it can be 0 to ${max}`,
          object.site,
          'choose a value in that range',
        )
    }
    for (const [ref, target] of Object.entries(object.refs ?? {})) {
      const kind = primitive.refs?.[ref]
      if (kind === undefined)
        throw this.#unknown(
          'wrong-argument',
          `ref of ${primitive.name}`,
          ref,
          Object.keys(primitive.refs ?? {}),
          object.site,
        )
      this.#isOf(target, kind, `ref '${ref}' of '${object.name}'`, object.site)
    }
    if (object.members !== undefined && primitive.members === undefined)
      throw this.#error('wrong-argument', `a ${primitive.name} has no members`, object.site, 'leave members out')
    for (const member of object.members ?? [])
      this.#isOf(member, primitive.members!, `member of '${object.name}'`, object.site)
  }

  #variable({ name, min, max, init, length, site }: NonNullable<Model['variables']>[number]): void {
    const bad = (what: string, fix: string): FencecheckError =>
      this.#error('wrong-range', `variable '${name}': ${what}`, site, fix)
    if (![min, max].every((x) => Number.isInteger(x) && Math.abs(x) <= 2 ** 31))
      throw bad(`its range ${min} .. ${max} is not two whole numbers within 2^31`, 'state min and max as whole numbers')
    if (min > max) throw bad(`its range ${min} .. ${max} is empty`, 'swap min and max')
    if (length !== undefined && (!Number.isInteger(length) || length < 1))
      throw bad(`its length is ${length}`, 'use a whole number of at least 1')
    const starts = typeof init === 'number' ? [init] : init
    if (typeof init !== 'number' && init.length !== (length ?? 0))
      throw bad(
        `${init.length} start values for ${length ?? 'no'} elements`,
        'give one number, or one for each element',
      )
    for (const start of starts)
      if (!Number.isInteger(start) || start < min || start > max)
        throw bad(`it starts at ${start}, outside ${min} .. ${max}`, 'start inside the range')
  }

  #body(body: Body): void {
    const locations = this.#unique(`location of ${body.name}`, body.locations, (location) => location)
    const known = (name: string, site: Site | undefined): void => {
      if (!locations.has(name))
        throw this.#unknown('unknown-name', `location of body '${body.name}'`, name, locations.keys(), site)
    }
    known(body.initial, undefined)
    for (const step of body.steps) {
      known(step.at, step.site)
      for (const to of isCall(step) ? Object.values(step.exits) : [step.to]) known(to, step.site)
      if (isCall(step)) this.#call(step)
      else if (isAssert(step)) this.#expression(step.assert, step.site, 'process')
      else this.#guardStep(step)
    }
  }

  #call({ call, exits, site }: CallStep): void {
    const primitive = this.#objects.get(call.on)
    if (primitive === undefined) throw this.#unknown('unknown-name', 'object', call.on, this.#objects.keys(), site)
    const operation = primitive.operations[call.op]
    if (operation === undefined || !Object.hasOwn(primitive.operations, call.op))
      throw this.#unknown(
        'unknown-operation',
        `operation of ${primitive.name}`,
        call.op,
        Object.keys(primitive.operations),
        site,
      )
    const needed = exitsOf(operation)
    for (const exit of Object.keys(exits))
      if (!needed.includes(exit)) throw this.#unknown('unknown-exit', `exit of ${call.op}`, exit, needed, site)
    for (const exit of needed)
      if (!Object.hasOwn(exits, exit))
        throw this.#error(
          'missing-exit',
          `'${call.op} ${call.on}' can end with '${exit}' and the step does not say where that leads`,
          site,
          `give the exits ${needed.join(', ')}`,
        )
    const args = operation.args ?? {}
    for (const [name, target] of Object.entries(call.args ?? {})) {
      if (args[name] === undefined)
        throw this.#unknown('wrong-argument', `argument of ${call.op}`, name, Object.keys(args), site)
      this.#isOf(target, args[name], `argument '${name}' of ${call.op}`, site)
    }
    for (const name of Object.keys(args))
      if (call.args?.[name] === undefined)
        throw this.#error(
          'wrong-argument',
          `${call.op} needs the argument '${name}', a ${args[name]}`,
          site,
          'name the object',
        )
    const params = operation.params ?? {}
    for (const [name, value] of Object.entries(call.params ?? {})) {
      const range = params[name]
      if (range === undefined)
        throw this.#unknown('wrong-argument', `parameter of ${call.op}`, name, Object.keys(params), site)
      if (!Number.isInteger(value) || value < range.min || value > range.max)
        throw this.#error(
          'wrong-argument',
          `parameter '${name}' of ${call.op} is ${value}`,
          site,
          `use ${range.min} to ${range.max}`,
        )
    }
  }

  #guardStep(step: GuardStep): void {
    if (step.when !== undefined) this.#expression(step.when, step.site, 'process')
    this.#assignments(step.set ?? [], step.site)
  }

  #assignments(set: readonly (readonly [ModelTarget, ModelExpr])[], site: Site | undefined): void {
    for (const [target, value] of set) {
      const name = typeof target === 'string' ? target : target[1]
      if (!this.#variables.has(name))
        throw this.#unknown('unknown-name', 'variable', name, this.#variables.keys(), site)
      const isArray = this.#variables.get(name) !== undefined
      if (isArray === (typeof target === 'string'))
        throw this.#error(
          'wrong-expression',
          `'${name}' is ${isArray ? 'an array' : 'not an array'}`,
          site,
          isArray ? "assign to ['at', name, index]" : 'assign to its name',
        )
      if (typeof target !== 'string') this.#expression(target[2], site, 'process')
      this.#expression(value, site, 'process')
    }
  }

  #expression(e: ModelExpr, site: Site | undefined, who: 'process' | 'observer', depth = 0): void {
    const bad = (what: string, fix: string): FencecheckError => this.#error('wrong-expression', what, site, fix)
    if (depth > limits.expressionDepth)
      throw bad('an expression is nested too deeply', `stay below ${limits.expressionDepth} levels`)
    if (typeof e === 'number') {
      if (!Number.isSafeInteger(e)) throw bad(`${e} is not a whole number`, 'use whole numbers')
    } else if (typeof e === 'string') {
      if (!this.#variables.has(e)) throw this.#unknown('unknown-name', 'variable', e, this.#variables.keys(), site)
      if (this.#variables.get(e) !== undefined)
        throw bad(`'${e}' is an array`, `read an element: ["at", "${e}", index]`)
    } else if ('holds' in e) {
      const primitive = this.#objects.get(e.holds)
      if (primitive === undefined) throw this.#unknown('unknown-name', 'object', e.holds, this.#objects.keys(), site)
      if (primitive.holds === undefined) throw bad(`a ${primitive.name} cannot be held`, 'ask for one of its fields')
      if (who === 'observer') throw bad('an invariant is nobody who could hold something', 'assert it in a process')
    } else if ('field' in e) {
      const primitive = this.#objects.get(e.of)
      if (primitive === undefined) throw this.#unknown('unknown-name', 'object', e.of, this.#objects.keys(), site)
      const shared = Object.keys(primitive.fields).filter((name) => primitive.fields[name]!.per === undefined)
      if (!shared.includes(e.field))
        throw this.#unknown('unknown-name', `shared field of ${primitive.name}`, e.field, shared, site)
    } else if ('process' in e) {
      const body = this.#processes.get(e.process)
      if (!this.#processes.has(e.process))
        throw this.#unknown('unknown-name', 'process', e.process, this.#processes.keys(), site)
      const names = body?.locations.map((location) => location.name) ?? []
      if (e.in.length === 0) throw bad('a location test names no location', 'name at least one')
      for (const name of e.in)
        if (!names.includes(name))
          throw this.#unknown('unknown-name', `location of process '${e.process}'`, name, names, site)
    } else this.#application(e as readonly [string, ...ModelExpr[]], site, who, depth)
  }

  #application(
    e: readonly [string, ...ModelExpr[]],
    site: Site | undefined,
    who: 'process' | 'observer',
    depth: number,
  ): void {
    const [op, ...operands] = e
    if (op === 'at') {
      const [array, index] = operands
      if (typeof array !== 'string' || this.#variables.get(array) === undefined)
        throw this.#error('wrong-expression', `'at' needs the name of an array`, site, 'write ["at", array, index]')
      return this.#expression(index ?? Number.NaN, site, who, depth + 1)
    }
    const arity = Object.hasOwn(operators, op) ? operators[op as keyof typeof operators] : undefined
    if (arity === undefined && op !== 'and' && op !== 'or')
      throw this.#unknown(
        'wrong-expression',
        'operator',
        String(op),
        ['and', 'or', 'at', ...Object.keys(operators)],
        site,
      )
    if (arity !== undefined && operands.length !== arity)
      throw this.#error('wrong-expression', `'${op}' has ${operands.length} operands`, site, `give ${arity}`)
    for (const x of operands) this.#expression(x, site, who, depth + 1)
  }

  #process({ name, body, context, handler, site }: Model['processes'][number]): void {
    const found = this.#bodies.get(body)
    if (found === undefined) throw this.#unknown('unknown-name', 'body', body, this.#bodies.keys(), site)
    const process = { name, body, ...(context !== undefined && { context }) }
    if (!isHandler(process)) {
      if (handler !== undefined)
        throw this.#error(
          'wrong-control-flow',
          `process '${name}' has a handler but runs in ${context ?? 'task'} context`,
          site,
          'make its context hardirq or softirq',
        )
      return
    }
    this.#returns(found, `handler '${name}'`, site)
    for (const target of handler?.on ?? []) {
      const on = this.#model.processes.find((p) => p.name === target)
      if (on === undefined || target === name)
        throw this.#unknown('unknown-name', 'process', target, this.#processes.keys(), site)
      if (!canBeInterrupted(on, process))
        throw this.#error(
          'wrong-argument',
          `a ${context} handler cannot run on top of '${target}' (${on.context})`,
          site,
          'name tasks, workers, or softirqs under a hardirq',
        )
    }
    if (handler?.when !== undefined) this.#expression(handler.when, site, 'process')
    this.#assignments(handler?.set ?? [], site)
  }

  #hook(hook: NonNullable<Model['hooks']>[number]): void {
    const body = this.#bodies.get(hook.body)
    if (body === undefined) throw this.#unknown('unknown-name', 'body', hook.body, this.#bodies.keys(), undefined)
    this.#returns(body, `hooked body '${hook.body}'`, undefined)
    if (hook.when !== undefined) this.#expression(hook.when, undefined, 'process')
    const events = new Set(this.#registry.names.flatMap((name) => Object.keys(this.#registry.get(name)!.hooks ?? {})))
    if (!events.has(hook.on)) throw this.#unknown('unknown-name', 'hook', hook.on, events, undefined)
    if (hook.object === undefined) return
    const primitive = this.#objects.get(hook.object)
    if (primitive === undefined)
      throw this.#unknown('unknown-name', 'object', hook.object, this.#objects.keys(), undefined)
    const declared = primitive.hooks?.[hook.on]
    if (declared === undefined)
      throw this.#unknown(
        'unknown-name',
        `hook of ${primitive.name}`,
        hook.on,
        Object.keys(primitive.hooks ?? {}),
        undefined,
      )
    const object = this.#model.objects!.find((o) => o.name === hook.object)!
    if (declared.under !== undefined && object.refs?.[declared.under] === undefined)
      throw this.#error(
        'wrong-argument',
        `'${hook.object}' has a ${hook.on} but no ref '${declared.under}' under which it runs`,
        object.site,
        `add refs: { ${declared.under}: ... }`,
      )
  }

  /** A body that returns to somebody must not come to rest on the way. */
  #returns(body: Body, what: string, site: Site | undefined): void {
    const leaving = new Set(body.steps.map((step) => step.at))
    const stuck = body.locations.find((location) => location.rest === true && leaving.has(location.name))
    if (stuck !== undefined)
      throw this.#error(
        'wrong-control-flow',
        `${what} rests at '${stuck.name}' and goes on from there`,
        site,
        'only the end of such a body may be a resting location',
      )
    if (!body.locations.some((location) => location.rest === true))
      throw this.#error('wrong-control-flow', `${what} never returns`, site, 'mark its last location with rest: true')
  }

  #group({ name, copies }: NonNullable<Model['groups']>[number]): void {
    for (const copy of copies) {
      for (const process of copy.processes)
        if (!this.#processes.has(process))
          throw this.#unknown('unknown-name', 'process', process, this.#processes.keys(), undefined)
      for (const object of copy.objects)
        if (!this.#objects.has(object))
          throw this.#unknown('unknown-name', 'object', object, this.#objects.keys(), undefined)
      for (const variable of copy.variables)
        if (!this.#variables.has(variable))
          throw this.#unknown('unknown-name', 'variable', variable, this.#variables.keys(), undefined)
      const first = copies[0]!
      if ((['processes', 'objects', 'variables'] as const).some((list) => copy[list].length !== first[list].length))
        throw this.#error(
          'wrong-argument',
          `the copies of group '${name}' differ in size`,
          undefined,
          'list corresponding members in the same order',
        )
    }
  }

  #isOf(name: string, kind: string, what: string, site: Site | undefined): void {
    const primitive = this.#objects.get(name)
    if (primitive === undefined) throw this.#unknown('unknown-name', 'object', name, this.#objects.keys(), site)
    if (primitive.name !== kind)
      throw this.#error('wrong-argument', `${what} is '${name}', a ${primitive.name}`, site, `name a ${kind}`)
  }

  #unknown(
    code: ErrorCode,
    what: string,
    name: string,
    known: Iterable<string>,
    site: Site | undefined,
  ): FencecheckError {
    const names = [...known]
    const meant = nearest(name, names)
    const fix =
      meant !== undefined
        ? `did you mean '${meant}'?`
        : names.length === 0
          ? 'there is none'
          : `known: ${names.slice(0, 12).join(', ')}`
    return this.#error(code, `there is no ${what} called '${name}'`, site, fix)
  }

  #error(code: ErrorCode, message: string, site: Site | undefined, fix: string): FencecheckError {
    return new FencecheckError(code, `model '${this.#model.id}': ${message}`, { site, fix })
  }
}

const plural = (what: string): string =>
  what.endsWith('y') ? `${what.slice(0, -1)}ies` : what.endsWith('s') ? `${what}es` : `${what}s`
