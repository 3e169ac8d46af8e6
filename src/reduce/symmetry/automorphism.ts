// SPDX-License-Identifier: Apache-2.0
import type { Origin, Process, ProcessId, System, TransitionId, VarId } from '#system/system'
import { canonicalExpr, canonicalGuard, canonicalTransition, unchanged, type Renaming } from './canonical.ts'

/** What exchanging two copies makes of the transitions and debts of a system that stays the same under it. */
export interface Automorphism {
  readonly transitions: Int32Array
  readonly debts: Int32Array
}

/** What tells two copies apart. */
export class ToldApart extends Error {}

export interface Copy {
  readonly processes: readonly ProcessId[]
  readonly variables: readonly VarId[]
}

/**
 * Shows that a system stays the same when two copies change places, by finding for everything that a search fires or a
 * property looks at what stands in its place afterwards. Names need not agree, but must be exchanged consistently: what
 * is one object, one origin or one step before, is one after.
 * @throws ToldApart with a reason if something has no counterpart.
 */
export function exchange(system: System, one: Copy, other: Copy): Automorphism {
  const { processes, variables, transitions, holds, debts, origins } = system
  const processOf = exchanged(one.processes, other.processes)
  const variableOf = exchanged(one.variables, other.variables)
  const renaming = {
    process: (p: ProcessId): ProcessId => processOf.get(p) ?? p,
    variable: (v: VarId): VarId => variableOf.get(v) ?? v,
    variables,
  }
  const plain = unchanged(variables)
  const objects = new Pairing<string>((a, b) => `'${a}' and '${b}' do not play corresponding parts`)
  const originPairs = new Pairing<number>(
    (a) => `${stepText(origins[a]!)} is one step on one side and two on the other`,
  )
  const steps = new Pairing<string>((a, b) => `the steps '${a}' and '${b}' do not correspond`)
  const bodies = new Pairing<string>((a, b) => `'${a}' and '${b}' do not play corresponding parts`)

  for (const [p, process] of processes.entries()) correspond(process, processes[renaming.process(p)]!, renaming, plain)
  for (const [v, variable] of variables.entries()) {
    const image = variables[renaming.variable(v)]!
    if (variable.min !== image.min || variable.max !== image.max || variable.init !== image.init)
      throw new ToldApart(`'${variable.name}' and '${image.name}' differ in range or start value`)
    const owner = variable.owner === undefined ? undefined : renaming.process(variable.owner)
    if (owner !== image.owner || (variable.object === undefined) !== (image.object === undefined))
      throw new ToldApart(`'${variable.name}' and '${image.name}' do not play corresponding parts`)
    if (variable.object !== undefined) objects.add(variable.object, image.object!)
  }

  const transitionOf = matched(
    transitions,
    (t) => canonicalTransition(t, renaming),
    (t) => canonicalTransition(t, plain),
    ({ process, label }) => `'${processes[process]!.name}' has a step '${label}' with no counterpart`,
  )
  for (const [id, image] of transitionOf.entries()) {
    const [here, there] = [transitions[id]!, transitions[image]!]
    originPairs.add(here.origin, there.origin)
    for (const move of here.joint ?? []) {
      const at = there.joint!.find((m) => m.process === renaming.process(move.process))!
      originPairs.add(move.origin, at.origin)
    }
  }
  for (const [a, b] of originPairs) {
    const [here, there] = [origins[a]!, origins[b]!]
    if (sameKind(here) !== sameKind(there)) throw new ToldApart(`${stepText(here)} and ${stepText(there)} differ`)
    steps.add(here.step, there.step)
    objects.add(here.on, there.on)
    for (const [i, { object, body }] of here.frames.entries()) {
      objects.add(object, there.frames[i]!.object)
      bodies.add(body, there.frames[i]!.body)
    }
  }

  const holdOf = matched(
    holds,
    (h) => [renaming.process(h.process), h.mode, h.queued === true, canonicalExpr(h.when, renaming)].join(' '),
    (h) => [h.process, h.mode, h.queued === true, canonicalExpr(h.when, plain)].join(' '),
    ({ process, object }) => `'${processes[process]!.name}' may hold '${object}' as nobody else does`,
    (hold, image) => objects.fits(hold.object, image.object),
  )
  for (const [h, image] of holdOf.entries()) objects.add(holds[h]!.object, holds[image]!.object)

  const ids = (list: Iterable<TransitionId>): string => [...list].sort((a, b) => a - b).join(' ')
  const debtOf = matched(
    debts,
    (d) => [d.primitive, canonicalExpr(d.owed, renaming), ids(d.paidBy.map((id) => transitionOf[id]!))].join(' '),
    (d) => [d.primitive, canonicalExpr(d.owed, plain), ids(d.paidBy)].join(' '),
    ({ object }) => `'${object}' is owed and paid as nothing else is`,
    (debt, image) => objects.fits(debt.object, image.object),
  )
  for (const [d, image] of debtOf.entries()) objects.add(debts[d]!.object, debts[image]!.object)
  return { transitions: transitionOf, debts: debtOf }
}

/** What two lists become of each other. */
function exchanged(one: readonly number[], other: readonly number[]): ReadonlyMap<number, number> {
  if (one.length !== other.length) throw new ToldApart('they differ in size')
  return new Map(one.flatMap((a, i) => [[a, other[i]!] as const, [other[i]!, a] as const]))
}

function correspond(process: Process, image: Process, renaming: Renaming, plain: Renaming): void {
  const shape = ({ context, init, faultAt, locations }: Process): string =>
    JSON.stringify([context, init, faultAt, locations.map(({ rest, restAhead }) => [rest, restAhead === true])])
  if (shape(process) !== shape(image))
    throw new ToldApart(`'${process.name}' and '${image.name}' differ in context or control graph`)
  const handlers = ({ suspended }: Process, r: Renaming): string =>
    suspended
      .map(({ by, when }) => `${r.process(by)} ${canonicalGuard([when], r)}`)
      .sort()
      .join(' ')
  if (handlers(process, renaming) !== handlers(image, plain))
    throw new ToldApart(`'${process.name}' and '${image.name}' are interrupted by different handlers`)
}

/** For each element the one that its text, renamed, belongs to; of several the first that is left and fits. */
function matched<T>(
  list: readonly T[],
  renamed: (element: T) => string,
  plain: (element: T) => string,
  lonely: (element: T) => string,
  fits: (element: T, image: T) => boolean = () => true,
): Int32Array {
  const free = new Map<string, number[]>()
  for (const [i, element] of list.entries()) {
    const text = plain(element)
    const same = free.get(text)
    if (same === undefined) free.set(text, [i])
    else same.push(i)
  }
  return Int32Array.from(list, (element) => {
    const left = free.get(renamed(element)) ?? []
    const at = left.findIndex((image) => fits(element, list[image]!))
    if (at === -1) throw new ToldApart(lonely(element))
    return left.splice(at, 1)[0]!
  })
}

/** Names that are exchanged: each for one other, and no two for the same. */
class Pairing<T> {
  readonly #to = new Map<T, T>()
  readonly #from = new Map<T, T>()
  readonly #broken: (a: T, b: T) => string

  constructor(broken: (a: T, b: T) => string) {
    this.#broken = broken
  }

  fits(a: T, b: T): boolean {
    return (this.#to.get(a) ?? b) === b && (this.#from.get(b) ?? a) === a
  }

  add(a: T, b: T): void {
    if (!this.fits(a, b)) throw new ToldApart(this.#broken(a, b))
    this.#to.set(a, b)
    this.#from.set(b, a)
  }

  [Symbol.iterator](): Iterator<[T, T]> {
    return this.#to.entries()
  }
}

const sameKind = ({ op, primitive, waits, frames, on }: Origin): string =>
  JSON.stringify([op, primitive, waits ?? '', on === '', frames.map(({ hook }) => hook)])

const stepText = ({ op, on }: Origin): string => `'${on === '' ? op : `${op} ${on}`}'`
