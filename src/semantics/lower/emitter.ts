// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import { FencecheckError } from '#base/errors'
import { elided } from '#base/text'
import { limits } from '#ir/limits'
import { and, conjuncts, fold, not } from '#system/expression'
import { interval, learn } from '#system/interval'
import type {
  Assign,
  Expr,
  Fault,
  LocationId,
  Move,
  Origin,
  OriginId,
  ProcessId,
  Tag,
  Transition,
} from '#system/system'
import { defined, inRange } from './domain.ts'
import type { Locations } from './locations.ts'
import type { Variables } from './variables.ts'

/** A step before it is made safe: what happens if everything in it has a value and stays in range. */
export interface Draft extends Move {
  readonly joint?: Transition['joint']
  readonly guard: readonly Expr[]
  readonly effect: readonly Assign[]
  readonly tag?: Tag | undefined
  readonly retry?: boolean | undefined
  readonly exit: string
  readonly label: string
  readonly origin: OriginId
}

/** Where a fault is reported: by which process, at which location, as part of which step. */
export interface FaultSite {
  readonly process: ProcessId
  readonly from: LocationId
  /** Who has to be where for the step to be taken. They stay there. */
  readonly joint?: Transition['joint']
  readonly label: string
  readonly origin: OriginId
}

/**
 * Collects transitions. Whatever could leave a range or have no value becomes an explicit fault transition, and its
 * complement a conjunct of the normal one: so reduction and SPIN see it too, and evaluation never fails.
 */
export class Emitter {
  readonly origins: Origin[] = []
  readonly variables: Variables
  readonly locations: Locations
  /** By process, in the order of the processes. */
  readonly byProcess: readonly Transition[][]
  readonly faultAt: readonly LocationId[]
  readonly #labels: readonly Map<string, number>[]
  #size = 0

  constructor(variables: Variables, locations: Locations, processes: readonly { readonly name: string }[]) {
    this.variables = variables
    this.locations = locations
    this.byProcess = processes.map(() => [])
    this.#labels = processes.map(() => new Map())
    this.faultAt = processes.map((_, i) => locations.add(i, 'FAULT', false))
  }

  origin(origin: Origin): OriginId {
    return this.origins.push(origin) - 1
  }

  /** Emits the step and, where they are possible, its faults. */
  emit(draft: Draft): void {
    if (draft.guard.includes(0)) return
    const { list } = this.variables
    this.#refuseDoubleWrite(draft)
    const guard = draft.guard.filter((g) => typeof g !== 'number')
    for (const g of guard) interval(g, list)
    const known = learn(guard, list)
    const guardDefined = conjuncts(defined(fold(['and', ...guard]), list))
    if (guardDefined.length > 0)
      this.fault(draft, [not(and(...guardDefined))], { kind: 'range', code: 'undefined-value', detail: 'the guard' })
    const ready = [...guardDefined, ...guard]
    const effectDefined = conjuncts(and(...draft.effect.map((assign) => this.#effectDefined(assign, known))))
    if (effectDefined.length > 0)
      this.fault(draft, [...ready, not(and(...effectDefined))], {
        kind: 'range',
        code: 'undefined-value',
        detail: 'an assignment',
      })
    const stays: Expr[] = []
    for (const assign of draft.effect) {
      const condition = this.#staysInRange(assign, known)
      if (condition === 1) continue
      stays.push(...conjuncts(condition))
      this.fault(draft, [...ready, ...effectDefined, not(condition)], this.#rangeFault(assign))
    }
    const apart = conjuncts(distinctTargets(draft.effect))
    if (apart.length > 0)
      this.fault(draft, [...ready, ...effectDefined, not(and(...apart))], { kind: 'range', code: 'double-write' })
    const { tag, retry, joint, ...rest } = draft
    this.#add({
      ...rest,
      guard: [...ready, ...effectDefined, ...stays, ...apart],
      ...(joint !== undefined && { joint }),
      ...(tag !== undefined && { tag }),
      ...(retry === true && { retry }),
    })
  }

  /** Emits a fault transition: under this guard the process reports the fault and stops. */
  fault(at: FaultSite, guard: readonly Expr[], fault: Fault): void {
    if (guard.includes(0)) return
    const { process, from, origin } = at
    const to = this.faultAt[process]
    invariant(to !== undefined, 'each process has a fault location')
    this.#add({
      process,
      from,
      to,
      ...(at.joint && { joint: at.joint.map((move) => ({ ...move, to: move.from })) }),
      guard: guard.flatMap(conjuncts),
      effect: [],
      fault: fault.detail === undefined ? fault : { ...fault, detail: elided(fault.detail) },
      exit: 'fault',
      label: `${elided(at.label)} !! ${fault.code}`,
      origin,
    })
  }

  /** The conditions under which an expression has a value, none if it always has. */
  hasValue(e: Expr): readonly Expr[] {
    interval(e, this.variables.list)
    return conjuncts(defined(e, this.variables.list))
  }

  #add(transition: Transition): void {
    const labels = this.#labels[transition.process]!
    const label = elided(transition.label)
    const key = `${transition.from} ${label}`
    const seen = (labels.get(key) ?? 0) + 1
    labels.set(key, seen)
    this.byProcess[transition.process]!.push({ ...transition, label: seen === 1 ? label : `${label} #${seen}` })
    if (++this.#size > limits.transitions)
      throw new FencecheckError('too-large', `the model has more than ${limits.transitions} transitions once lowered`, {
        fix: 'use smaller parameters or fewer processes',
      })
  }

  #refuseDoubleWrite({ effect, origin }: Draft): void {
    const plain = effect.flatMap(({ to }) => (typeof to === 'number' ? [to] : []))
    const twice = plain.find((v, i) => plain.indexOf(v) !== i)
    if (twice === undefined) return
    const name = this.variables.list[twice]!.name
    throw new FencecheckError('wrong-expression', `one step assigns to '${name}' twice`, {
      site: this.origins[origin]!.site,
      fix: 'all assignments of a step happen at once: keep one of them, or make two steps',
    })
  }

  #effectDefined({ to, value }: Assign, known: ReturnType<typeof learn>): Expr {
    const { list } = this.variables
    if (typeof to === 'number') return defined(value, list, known)
    const [, index, ...elements] = to
    return and(
      defined(value, list, known),
      defined(index, list, known),
      inRange(index, 0, elements.length - 1, list, known),
    )
  }

  #staysInRange({ to, value }: Assign, known: ReturnType<typeof learn>): Expr {
    const { list } = this.variables
    const target = list[typeof to === 'number' ? to : to[2]!]!
    interval(value, list)
    return inRange(value, target.min, target.max, list, known)
  }

  /** Leaving the range of a declared variable is the model's fault; an internal bound is only ours. */
  #rangeFault({ to }: Assign): Fault {
    const target = this.variables.list[typeof to === 'number' ? to : to[2]!]!
    return { kind: target.object === undefined ? 'range' : 'bound', code: 'out-of-range', detail: target.name }
  }
}

/** The condition that no two assignments of a step write the same array element. */
function distinctTargets(effect: readonly Assign[]): Expr {
  const indexed = effect.flatMap(({ to }) => (typeof to === 'number' ? [] : [to]))
  const clashes = indexed.flatMap((a, i) => [
    ...indexed.slice(i + 1).flatMap((b) => (a[2] === b[2] ? [fold(['!=', a[1], b[1]])] : [])),
    ...effect.flatMap(({ to }) => {
      const element = typeof to === 'number' ? a.slice(2).indexOf(to) : -1
      return element < 0 ? [] : [fold(['!=', a[1], element])]
    }),
  ])
  return and(...clashes)
}
