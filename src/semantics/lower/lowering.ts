// SPDX-License-Identifier: Apache-2.0
import { present } from '#base/assert'
import type { Body, GuardStep, Hook, Model, Step } from '#ir/model'
import { isAssert, isCall } from '#ir/model'
import { conjuncts, not } from '#system/expression'
import type { Frame, LocationId, ProcessId } from '#system/system'
import type { Entry } from '../primitive.ts'
import { heldInside } from '../allocation.ts'
import { lowerCall, type Caller } from './call.ts'
import type { Emitter } from './emitter.ts'
import { groundAssigns, groundExpr, type Place } from './expressions.ts'
import { scopeOf } from './ground.ts'
import { lockdepEvents } from './lockdep-events.ts'
import type { Rendezvous } from './rendezvous.ts'
import { showExpr } from './show.ts'

/** Lowers bodies into the control graph of one process. */
export class Lowering implements Caller {
  readonly model: Model
  readonly emitter: Emitter
  readonly me: ProcessId
  /** The hooked bodies that are being inlined, outermost first. */
  readonly frames: readonly Frame[]
  readonly #rendezvous: Rendezvous
  readonly #bodies: ReadonlyMap<string, Body>

  constructor(model: Model, emitter: Emitter, rendezvous: Rendezvous, me: ProcessId, frames: readonly Frame[] = []) {
    this.model = model
    this.emitter = emitter
    this.me = me
    this.frames = frames
    this.#rendezvous = rendezvous
    this.#bodies = new Map(model.bodies.map((body) => [body.name, body]))
  }

  get getsSignals(): boolean {
    return (this.model.processes[this.me]?.context ?? 'task') === 'task'
  }

  get #place(): Place {
    return { variables: this.emitter.variables, locations: this.emitter.locations, me: this.me }
  }

  nameOf(location: LocationId): string {
    return present(this.emitter.locations.of(this.me)[location]).name
  }

  /** A location inside a body; at top level it counts as being at the body's location `within`. */
  addLocation(name: string, within: string, rest = false): LocationId {
    return this.emitter.locations.add(this.me, name, rest, this.frames.length === 0 ? within : undefined)
  }

  /**
   * Writes out a body and returns where it begins. With `returnTo` its resting locations are that one: the end of a
   * body that runs inside another, or of a handler.
   */
  body(name: string, returnTo?: LocationId): LocationId {
    const body = present(this.#bodies.get(name), `body ${name}`)
    const prefix = this.frames.length === 0 ? '' : `${this.frames.map((frame) => frame.body).join(' > ')} > `
    const ids = new Map<string, LocationId>()
    for (const location of body.locations) {
      const rest = location.rest === true
      const id =
        rest && returnTo !== undefined ? returnTo : this.addLocation(`${prefix}${location.name}`, location.name, rest)
      ids.set(location.name, id)
    }
    const at = (location: string): LocationId => present(ids.get(location), `location ${location}`)
    for (const [i, step] of body.steps.entries()) this.#step(step, `${name}#${i}`, at)
    return at(body.initial)
  }

  enterHooks(entry: Entry, object: string, after: LocationId): LocationId {
    const hooks = (this.model.hooks ?? []).filter((h) => (h.object ?? object) === object)
    if ('each' in entry) {
      const { each, as = each, nests = Infinity } = entry
      if (this.frames.filter((frame) => frame.hook === as).length >= nests) return after
      return hooks
        .filter((h) => h.on === each)
        .reduceRight((next, hook) => this.#enter(hook, object, next, as, nests), after)
    }
    const possible = hooks.filter((h) => entry.oneOf.includes(h.on))
    if (possible.length === 0 || this.frames.some((frame) => entry.notInside.includes(frame.hook))) return after
    const choice = this.addLocation(`${possible[0]!.on} ?`, '')
    const origin = this.emitter.origin({
      op: possible[0]!.on,
      on: '',
      primitive: '',
      step: `enter ${object}`,
      frames: this.frames,
      enters: true,
    })
    const base = { process: this.me, from: choice, guard: [], effect: [], origin }
    this.emitter.emit({ ...base, to: after, exit: 'none', label: `no ${entry.oneOf.join(', no ')}` })
    for (const hook of possible) {
      const to = this.#enter(hook, object, after, entry.as)
      this.emitter.emit({ ...base, to, exit: hook.body, label: `${hook.on} ${hook.body}` })
    }
    return choice
  }

  /** Where one hooked body begins, which returns to `next`; with a condition, where that is asked. */
  #enter(hook: Hook, object: string, next: LocationId, as = hook.on, nests = Infinity): LocationId {
    const { variables } = this.emitter
    const held = lockdepEvents(heldInside[as], scopeOf(variables, object, this.me), variables, this.frames)
    const frame: Frame = { hook: as, object, body: hook.body, ...(held.length > 0 && { lockdep: held }) }
    const name = `${hook.on} ${hook.body}`
    const origin = {
      op: hook.on,
      on: object,
      primitive: '',
      step: `${name} ${object}`,
      frames: this.frames,
      enters: true as const,
    }
    const again = this.frames.some((f) => f.body === hook.body && f.object === object && f.hook === as)
    if (again && nests === Infinity) {
      const entry = this.addLocation(`${name} again`, '')
      const from = { process: this.me, from: entry, label: name, origin: this.emitter.origin(origin) }
      this.emitter.fault(from, [], { kind: 'bound', code: 'hook-recursion', detail: hook.body })
      return entry
    }
    const inner = new Lowering(this.model, this.emitter, this.#rendezvous, this.me, [...this.frames, frame])
    const start = inner.body(hook.body, next)
    if (hook.when === undefined) return start
    const entry = this.addLocation(`${name} ?`, '')
    const condition = groundExpr(hook.when, this.#place)
    const base = { process: this.me, from: entry, effect: [], origin: this.emitter.origin(origin) }
    this.emitter.emit({ ...base, to: start, guard: conjuncts(condition), exit: 'runs', label: `${name} runs` })
    this.emitter.emit({
      ...base,
      to: next,
      guard: conjuncts(not(condition)),
      exit: 'skipped',
      label: `${name} not added`,
    })
    return entry
  }

  #step(step: Step, stepName: string, at: (location: string) => LocationId): void {
    if (isCall(step)) {
      const exits = Object.fromEntries(Object.entries(step.exits).map(([exit, to]) => [exit, at(to)]))
      return lowerCall(this, { step, from: at(step.at), exits }, stepName)
    }
    const base = { process: this.me, from: at(step.at), to: at(step.to), tag: step.tag }
    const origin = (op: string): number =>
      this.emitter.origin({
        op,
        on: '',
        primitive: '',
        step: stepName,
        ...(step.site !== undefined && { site: step.site }),
        ...(step.kernel !== undefined && { kernel: step.kernel }),
        ...(step.optional === true && { optional: true as const }),
        frames: this.frames,
      })
    if (isAssert(step)) {
      const claim = groundExpr(step.assert, this.#place)
      const text = step.message ?? showExpr(step.assert)
      const label = `assert ${text}`
      const made = origin('assert')
      this.emitter.emit({ ...base, guard: conjuncts(claim), effect: [], exit: 'ok', label, origin: made })
      const fault = { kind: 'assertion', code: 'assertion', detail: text } as const
      return this.emitter.fault({ ...base, label, origin: made }, [...this.emitter.hasValue(claim), not(claim)], fault)
    }
    const draft = {
      ...base,
      guard: step.when === undefined ? [] : conjuncts(groundExpr(step.when, this.#place)),
      effect: groundAssigns(step.set ?? [], this.#place),
      exit: 'ok',
      label: step.label ?? describe(step),
      origin: origin('step'),
    }
    if (step.sync === undefined) this.emitter.emit(draft)
    else this.#rendezvous.offer(step.sync, draft)
  }
}

/** A plain step as text: its guard and its assignments. */
function describe(step: GuardStep): string {
  const guard = step.when === undefined ? [] : [`[${showExpr(step.when)}]`]
  const sets = (step.set ?? []).map(
    ([to, value]) => `${typeof to === 'string' ? to : `${to[1]}[${showExpr(to[2])}]`} := ${showExpr(value)}`,
  )
  const sync = step.sync === undefined ? [] : [`${step.sync.channel}${step.sync.role === 'send' ? '!' : '?'}`]
  return [...guard, ...sync, sets.join(', ')].filter((part) => part !== '').join(' ') || 'step'
}
