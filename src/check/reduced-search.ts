// SPDX-License-Identifier: Apache-2.0
import { invariant } from '#base/assert'
import type { Quotient } from '#explore/quotient'
import { Facts } from '#property/facts'
import type { Finding } from '#property/property'
import { whyNotReduced } from '#reduce/applicable'
import { faultsInPlace } from '#reduce/faults-in-place'
import { Reduction } from '#reduce/reduction'
import { visibleTransitions } from '#reduce/visible'
import { verifiedGroups, type Group } from '#reduce/symmetry/groups'
import { SymmetricSearch } from '#reduce/symmetry/symmetric-search'
import { opportunities, opportunitiesAndEscapes, withAdversary, type Unreliable } from '#simplify/adversary'
import { passes, simplified, type Simplified } from '#simplify/simplify'
import type { Machine } from '#system/machine'
import { hasEscapes, type System, type TransitionId } from '#system/system'
import { whyNotJudgedApart } from './judged-apart.ts'
import { machineFor, type MachineName } from './machine.ts'
import type { QualifiedOptions } from './options.ts'
import { runSearch, type Searched } from './search.ts'

/**
 * States up to which `auto` searches in full: traces are then the shortest there are. Fewer where memory is limited, and for
 * a part of the time where that is, so that something is left for the reduced search.
 */
const smallModel = { states: 1_000_000, inLimitedMemory: 100_000, ofLimitedTime: 1 / 4 } as const

export interface Outcome {
  /** What ran: the system itself, or what reductions have made of it. */
  readonly name: MachineName
  readonly machine: Machine<unknown>
  readonly searched: Searched<unknown>
  readonly facts: Facts<unknown>
  /** Names of the reductions that were used. */
  readonly reductions: readonly string[]
  /** What the states stand for, if they were stored up to symmetry. */
  readonly quotient?: Quotient
  /** The way back to the system, if another one was searched. */
  readonly simplified?: Simplified
  /** Searches once more for what only escapes end, where they were taken for steps like any other. */
  readonly withoutEscapes?: (options: QualifiedOptions) => Promise<Outcome>
  /** Searches once more in full, for what no other search tells; where a search in full is no more than was asked for. */
  readonly inFull?: (options: QualifiedOptions) => Promise<Outcome>
  /** Reductions that were asked for and could not be used. */
  readonly remarks: readonly Finding[]
}

/** What a search does less by. */
interface Reductions {
  readonly simplify: boolean
  readonly stubborn: boolean
  readonly chains: boolean
  /** Whether copies that are alike are taken for each other. */
  readonly symmetry: boolean
  /** With stubborn sets: what an adversary can take away (`simplify/adversary.ts`). */
  readonly unreliable: Unreliable
}

const none: Reductions = {
  simplify: false,
  stubborn: false,
  chains: false,
  symmetry: false,
  unreliable: opportunities,
}

/** Searches in full or with less, as asked, or as the size of the model suggests. */
export async function searchAsAsked(system: System, options: QualifiedOptions): Promise<Outcome> {
  const { reduction } = options
  const symmetry = options.symmetry === 'on'
  const whyNot =
    whyNotReduced(asOrdinary(system, opportunities)?.system ?? system) ?? whyNotJudgedApart(system, options)
  const proven = whyNot === undefined
  const all: Reductions = {
    ...none,
    simplify: proven,
    stubborn: proven,
    chains: proven,
    symmetry: options.symmetry !== 'off',
  }
  const withRemarks = (outcome: Outcome): Outcome => ({
    ...outcome,
    remarks: [
      ...(whyNot === undefined || reduction === 'auto' || reduction === 'none'
        ? []
        : [{ code: 'not-reduced', message: `stubborn sets are not used: ${whyNot}` } as const]),
      ...(symmetry ? outcome.remarks : []),
    ],
  })
  const searchWith = async (chosen: Reductions, left = options): Promise<Outcome> => {
    const outcome = withRemarks(await search(system, left, chosen))
    if (!chosen.stubborn || !hasEscapes(system)) return outcome
    const taken = { ...chosen, unreliable: opportunitiesAndEscapes }
    const withoutEscapes = async (rest: QualifiedOptions): Promise<Outcome> => {
      const second = withRemarks(await search(system, rest, taken))
      return { ...second, reductions: [...second.reductions, 'a second search without escapes'] }
    }
    return { ...outcome, withoutEscapes }
  }
  const inFull = { ...none, symmetry }
  if (reduction === 'none') return orInFull(system, await searchWith(inFull))
  if (reduction === 'stubborn') return orInFull(system, await searchWith({ ...inFull, stubborn: proven }))
  if (reduction === 'full') return orInFull(system, await searchWith(all))

  const small = options.maxMemoryBytes < Infinity ? smallModel.inLimitedMemory : smallModel.states
  const isAllThereIs = options.maxStates <= small || (!proven && !(all.symmetry && hasGroups(system)))
  if (isAllThereIs) return orInFull(system, await searchWith(inFull))
  const timeoutSeconds = options.timeoutSeconds * smallModel.ofLimitedTime
  const first = withRemarks(await search(system, { ...options, maxStates: small, timeoutSeconds }, inFull))
  const { states } = options.spent
  const seconds = options.spent.seconds + first.searched.seconds
  const isLarge = first.searched.search.store.size >= small || seconds >= timeoutSeconds
  if (first.searched.limit === undefined || !isLarge || options.signal?.aborted === true) return orInFull(system, first)
  const spent = { states, seconds }
  return after(first.searched, await searchWith(all, { ...options, spent }))
}

const orInFull = (system: System, outcome: Outcome): Outcome =>
  outcome.reductions.length === 0
    ? outcome
    : {
        ...outcome,
        inFull: async (options) => ({
          ...(await search(system, options, none)),
          remarks: [
            ...outcome.remarks,
            {
              code: 'not-reduced',
              message: 'whether a loop that retries makes progress is judged by a search in full',
            },
          ],
        }),
      }

/** An outcome for which another search was begun in vain: its time counts, its states are forgotten. */
const after = ({ seconds, peakMemoryBytes }: Searched<unknown>, outcome: Outcome): Outcome => ({
  ...outcome,
  searched: {
    ...outcome.searched,
    seconds: outcome.searched.seconds + seconds,
    peakMemoryBytes: Math.max(outcome.searched.peakMemoryBytes, peakMemoryBytes),
  },
})

/** A system whose every step counts for the properties; undefined if that is so anyway. */
const asOrdinary = (system: System, unreliable: Unreliable): ReturnType<typeof withAdversary> | undefined =>
  system.transitions.some(({ tag }) => tag !== undefined) ? withAdversary(system, unreliable) : undefined

const hasGroups = (system: System): boolean => verifiedGroups(system).groups.length > 0

async function search(original: System, options: QualifiedOptions, chosen: Reductions): Promise<Outcome> {
  const { groups, remarks } = chosen.symmetry ? groupsOf(original) : { groups: [], remarks: [] }
  const smaller = chosen.stubborn ? simplifiedAlike(original, groups, chosen) : undefined
  const system = smaller?.simplified.system ?? original
  const { name, machine } = machineFor(chosen.stubborn ? faultsInPlace(system) : system, options.machine)
  const alike = smaller?.groups ?? groups
  const symmetric = alike.length === 0 ? undefined : new SymmetricSearch(machine, alike)
  const facts = new Facts(machine)
  const { chains } = chosen
  const visible = symmetric === undefined ? visibleIn(system, original, smaller?.simplified) : undefined
  const reduction = chosen.stubborn
    ? new Reduction(machine, { chains, verify: options.checkReduction, ignoring: symmetric?.ignoring, visible })
    : undefined
  const searched = await runSearch(symmetric?.machine ?? machine, facts, options, reduction)
  return {
    name,
    machine,
    searched,
    facts,
    reductions: [
      ...(smaller?.simplified.did ?? []),
      ...(chosen.stubborn ? ['stubborn sets'] : []),
      ...(chains ? ['chain compression'] : []),
      ...(symmetric === undefined ? [] : ['symmetry']),
    ],
    ...(symmetric !== undefined && { quotient: symmetric.quotient(searched.search) }),
    ...(smaller !== undefined && { simplified: smaller.simplified }),
    remarks,
  }
}

/** A system that is judged by ordinary steps alone, and a simpler one unless its copies would then no longer be alike. */
function simplifiedAlike(
  original: System,
  groups: readonly Group[],
  { simplify, unreliable }: Reductions,
): { readonly simplified: Simplified; readonly groups: readonly Group[] } | undefined {
  const ordinary = asOrdinary(original, unreliable)
  const withGroups = (
    some: Simplified,
  ): { readonly simplified: Simplified; readonly groups: readonly Group[] } | undefined => {
    const left = groups.length === 0 ? [] : verifiedGroups(some.system).groups
    return left.length < groups.length ? undefined : { simplified: some, groups: left }
  }
  const smaller = simplify ? simplified(original, passes, ordinary) : undefined
  const simpler = smaller === undefined || smaller.did.length === 0 ? undefined : withGroups(smaller)
  if (simpler !== undefined || ordinary === undefined) return simpler
  const alike = withGroups(simplified(original, {}, ordinary))
  // Without this system stubborn sets would run on steps that no proof is about.
  invariant(alike !== undefined, 'copies stay alike with an adversary each')
  return alike
}

/** What stands for something visible of the original, or for several steps of it. */
function visibleIn(
  { transitions }: System,
  original: System,
  behind: Simplified | undefined,
): ReadonlySet<TransitionId> | undefined {
  const visible = visibleTransitions(original)
  if (visible === undefined || behind === undefined) return visible
  const isVisible = (id: TransitionId): boolean => {
    const [first, ...more] = behind.standsFor(id)
    return first === undefined || more.length > 0 || visible.has(first)
  }
  return new Set([...transitions.keys()].filter(isVisible))
}

/** The copies that are alike, and a remark on those that are declared alike and are not. */
function groupsOf(system: System): { readonly groups: readonly Group[]; readonly remarks: readonly Finding[] } {
  const { groups, refused } = verifiedGroups(system)
  return {
    groups,
    remarks: refused.map(({ group, why }) => ({ code: 'not-symmetric', message: `group '${group}': ${why}` })),
  }
}
