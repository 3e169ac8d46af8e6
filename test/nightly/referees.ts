// SPDX-License-Identifier: Apache-2.0
import { Engine } from '#engine/engine'
import { Unfit } from '#engine/unfit'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { toPromela } from '#export/promela'
import type { Model } from '#ir/model'
import { whyNotReduced } from '#reduce/applicable'
import { TransitionClosure } from '#reduce/transition-closure'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import type { Primitive } from '#semantics/primitive'
import { Registry } from '#semantics/registry'
import type { System } from '#system/system'
import { bothWays, told } from '../reduce/told.ts'
import { compared } from '../engine/difference.ts'
import { attempt } from '../lockdep/refuted.ts'
import { searchedInFull, searchedReduced, type Searched } from '../reduce/searched.ts'
import { interpreted } from '../referee/interpreted.ts'
import { missingTool, spin } from '../referee/spin.ts'

/** Two ways to the same answer, of which one is simpler. */
export interface Referee {
  readonly name: string
  /** Looks at every so many-th random model, because it is slow; at every one unless said. */
  readonly every?: number
  /** What the two say differently about a model that is well formed; undefined if they agree or cannot be asked. */
  readonly run: (model: Model) => string | undefined | Promise<string | undefined>
}

export const registry = new Registry<Record<string, Primitive>>(kernelPrimitives)
const systemOf = (model: Model): System => lower(model, registry)

/** Larger models are not compared. */
const limit = { machines: 1_500, search: 6_000, copies: 20_000, spin: 20_000 } as const

/** Every comparison of the nightly run. A new one is an entry here; its name is that of its fixtures. */
export const referees: readonly Referee[] = [
  {
    name: 'machines',
    run: (model) => onEngine(() => compared(new Engine(systemOf(model)), limit.machines).difference),
  },
  { name: 'store', run: (model) => onEngine(() => storeDifference(systemOf(model))) },
  {
    name: 'order',
    run: (model) =>
      onEngine(() => {
        const [one, other] = (['breadth-first', 'depth-first'] as const).map((order) =>
          searchedInFull(systemOf(model), { order, limit: limit.search }),
        )
        return differing(one, other, ['states', 'edges'])
      }),
  },
  { name: 'stubborn', run: (model) => reducedDifference(model) },
  { name: 'transitions', run: (model) => reducedDifference(model, { Closure: TransitionClosure, chains: false }) },
  { name: 'diamond', every: 4, run: (model) => reducedDifference(model, { verify: true }) },
  {
    name: 'everything',
    async run(model) {
      const both = await bothWays(() => model, limit.search)
      if (both === undefined) return undefined
      const [should, is] = [both.full, both.less].map((result) => JSON.stringify(told(result)))
      return should === is ? undefined : `${is}, not ${should}`
    },
  },
  {
    name: 'certificate',
    run: async (model) => (await attempt(model, { upTo: 3, maxStates: limit.copies })).refutation,
  },
  {
    name: 'spin',
    every: 50,
    async run(model) {
      const system = systemOf(model)
      const ours = missingTool === undefined ? interpreted(system, limit.spin) : undefined
      if (ours === undefined) return undefined
      const [says, said] = [ours, await spin(toPromela(system))].map((sight) => JSON.stringify(sight))
      return says === said ? undefined : `we say ${says}, SPIN says ${said}`
    },
  },
]

/** Full search against stubborn sets, perhaps with relations that are wrong. */
export function reducedDifference(
  model: Model,
  options: Parameters<typeof searchedReduced>[1] = {},
): string | undefined {
  return onEngine(() => {
    const system = systemOf(model)
    if (whyNotReduced(system) !== undefined) return undefined
    const full = searchedInFull(system, { limit: limit.search })
    if (full === undefined) return undefined
    return differing(full, searchedReduced(system, { limit: limit.search, ...options }))
  })
}

function differing(
  expected: Searched | undefined,
  seen: Searched | undefined,
  counts: readonly ('states' | 'edges')[] = [],
): string | undefined {
  if (expected === undefined || seen === undefined) return undefined
  const [theirs, ours] = [expected, seen].map((of) => ({
    ...of.told,
    ...Object.fromEntries(counts.map((count) => [count, of[count]])),
  }))
  for (const [what, value] of Object.entries(theirs!)) {
    const [should, is] = [value, ours![what as keyof typeof ours]].map((of) => JSON.stringify(of))
    if (should !== is) return `${what}: ${is}, not ${should}`
  }
  return undefined
}

/** The table of states is a set: every state once, found again under its id. */
function storeDifference(system: System): string | undefined {
  const search = explore({ machine: new Engine(system), frontier: new BreadthFirst() })
  search.advance(limit.machines)
  const { store } = search
  const seen = new Map<string, number>()
  for (let id = 0; id < store.size; id++) {
    const state = store.get(id)
    const twin = seen.get(state.join())
    if (twin !== undefined) return `state ${id} is state ${twin}`
    seen.set(state.join(), id)
  }
  const { size } = store
  for (const [text, id] of seen) {
    const found = store.add(text.split(',').map(Number))
    if (found !== id) return `state ${id} is found as ${found}`
  }
  return store.size === size ? undefined : `${store.size - size} states were stored twice`
}

/** What a referee says; that it or what it asks breaks down is a difference too. */
export async function verdictOf({ run }: Referee, model: Model): Promise<string | undefined> {
  try {
    return await run(model)
  } catch (error) {
    return String(error)
  }
}

/** What the engine cannot run is not compared. */
function onEngine(compare: () => string | undefined): string | undefined {
  try {
    return compare()
  } catch (error) {
    if (error instanceof Unfit) return undefined
    throw error
  }
}
