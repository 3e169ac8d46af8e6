// SPDX-License-Identifier: Apache-2.0
import type { System, TransitionId } from '#system/system'
import type { Choice } from './choices.ts'
import type { Obligations } from './obligations.ts'
import type { WaitEdge } from './order.ts'
import { stepName, type Outlook } from './outlook.ts'
import type { Resources } from './resources.ts'

/** A class that a process waits for at a node, with the step in which it does. */
interface Wait {
  readonly waited: string
  readonly step: TransitionId
}

/** What a process waits for at each node: in choices that it may rely on, and in taking a lock that others may share. */
export function waitsAt(
  { views }: Outlook,
  usable: (choice: Choice) => boolean,
  { classOfLock, classOfEvent }: Resources,
): readonly (readonly Wait[])[] {
  return views.map((view) => [
    ...(view?.choices.filter(usable) ?? []).flatMap(({ edges, waits: { lock, events } }) =>
      [...(lock === undefined ? [] : [classOfLock(lock)]), ...events.map(classOfEvent)].map((waited) => ({
        waited,
        step: edges[0]!.transition,
      })),
    ),
    ...(view?.taken ?? []).map(({ lock, step }) => ({ waited: classOfLock(lock), step })),
  ])
}

/** Somebody waits for the one who owes the other. */
export function waitEdges(
  outlooks: readonly Outlook[],
  waits: readonly (readonly (readonly Wait[])[])[],
  owed: Obligations,
  system: System,
): readonly WaitEdge[] {
  const edges = new Map<string, WaitEdge>()
  for (const [i, { process }] of outlooks.entries())
    for (const [at, list] of waits[i]!.entries())
      for (const { waited, step } of list)
        for (const one of owed[i]![at]!) {
          const key = JSON.stringify([one, waited])
          if (edges.has(key)) continue
          const { name } = system.processes[process]!
          const because = `'${name}' waits for ${waited} in ${stepName(system, step)} ${one === waited ? 'where it may hold that, or one of its class, itself' : `while it owes ${one}`}`
          edges.set(key, { owed: one, waited, because })
        }
  return [...edges.values()]
}
