// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, System, VarId } from '#system/system'
import { attractor, reachedWithout } from './attractor.ts'
import type { Choice } from './choices.ts'
import type { Outlook } from './outlook.ts'
import type { Resources } from './resources.ts'

/** A process all of whose runs make an event true, with the nodes at which it has not done so yet. */
export interface Signaller {
  readonly process: ProcessId
  readonly owesAt: ReadonlySet<number>
}

/** By event, all that could be its signaller; events that nobody is sure to signal are absent. */
export type Candidates = ReadonlyMap<VarId, readonly Signaller[]>

/**
 * Who signals what. A wait for an event is passable only if somebody signals that, on a path whose own waits are
 * passable: the greatest such set. That it is no circle is for the ranks to say.
 * @param processes those there is always one of; handlers among them are passed over, since they need not come
 */
export function candidates(
  events: ReadonlySet<VarId>,
  processes: readonly ProcessId[],
  outlooks: readonly Outlook[],
  { setBy }: Resources,
  { transitions, processes: all }: System,
): Candidates {
  let known: Candidates = new Map([...events].map((event) => [event, []]))
  for (;;) {
    const usable = usableWith(known)
    const next = new Map(
      [...known.keys()].flatMap((event): [VarId, readonly Signaller[]][] => {
        const by = setBy.get(event) ?? new Set()
        const signallers = processes.flatMap((process): Signaller[] => {
          if (![...by].some((id) => transitions[id]!.process === process)) return []
          const { context } = all[process]!
          if (context === 'softirq' || context === 'hardirq') return []
          const owesAt = reachedWithout(outlooks[process]!, by)
          const sure = attractor(outlooks[process]!, { by }, usable)
          const views = outlooks[process]!.views
          return [...owesAt].every((at) => sure.has(at) && !views[at]!.rest) ? [{ process, owesAt }] : []
        })
        return signallers.length === 0 ? [] : [[event, signallers]]
      }),
    )
    if (next.size === known.size) return next
    known = next
  }
}

/** Whether a choice can be relied on: each event that it waits for has somebody who signals it. */
export const usableWith =
  (signalled: Pick<Candidates, 'has'>) =>
  ({ waits: { events } }: Choice): boolean =>
    events.every((event) => signalled.has(event))

/** Ways to choose who signals what that are tried before a circle counts as one. */
const mostAssignments = 64

/** One signaller for each event, in every way, as far as they are few. */
export function* assignments(all: Candidates): Generator<ReadonlyMap<VarId, Signaller>> {
  const entries = [...all]
  const ways = entries.reduce((n, [, list]) => n * list.length, 1)
  for (let way = 0; way < Math.min(ways, mostAssignments); way++) {
    let rest = way
    yield new Map(
      entries.map(([event, list]) => {
        const pick = list[rest % list.length]!
        rest = Math.floor(rest / list.length)
        return [event, pick]
      }),
    )
  }
}
