// SPDX-License-Identifier: Apache-2.0
import { evaluator } from '#system/expression'
import type { System } from '#system/system'
import { Control } from './control.ts'
import { isResting } from './facts.ts'
import type { Evidence } from './property.ts'

/**
 * Whether every run of a system ends unless an invariant breaks, by its control graphs alone: no process can come to a
 * location twice. Steps that only may happen, and escapes, are not judged by where runs end; nor is a system with them.
 */
export function everyRunEnds(system: System): boolean {
  const control = new Control(system)
  return (
    system.transitions.every(({ tag }) => tag === undefined) &&
    system.processes.every((_, p) => (isObserver(system, p) ? onlyReports(control, p) : isAcyclic(control, p)))
  )

  function onlyReports(ofAll: Control, process: number): boolean {
    return system.processes[process]!.locations.every((_, l) =>
      ofAll.leaving(process, l).every((id) => {
        const { fault, joint = [] } = system.transitions[id]!
        return fault !== undefined && joint.length === 0
      }),
    )
  }

  /** Locations are taken away as long as one of those left leads to none of them. */
  function isAcyclic(ofAll: Control, process: number): boolean {
    const { locations } = system.processes[process]!
    const entering = locations.map((): number[] => [])
    const leaving = new Int32Array(locations.length)
    for (const l of locations.keys())
      for (const id of ofAll.leaving(process, l)) {
        // One that leaves its process where it is would go round; no fault is fired where a run ends well.
        if (system.transitions[id]!.fault !== undefined) continue
        entering[ofAll.successor(process, id)]!.push(l)
        leaving[l]!++
      }
    const ends = [...locations.keys()].filter((l) => leaving[l] === 0)
    for (const end of ends) for (const l of entering[end]!) if (--leaving[l]! === 0) ends.push(l)
    return ends.length === locations.length
  }
}

/**
 * Whether the terminal states alone show that nothing is wrong (docs/theory.md 7): every run ends, no fault was
 * reported, and wherever a run ends everybody rests and nothing is owed. Then nobody is ever stuck, no fence stays
 * unsignalled, nothing retries for ever, and everybody comes to rest. It looks at no edge.
 */
export function endsWell<S>({ machine, graph, store, facts }: Evidence<S>): boolean {
  const { system } = machine
  if (facts.faults.size > 0 || !everyRunEnds(system)) return false
  const resting = system.processes.map((_, p) => evaluator(isResting(system, p), machine))
  const owed = system.debts.map((debt) => evaluator(debt.owed, machine))
  for (let id = 0; id < graph.states; id++) {
    if (!graph.expanded(id)) return false
    if (graph.degree(id) > 0) continue
    const state = store.get(id)
    if (resting.some((rests) => rests(state) === 0) || owed.some((owes) => owes(state) !== 0)) return false
  }
  return true
}

const isObserver = (system: System, process: number): boolean => system.processes[process]!.context === 'observer'
