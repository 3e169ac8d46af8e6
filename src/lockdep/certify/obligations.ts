// SPDX-License-Identifier: Apache-2.0
import { readsOf, writesOf } from '#system/footprint'
import type { ProcessId, System, TransitionId, VarId } from '#system/system'
import { evaluateKnown } from '../paths/three-valued.ts'
import type { Outlook } from './outlook.ts'
import type { Resources } from './resources.ts'
import type { Signaller } from './signallers.ts'

/** By process and node, the classes of all that others may wait for it to let go or bring about. */
export type Obligations = readonly (readonly ReadonlySet<string>[])[]

/**
 * What each process owes where it is: the locks it may hold; the events that it is the signaller of, until they are true;
 * and, for a handler that runs, all that whoever it runs on top of owes or queues for, since that one cannot move.
 */
export function obligationsOf(
  outlooks: readonly Outlook[],
  signallers: ReadonlyMap<VarId, Signaller>,
  system: System,
  { classOfLock, classOfEvent }: Resources,
): Obligations {
  const own = outlooks.map(({ process, views }) =>
    views.map((view, at) => {
      const owed = new Set([...(view?.held ?? [])].map(classOfLock))
      for (const [event, signaller] of signallers)
        if (signaller.process === process && signaller.owesAt.has(at)) owed.add(classOfEvent(event))
      return owed
    }),
  )
  const places = interruptedPlaces(outlooks, system)
  const beneath = new Map<ProcessId, Set<string>>([...places.keys()].map((handler) => [handler, new Set()]))
  for (let grown = true; grown;) {
    grown = false
    for (const [handler, list] of places) {
      const owed = beneath.get(handler)!
      const before = owed.size
      for (const { process, node } of list) {
        for (const lock of outlooks[process]!.views[node]!.queued) owed.add(classOfLock(lock))
        for (const one of [...own[process]![node]!, ...(beneath.get(process) ?? [])]) owed.add(one)
      }
      grown ||= owed.size > before
    }
  }
  return own.map((nodes, process) => {
    const more = beneath.get(process)
    if (more === undefined) return nodes
    const idle = system.processes[process]!.init
    return nodes.map((owed, at) =>
      outlooks[process]!.views[at]?.location === idle ? owed : new Set([...owed, ...more]),
    )
  })
}

interface Place {
  readonly process: ProcessId
  readonly node: number
}

/** By handler, the places at which it may come on top of somebody, as far as that one knows. */
function interruptedPlaces(outlooks: readonly Outlook[], system: System): ReadonlyMap<ProcessId, readonly Place[]> {
  const places = new Map<ProcessId, Place[]>()
  for (const [process, { suspended }] of system.processes.entries())
    for (const { by, when } of suspended) {
      const list = places.get(by) ?? []
      places.set(by, list)
      const raises = raisesOf(by, readsOf(when), system)
      for (const [node, view] of outlooks[process]!.views.entries())
        if (
          view !== undefined &&
          raises.some((id) => evaluateKnown(['and', ...system.transitions[id]!.guard], view.node.known) !== 0)
        )
          list.push({ process, node })
    }
  return places
}

/** The steps of a handler that bring it on top of the process whose mark these variables are. */
const raisesOf = (handler: ProcessId, mark: ReadonlySet<VarId>, { transitions }: System): readonly TransitionId[] =>
  [...transitions.keys()].filter(
    (id) =>
      transitions[id]!.process === handler &&
      transitions[id]!.effect.some((assign) => assign.value !== 0 && writesOf(assign).some((v) => mark.has(v))),
  )
