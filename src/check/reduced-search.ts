// SPDX-License-Identifier: Apache-2.0
import { Facts } from '#property/facts'
import type { Finding } from '#property/property'
import { whyNotReduced } from '#reduce/applicable'
import { Reduction } from '#reduce/reduction'
import type { Machine } from '#system/machine'
import type { QualifiedOptions } from './options.ts'
import { runSearch, type Searched } from './search.ts'

/**
 * Up to so many states a model is searched in full without asking: its traces are then the shortest there are. Fewer
 * where memory or time is limited, so that something is left for the reduced search.
 */
const smallModel = { unlimited: 1_000_000, limited: 100_000 } as const

interface Outcome<S> {
  readonly searched: Searched<S>
  readonly facts: Facts<S>
  readonly reduced: boolean
  /** A reduction was asked for and could not be used. */
  readonly remark?: Finding
}

/** Searches in full or with stubborn sets, as asked, or as the size of the model suggests. */
export async function searchAsAsked<S>(machine: Machine<S>, options: QualifiedOptions): Promise<Outcome<S>> {
  const inFull = async (limits: QualifiedOptions): Promise<Outcome<S>> => {
    const facts = new Facts(machine)
    return { searched: await runSearch(machine, facts, limits), facts, reduced: false }
  }
  const reduced = async (): Promise<Outcome<S>> => {
    const facts = new Facts(machine)
    const reduction = new Reduction(machine, options.checkReduction)
    return { searched: await runSearch(machine, facts, options, reduction), facts, reduced: true }
  }
  if (options.reduction === 'none') return inFull(options)
  const whyNot = whyNotReduced(machine.system)
  if (options.reduction === 'stubborn') {
    if (whyNot === undefined) return reduced()
    return { ...(await inFull(options)), remark: { code: 'not-reduced', message: `searched in full: ${whyNot}` } }
  }
  const isLimited = options.maxMemoryBytes < Infinity || options.timeoutSeconds < Infinity
  const small = isLimited ? smallModel.limited : smallModel.unlimited
  if (whyNot !== undefined || options.maxStates <= small) return inFull(options)
  const first = await inFull({ ...options, maxStates: small })
  const isLarge = first.searched.limit !== undefined && first.searched.search.store.size >= small
  return isLarge && options.signal?.aborted !== true ? reduced() : first
}
