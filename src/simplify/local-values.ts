// SPDX-License-Identifier: Apache-2.0
import { eachLeaf, evaluator, isLocationTest, isVarRead, type Reader } from '#system/expression'
import { writesOf } from '#system/footprint'
import type { Expr, LocationId, ProcessId, System, VarId } from '#system/system'
import { controlFlow, type ControlFlow } from './control-flow.ts'

/** Valuations of one process at all its locations beyond which less is computed, and the numbers in them. */
const most = 2 ** 12
const mostNumbers = 2 ** 16
/** Conditions evaluated for one process beyond which less is computed: hundreds of steps at one location, as in a net. */
const mostEvaluated = 2 ** 20
/** Ranges of the variables that are followed: all, only small ones, none. */
const ranges = [Infinity, 8, 0] as const

interface Local {
  readonly at: LocationId
  readonly values: readonly number[]
}

/**
 * What the variables that only one process writes can be worth at each of its locations (collecting semantics, one
 * process at a time): whether it holds a lock there, how deep preemption is off. Found by walking its control graph
 * with everything that others decide taken as possible, so it contains the projection of every reachable state.
 */
export class LocalValues {
  readonly #own: readonly (readonly VarId[])[]
  readonly #places: readonly ReadonlyMap<VarId, number>[]
  readonly #at: readonly (readonly (readonly (readonly number[])[])[])[]

  constructor(system: System) {
    const leaving = controlFlow(system)
    const written = writtenAlone(system)
    const own: (readonly VarId[])[] = []
    const at: (readonly (readonly (readonly number[])[])[])[] = []
    for (const process of system.processes.keys()) {
      let inVain = -1
      for (const range of ranges) {
        const followed = written[process]!.filter((v) => system.variables[v]!.max - system.variables[v]!.min < range)
        if (followed.length === inVain) continue
        inVain = followed.length
        const found = explore(system, process, followed, leaving[process]!)
        if (found === undefined) continue
        own.push(followed)
        at.push(found)
        break
      }
    }
    this.#own = own
    this.#places = own.map(placesOf)
    this.#at = at
  }

  /** The variables of a process whose values are followed. */
  own(process: ProcessId): readonly VarId[] {
    return this.#own[process]!
  }

  /** The values these can have together at a location, in the order of `own`; none if it is never come to. */
  at(process: ProcessId, location: LocationId): readonly (readonly number[])[] {
    return this.#at[process]![location]!
  }

  /**
   * The values of a condition at a location of the process, one for each valuation there; undefined if it looks at
   * anything that is not followed.
   */
  valuesOf(e: Expr, process: ProcessId, location: LocationId): readonly number[] | undefined {
    const own = this.#places[process]!
    if (!looksOnlyAt(e, process, own)) return undefined
    const value = evaluator(e, readerOf(own))
    return this.at(process, location).map((values) => value({ at: location, values }))
  }
}

/** By process: the variables that its transitions alone write, each at a fixed place. */
function writtenAlone(system: System): readonly (readonly VarId[])[] {
  const writers = system.variables.map(() => new Set<ProcessId>())
  for (const { process, effect, joint } of system.transitions)
    for (const assign of effect)
      for (const v of writesOf(assign)) {
        writers[v]!.add(process)
        // An element chosen by an index, or a step of several: nobody's own.
        if (typeof assign.to !== 'number' || joint !== undefined) writers[v]!.add(-1)
      }
  const written = system.processes.map((): VarId[] => [])
  for (const [v, processes] of writers.entries())
    if (processes.size === 1) for (const p of processes) written[p]?.push(v)
  return written
}

function looksOnlyAt(e: Expr, process: ProcessId, own: ReadonlyMap<VarId, number>): boolean {
  let only = true
  eachLeaf(e, (leaf) => {
    if (isVarRead(leaf)) only &&= own.has(leaf.v)
    else if (isLocationTest(leaf)) only &&= leaf.process === process
  })
  return only
}

/** Variables by their place in a valuation. */
const placesOf = (own: readonly VarId[]): ReadonlyMap<VarId, number> => new Map(own.map((v, i) => [v, i]))

const readerOf = (own: ReadonlyMap<VarId, number>): Reader<Local> => ({
  value: ({ values }, v) => values[own.get(v)!]!,
  location: ({ at }) => at,
})

function explore(
  system: System,
  process: ProcessId,
  own: readonly VarId[],
  leaving: ControlFlow[number],
): readonly (readonly (readonly number[])[])[] | undefined {
  const places = placesOf(own)
  const reader = readerOf(places)
  const moves = leaving.map((list) =>
    list.map(({ id, to }) => ({
      to,
      guard: system.transitions[id]!.guard.filter((g) => looksOnlyAt(g, process, places)).map((g) =>
        evaluator(g, reader),
      ),
      effect: system.transitions[id]!.effect.flatMap(({ to: v, value }) => {
        const index = typeof v === 'number' ? places.get(v) : undefined
        if (typeof v !== 'number' || index === undefined) return []
        const known = looksOnlyAt(value, process, places) ? evaluator(value, reader) : undefined
        return [{ index, variable: system.variables[v]!, known }]
      }),
    })),
  )
  const found = leaving.map((): (readonly number[])[] => [])
  // Where nothing is followed a process is looked at once at each location: that is always found.
  const isBounded = own.length > 0
  const seen = new Set<string>()
  const work: Local[] = []
  const reach = (at: LocationId, values: readonly number[]): boolean => {
    const key = `${at} ${values.join()}`
    if (seen.has(key)) return true
    seen.add(key)
    found[at]!.push(values)
    work.push({ at, values })
    return !isBounded || (seen.size <= most && seen.size * own.length <= mostNumbers)
  }
  reach(
    system.processes[process]!.init,
    own.map((v) => system.variables[v]!.init),
  )
  let evaluated = 0
  for (let local = work.pop(); local !== undefined; local = work.pop())
    for (const { to, guard, effect } of moves[local.at]!) {
      evaluated += 1 + guard.length
      if (isBounded && evaluated > mostEvaluated) return undefined
      if (!guard.every((holds) => holds(local) !== 0)) continue
      let results: (readonly number[])[] = [local.values]
      for (const { index, variable, known } of effect) {
        const { min, max } = variable
        if (known === undefined && max - min >= most) return undefined
        const values = known === undefined ? Array.from({ length: max - min + 1 }, (_, i) => min + i) : [known(local)]
        // What would leave its range is not enabled: the fault transition is.
        results = values.filter((x) => x >= min && x <= max).flatMap((x) => results.map((all) => all.with(index, x)))
        if (results.length > most) return undefined
      }
      if (!results.every((values) => reach(to, values))) return undefined
    }
  return found
}
