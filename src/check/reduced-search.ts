// SPDX-License-Identifier: Apache-2.0
import type { Quotient } from '#explore/quotient'
import { Facts } from '#property/facts'
import type { Finding } from '#property/property'
import { whyNotReduced } from '#reduce/applicable'
import { Reduction } from '#reduce/reduction'
import { verifiedGroups, type Group } from '#reduce/symmetry/groups'
import { SymmetricSearch } from '#reduce/symmetry/symmetric-search'
import type { Machine } from '#system/machine'
import type { System } from '#system/system'
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
  /** Names of the reductions that were used. */
  readonly reductions: readonly string[]
  /** What the states stand for, if they were stored up to symmetry. */
  readonly quotient?: Quotient
  /** Reductions that were asked for and could not be used. */
  readonly remarks: readonly Finding[]
}

/** What a search leaves out. */
interface Less {
  readonly stubborn: boolean
  /** Copies that are taken for alike. */
  readonly groups: readonly Group[]
}

/** Searches in full or with less, as asked, or as the size of the model suggests. */
export async function searchAsAsked<S>(machine: Machine<S>, options: QualifiedOptions): Promise<Outcome<S>> {
  const { reduction, symmetry } = options
  const { groups, remarks } = symmetry === 'on' ? groupsOf(machine.system) : { groups: [], remarks: [] }
  if (reduction === 'none') return { ...(await search(machine, options, { stubborn: false, groups })), remarks }
  const whyNot = whyNotReduced(machine.system)
  if (reduction === 'stubborn') {
    const notReduced: Finding[] =
      whyNot === undefined ? [] : [{ code: 'not-reduced', message: `searched in full: ${whyNot}` }]
    const outcome = await search(machine, options, { stubborn: whyNot === undefined, groups })
    return { ...outcome, remarks: [...notReduced, ...remarks] }
  }
  const isLimited = options.maxMemoryBytes < Infinity || options.timeoutSeconds < Infinity
  const small = isLimited ? smallModel.limited : smallModel.unlimited
  const now: Less = { stubborn: false, groups }
  const alike = (): readonly Group[] => (symmetry === 'auto' ? groupsOf(machine.system).groups : groups)
  if (options.maxStates <= small || (whyNot !== undefined && alike().length === groups.length))
    return { ...(await search(machine, options, now)), remarks }
  const first = await search(machine, { ...options, maxStates: small }, now)
  const isLarge = first.searched.limit !== undefined && first.searched.search.store.size >= small
  if (!isLarge || options.signal?.aborted === true) return { ...first, remarks }
  const outcome = await search(machine, options, { stubborn: whyNot === undefined, groups: alike() })
  return { ...outcome, remarks }
}

async function search<S>(
  machine: Machine<S>,
  options: QualifiedOptions,
  { stubborn, groups }: Less,
): Promise<Omit<Outcome<S>, 'remarks'>> {
  const facts = new Facts(machine)
  const symmetric = groups.length === 0 ? undefined : new SymmetricSearch(machine, groups)
  const reduction = stubborn
    ? new Reduction(machine, options.checkReduction, undefined, symmetric?.ignoring)
    : undefined
  const searched = await runSearch(symmetric?.machine ?? machine, facts, options, reduction)
  return {
    searched,
    facts,
    reductions: [...(stubborn ? ['stubborn sets'] : []), ...(symmetric === undefined ? [] : ['symmetry'])],
    ...(symmetric !== undefined && { quotient: symmetric.quotient(searched.search) }),
  }
}

/** The copies that are alike, and a remark on those that are declared alike and are not. */
function groupsOf(system: System): { readonly groups: readonly Group[]; readonly remarks: readonly Finding[] } {
  const { groups, refused } = verifiedGroups(system)
  return {
    groups,
    remarks: refused.map(({ group, why }) => ({ code: 'not-symmetric', message: `group '${group}': ${why}` })),
  }
}
