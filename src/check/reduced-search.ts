// SPDX-License-Identifier: Apache-2.0
import { Facts } from '#property/facts'
import type { Finding } from '#property/property'
import { whyNotReduced } from '#reduce/applicable'
import { Reduction } from '#reduce/reduction'
import type { Machine } from '#system/machine'
import type { QualifiedOptions, ReductionChoice } from './options.ts'
import { runSearch, type Searched } from './search.ts'

/**
 * Up to so many states a model is searched in full without asking: its traces are then the shortest there are. Fewer
 * where memory or time is limited, so that something is left for the reduced search.
 */
const smallModel = { unlimited: 1_000_000, limited: 100_000 } as const

/** What each choice switches on, in the words of a result. */
const reductionsOf = {
  none: [],
  stubborn: ['stubborn sets'],
  full: ['stubborn sets', 'chain compression'],
} as const satisfies Record<Exclude<ReductionChoice, 'auto'>, readonly string[]>

interface Outcome<S> {
  readonly searched: Searched<S>
  readonly facts: Facts<S>
  /** Names of the reductions that were used. */
  readonly reductions: readonly string[]
  /** A reduction was asked for and could not be used. */
  readonly remark?: Finding
}

/** Searches in full or reduced, as asked, or as the size of the model suggests. */
export async function searchAsAsked<S>(machine: Machine<S>, options: QualifiedOptions): Promise<Outcome<S>> {
  const search = async (choice: Exclude<ReductionChoice, 'auto'>, limits = options): Promise<Outcome<S>> => {
    const facts = new Facts(machine)
    const reduction =
      choice === 'none'
        ? undefined
        : new Reduction(machine, { chains: choice === 'full', verify: limits.checkReduction })
    return { searched: await runSearch(machine, facts, limits, reduction), facts, reductions: reductionsOf[choice] }
  }
  if (options.reduction === 'none') return search('none')
  const whyNot = whyNotReduced(machine.system)
  if (options.reduction !== 'auto') {
    if (whyNot === undefined) return search(options.reduction)
    return { ...(await search('none')), remark: { code: 'not-reduced', message: `searched in full: ${whyNot}` } }
  }
  const isLimited = options.maxMemoryBytes < Infinity || options.timeoutSeconds < Infinity
  const small = isLimited ? smallModel.limited : smallModel.unlimited
  if (whyNot !== undefined || options.maxStates <= small) return search('none')
  const first = await search('none', { ...options, maxStates: small })
  const isLarge = first.searched.limit !== undefined && first.searched.search.store.size >= small
  return isLarge && options.signal?.aborted !== true ? search('full') : first
}
