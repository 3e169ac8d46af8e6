// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import type { Found } from './found.ts'
import { registry, verdictOf, type Referee } from './referees.ts'
import { isWellFormed, shrunk } from './shrink.ts'

/** A model and where it comes from. `seed` decides which of the slow referees look at it; all of them, without one. */
export interface Candidate {
  readonly from: string
  readonly seed?: number
  readonly build: () => Model
}

export interface Tally {
  models: number
  refused: number
  /** How often each referee was asked. */
  readonly asked: Map<string, number>
  readonly found: Found[]
}

interface Hunt {
  readonly candidates: Iterable<Candidate>
  readonly referees: readonly Referee[]
  readonly isOver: () => boolean
  /** How long a difference may be shrunk, in milliseconds. */
  readonly shrinkFor?: number
  readonly onFound?: (found: Found) => void
  readonly onProgress?: (tally: Tally, from: string) => void
}

/** Has the referees look at one model after the other until it is over; what they disagreed on, as small as may be. */
export async function hunt(hunt: Hunt): Promise<Tally> {
  const { candidates, referees, isOver, shrinkFor = 60_000, onFound, onProgress } = hunt
  const tally: Tally = { models: 0, refused: 0, asked: new Map(referees.map(({ name }) => [name, 0])), found: [] }
  for (const { from, seed, build } of candidates) {
    if (isOver()) break
    onProgress?.(tally, from)
    // Signals are heard in between.
    await new Promise((resolve) => setImmediate(resolve))
    const model = build()
    if (!isWellFormed(model, registry)) {
      tally.refused++
      continue
    }
    tally.models++
    for (const referee of referees) {
      const { name, every = 1 } = referee
      if (isOver()) break
      if (seed !== undefined && seed % every !== 0) continue
      tally.asked.set(name, tally.asked.get(name)! + 1)
      if ((await verdictOf(referee, model)) === undefined) continue
      const end = performance.now() + shrinkFor
      const disagrees = async (smaller: Model): Promise<boolean> => (await verdictOf(referee, smaller)) !== undefined
      const smallest = await shrunk(model, registry, disagrees, () => performance.now() > end)
      const found = { referee: name, from, difference: (await verdictOf(referee, smallest))!, model: smallest }
      tally.found.push(found)
      onFound?.(found)
    }
  }
  return tally
}
