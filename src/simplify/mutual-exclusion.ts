// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, evaluator, isLocationTest, isVarRead, type Reader } from '#system/expression'
import { readsOf, writesOf } from '#system/footprint'
import { movesOf } from '#system/moves'
import type { Expr, LocationId, ProcessId, System, Transition, TransitionId, VarId } from '#system/system'
import { touching, type FootprintIndex } from '#system/footprint-index'
import type { ControlFlow } from './control-flow.ts'

/** The values of a lock's variables, by variable. */
export type LockValues = ReadonlyMap<VarId, number>

/**
 * An object that is a lock by what is done to it, whatever it is called: its variables have their start values while
 * no process is *inside*, and values of its own for each process that is. Nobody comes in while somebody is inside.
 */
export interface Lock {
  readonly object: string
  readonly variables: ReadonlySet<VarId>
  readonly free: LockValues
  readonly heldBy: ReadonlyMap<ProcessId, LockValues>
  /** By process: locations at which it is inside. */
  readonly inside: readonly ReadonlySet<LocationId>[]
  /** Transitions that come in. */
  readonly acquires: ReadonlySet<TransitionId>
  /** Transitions that leave. */
  readonly releases: ReadonlySet<TransitionId>
  /** Taken only while the lock is held, to a location from which there is no way but to acquire it. */
  readonly waits: ReadonlySet<TransitionId>
  /** Transitions of processes outside that look at the lock in any other way. */
  readonly tests: readonly TransitionId[]
  /** Whether what a transition asks of the lock holds while the process is inside. */
  possibleInside(process: ProcessId, transition: Transition): boolean
}

/** The lock that an object is; undefined if it is none, or more than that. */
export function lockOf(system: System, object: string, leaving: ControlFlow, index: FootprintIndex): Lock | undefined {
  const variables = new Set([...system.variables.keys()].filter((v) => system.variables[v]!.object === object))
  const looks = (e: Expr): boolean => !readsOf(e).isDisjointFrom(variables)
  if (system.debts.some(({ owed }) => looks(owed))) return undefined
  if (system.processes.some(({ suspended }) => suspended.some(({ when }) => looks(when)))) return undefined
  const free = new Map([...variables].map((v) => [v, system.variables[v]!.init]))
  const heldFree = (e: Expr): boolean => !isAbout(e, variables) || evaluator(e, reader)(free) !== 0
  if (system.holds.some((hold) => looks(hold.when) && (hold.object !== object || heldFree(hold.when)))) return undefined
  const walk = new Walk(system, variables, free)
  for (const process of touching(system, index, variables))
    if (!walk.follow(process, leaving[process]!)) return undefined
  if (walk.acquires.size === 0) return undefined
  // Whoever is inside itself is at no location where it could come in.
  for (const [process, held] of walk.heldBy)
    for (const t of [...walk.acquires].map((id) => system.transitions[id]!))
      if (t.process !== process && walk.allows(t, held)) return undefined
  const { heldBy, inside, acquires, releases } = walk
  const leadsIn = (id: TransitionId): boolean => onlyToAcquire(system, id, walk)
  const waits = new Set([...walk.looks].filter(leadsIn))
  return {
    object,
    variables,
    free,
    heldBy,
    inside,
    acquires,
    releases,
    waits,
    tests: [...walk.looks].filter((id) => !waits.has(id)),
    possibleInside: (process, transition) => walk.allows(transition, heldBy.get(process)!),
  }
}

/** Whether a condition looks at these variables and at nothing else. */
export function isAbout(e: Expr, variables: ReadonlySet<VarId>): boolean {
  let only = true
  eachLeaf(e, (leaf) => {
    only &&= isVarRead(leaf) ? variables.has(leaf.v) : !isLocationTest(leaf)
  })
  return only
}

/** The conjuncts of a guard that look at more than the lock. */
export const besides = (guard: readonly Expr[], variables: ReadonlySet<VarId>): readonly Expr[] =>
  guard.filter((g) => !isAbout(g, variables))

const reader: Reader<LockValues> = { value: (values, v) => values.get(v)!, location: () => 0 }

/** Walks control graphs and notes at which locations each process is inside. */
class Walk {
  readonly heldBy = new Map<ProcessId, LockValues>()
  readonly inside: Set<LocationId>[]
  readonly acquires = new Set<TransitionId>()
  readonly releases = new Set<TransitionId>()
  /** Transitions that look at the lock from outside. */
  readonly looks = new Set<TransitionId>()
  readonly #system: System
  readonly #variables: ReadonlySet<VarId>
  readonly free: LockValues

  constructor(system: System, variables: ReadonlySet<VarId>, free: LockValues) {
    this.#system = system
    this.#variables = variables
    this.free = free
    this.inside = system.processes.map(() => new Set())
  }

  /** Whether the conjuncts about the lock hold for these values of it. */
  allows({ guard }: Transition, values: LockValues): boolean {
    return guard.every((g) => !isAbout(g, this.#variables) || evaluator(g, reader)(values) !== 0)
  }

  /** False if the process does something to the object that is not done to a lock. */
  follow(process: ProcessId, leaving: ControlFlow[number]): boolean {
    const outside = new Set<LocationId>()
    const work: { readonly at: LocationId; readonly isInside: boolean }[] = []
    const reach = (at: LocationId, isInside: boolean): boolean => {
      const [same, other] = isInside ? [this.inside[process]!, outside] : [outside, this.inside[process]!]
      if (other.has(at)) return false
      if (!same.has(at)) work.push({ at, isInside })
      same.add(at)
      return true
    }
    reach(this.#system.processes[process]!.init, false)
    for (let next = work.pop(); next !== undefined; next = work.pop())
      for (const { id, to } of leaving[next.at]!) {
        const then = next.isInside ? this.#fromInside(id, process) : this.#fromOutside(id, process)
        if (then === undefined || (then !== 'never' && !reach(to, then === 'inside'))) return false
      }
    return true
  }

  /** Whether it looks at the lock in conjuncts of its own, and not in what it assigns. */
  onlyAsks({ guard, effect }: Transition): boolean {
    return !this.#looksAtLock({ guard: guard.filter((g) => !isAbout(g, this.#variables)), effect })
  }

  #fromOutside(id: TransitionId, process: ProcessId): 'inside' | 'outside' | undefined {
    const t = this.#system.transitions[id]!
    if (this.#writes(t)) {
      const after = this.#after(t, this.free)
      if (after === undefined || t.joint !== undefined || t.fault !== undefined) return undefined
      if (!this.allows(t, this.free) || this.#same(after, this.free)) return undefined
      if (t.guard.some((g) => this.#reads(g) && !isAbout(g, this.#variables))) return undefined
      const known = this.heldBy.get(process) ?? after
      if (!this.#same(known, after)) return undefined
      this.heldBy.set(process, known)
      this.acquires.add(id)
      return 'inside'
    }
    if (this.#looksAtLock(t)) this.looks.add(id)
    return 'outside'
  }

  #fromInside(id: TransitionId, process: ProcessId): 'inside' | 'outside' | 'never' | undefined {
    const t = this.#system.transitions[id]!
    const held = this.heldBy.get(process)!
    if (!this.allows(t, held)) return 'never'
    if (!this.#writes(t)) return 'inside'
    const after = this.#after(t, held)
    if (after === undefined || !this.#same(after, this.free)) return undefined
    this.releases.add(id)
    return 'outside'
  }

  #writes({ effect }: Transition): boolean {
    return effect.some((assign) => writesOf(assign).some((v) => this.#variables.has(v)))
  }

  #reads(e: Expr): boolean {
    return !readsOf(e).isDisjointFrom(this.#variables)
  }

  #looksAtLock({ guard, effect }: Pick<Transition, 'guard' | 'effect'>): boolean {
    return (
      guard.some((g) => this.#reads(g)) ||
      effect.some(({ to, value }) => this.#reads(value) || (typeof to !== 'number' && this.#reads(to[1])))
    )
  }

  /** The lock after a transition; undefined if that depends on anything but the lock. */
  #after({ effect }: Transition, before: LockValues): LockValues | undefined {
    const after = new Map(before)
    for (const assign of effect) {
      const { to, value } = assign
      if (!writesOf(assign).some((v) => this.#variables.has(v))) continue
      if (typeof to !== 'number' || !isAbout(value, this.#variables)) return undefined
      after.set(to, evaluator(value, reader)(before))
    }
    return after
  }

  #same(a: LockValues, b: LockValues): boolean {
    return [...a].every(([v, value]) => b.get(v) === value)
  }
}

/** A wait: impossible while the lock is free, and all that comes after it is to acquire the lock. */
function onlyToAcquire(system: System, id: TransitionId, walk: Walk): boolean {
  const t = system.transitions[id]!
  const plain = [t.fault, t.tag, t.retry, t.joint].every((special) => special === undefined)
  if (!plain || walk.allows(t, walk.free) || t.from === t.to || !walk.onlyAsks(t)) return false
  const { locations, init } = system.processes[t.process]!
  if (t.to === init || locations[t.to]!.rest) return false
  return system.transitions.every((other, o) => {
    if (other.guard.includes(0)) return true
    return movesOf(other).every(
      (move) =>
        move.process !== t.process ||
        ((move.from !== t.to || walk.acquires.has(o)) && (move.to !== t.to || walk.looks.has(o))),
    )
  })
}
