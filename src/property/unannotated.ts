// SPDX-License-Identifier: Apache-2.0
import { evaluator } from '#system/expression'
import { movesOf } from '#system/moves'
import { isMay, type OriginId, type ProcessId } from '#system/system'
import type { Evidence, Finding } from './property.ts'

/** What is looked at; a model with signalling sections is a driver's path or two, not a family of a million states. */
const most = 50_000

/**
 * Steps that a signal needs, that can wait, and that no signalling section covers: lockdep sees none of them (rule R5 of
 * the contract). Looked for only where the model has sections at all, as there is nothing to complete otherwise, and in
 * the states that the search stored: a reduced search may pass over some.
 *
 * A process is *needed* in a state in which a fence is owed if it may still come to signal it, or if it alone could end the
 * wait of one that is needed, other than by unlocking: lockdep follows locks by itself. Left out are interrupt context, where
 * sections do nothing, the signal, which is a section of its own (drivers/dma-buf/dma-fence.c dma_fence_signal()), and whoever
 * will wait for the fence of its own accord, not in reclaim: what it does first, such as enabling the signalling, is no part of it.
 */
export function unannotated<S>(evidence: Evidence<S>): readonly Finding[] {
  const { view, graph, store, facts, waitGraphs, said } = evidence
  const { system, control } = said
  const sections = system.holds.filter((hold) => hold.annotates === true)
  if (sections.length === 0 || !evidence.isEveryStateTheModels || graph.states > most) return []
  const covers = sections.map(({ process, when }) => ({ process, when: evaluator(when, view) }))
  const inProcessContext = [...system.processes.keys()].filter((p) =>
    ['task', 'worker'].includes(system.processes[p]!.context),
  )
  const everybody = [...system.processes.keys()].filter((p) => system.processes[p]!.context !== 'observer')
  const signals = new Set(system.debts.flatMap(({ paidBy }) => paidBy))
  const found = new Map<OriginId, Finding>()

  for (let id = 0; id < graph.states; id++) {
    if (facts.faulted.any(id) || !facts.owed.any(id)) continue
    const state = store.get(id)
    const exposed = inProcessContext.flatMap((process) => uncovered(process, state))
    if (exposed.length === 0) continue
    const moving = new Set(
      view.enabled(state).flatMap((t) => movesOf(system.transitions[t]!).map((move) => move.process)),
    )
    const held = new Set(waitGraphs.holds(state).map(({ object }) => object))
    const waits = waitGraphs
      .at(state, everybody, 'on')
      .waits.filter(({ process, objects }) => !moving.has(process) && !objects.some((object) => held.has(object)))
    for (const [d, { object, paidBy }] of system.debts.entries()) {
      if (!facts.owed.has(id, d)) continue
      const needed = neededBy(state, paidBy, waits)
      for (const { process, origin } of exposed) {
        if (!needed.has(process) || found.has(origin) || waitsFor(process, object, state)) continue
        const { op, on, call } = system.origins[origin]!
        const what = `${call ?? op}${on === '' ? '' : ` on ${on}`}`
        const message = `'${system.processes[process]!.name}' may wait in ${what}, which the signal of ${object} needs, outside any signalling section`
        found.set(origin, { code: 'unannotated', message, origin })
      }
    }
  }
  return [...found.values()]

  /** The steps before which a process stands outside any section, and in which it can wait. */
  function uncovered(
    process: ProcessId,
    state: S,
  ): readonly { readonly process: ProcessId; readonly origin: OriginId }[] {
    const at = view.location(state, process)
    if (system.processes[process]!.locations[at]!.rest) return []
    if (covers.some((section) => section.process === process && section.when(state) !== 0)) return []
    const origins = control.leaving(process, at).flatMap((t) => (signals.has(t) ? [] : [system.transitions[t]!.origin]))
    return [...new Set(origins)]
      .filter((origin) => system.origins[origin]!.waits !== undefined)
      .map((origin) => ({ process, origin }))
  }

  function waitsFor(process: ProcessId, object: string, state: S): boolean {
    return [...control.future(process, view.location(state, process))].some((t) => {
      const { on, waits, frames } = system.origins[system.transitions[t]!.origin]!
      return on === object && waits !== undefined && frames.length === 0 && !signals.has(t)
    })
  }

  function neededBy(
    state: S,
    paidBy: readonly number[],
    waits: readonly { readonly process: ProcessId; readonly for: readonly ProcessId[] }[],
  ): ReadonlySet<ProcessId> {
    const paying = paidBy.filter((t) => !isMay(system.transitions[t]!.tag))
    const needed = new Set(
      everybody.filter((p) => {
        const future = control.future(p, view.location(state, p))
        return paying.some((t) => system.transitions[t]!.process === p && future.has(t))
      }),
    )
    for (const process of needed)
      for (const wait of waits) if (wait.process === process) for (const other of wait.for) needed.add(other)
    return needed
  }
}
