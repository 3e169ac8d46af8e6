// SPDX-License-Identifier: Apache-2.0
import { Facts } from '#property/facts'
import type { Finding } from '#property/property'
import { whyNotReduced } from '#reduce/applicable'
import { Reduction } from '#reduce/reduction'
import { faultsInPlace } from '#reduce/faults-in-place'
import type { Machine } from '#system/machine'
import type { System } from '#system/system'
import { machineFor, type MachineName } from './machine.ts'
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

interface Outcome {
  /** What ran: of the system itself, or of one that a reduction has made of it. Paths are the same. */
  readonly name: MachineName
  readonly machine: Machine<unknown>
  readonly searched: Searched<unknown>
  readonly facts: Facts<unknown>
  /** Names of the reductions that were used. */
  readonly reductions: readonly string[]
  /** A reduction was asked for and could not be used. */
  readonly remark?: Finding
}

/** Searches in full or reduced, as asked, or as the size of the model suggests. */
export async function searchAsAsked(system: System, options: QualifiedOptions): Promise<Outcome> {
  const search = async (choice: Exclude<ReductionChoice, 'auto'>, limits = options): Promise<Outcome> => {
    const { name, machine } = machineFor(choice === 'none' ? system : faultsInPlace(system), options.machine)
    const facts = new Facts(machine)
    const reduction =
      choice === 'none'
        ? undefined
        : new Reduction(machine, { chains: choice === 'full', verify: limits.checkReduction })
    const searched = await runSearch(machine, facts, limits, reduction)
    return { name, machine, searched, facts, reductions: reductionsOf[choice] }
  }
  if (options.reduction === 'none') return search('none')
  const whyNot = whyNotReduced(system)
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
