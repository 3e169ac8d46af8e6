// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { eachLeaf, isApplication, isLocationTest } from '#system/expression'
import type { Expr, LocationId, ProcessId, System } from '#system/system'
import { toOneProcess } from './promela-joint.ts'
import { allOf, comment, describe, effects, enabling, preamble, readEverything } from './promela-text.ts'

/** What SPIN can number. */
const maxProcesses = 255

/**
 * A system in Promela, the language of SPIN: one `proctype` for each process, one label for each location, one atomic
 * step for each transition. The reachable states are the system's own one by one (SPIN stores as many, built with
 * `-DNOREDUCE`); its invalid end states are the states in which nothing can happen and some process is neither at rest
 * nor stopped by a fault; an assertion fails exactly where a fault is reported. No process ends, since that would be a
 * step; after a fault the others go on.
 *
 * A system with rendezvous is written as one process over explicit locations, with the same guarantees.
 * @throws FencecheckError `not-exportable` if it has more processes than SPIN allows or numbers beyond 32 bits.
 */
export function toPromela(system: System, title = 'exported by fencecheck'): string {
  if (system.transitions.some((t) => t.joint !== undefined)) return toOneProcess(system, title)
  if (system.processes.length > maxProcesses)
    throw new FencecheckError('not-exportable', `${system.processes.length} processes are more than SPIN can run`, {
      fix: `use smaller parameters: at most ${maxProcesses} processes, invariants included`,
    })
  const watched = locationsRead(system)
  const lines = preamble(system, title, watched)
  for (const [process, { name }] of system.processes.entries()) {
    lines.push(`active proctype P${process}() {  ${comment(name)}`, ...body(system, process, watched.includes(process)))
    if (process === 0) lines.push(...readEverything(system, watched))
    lines.push('}', '')
  }
  return lines.join('\n')
}

/**
 * Processes whose location an expression asks for. They keep it in a variable as well: SPIN's remote references
 * (`P1@L2`) cannot name a process declared further down. A copy of what is there already tells no two states apart.
 */
function locationsRead(system: System): readonly ProcessId[] {
  const read = new Set<ProcessId>()
  const visit = (e: Expr): void =>
    eachLeaf(e, (leaf) => {
      if (!isApplication(leaf) && isLocationTest(leaf)) read.add(leaf.process)
    })
  for (const { suspended } of system.processes) for (const { when } of suspended) visit(when)
  for (const { guard, effect } of system.transitions) {
    guard.forEach(visit)
    for (const { to, value } of effect) [value, ...(typeof to === 'number' ? [] : [to[1]])].forEach(visit)
  }
  return [...read].sort((a, b) => a - b)
}

/** The locations of a process; the initial one first, for a jump to it would be a step of its own. */
function body(system: System, process: ProcessId, watched: boolean): readonly string[] {
  const { locations, init, faultAt } = system.processes[process]!
  const label = (at: LocationId): string => `${locations[at]!.rest || at === faultAt ? 'end_' : ''}L${at}`
  const leaving = Map.groupBy(
    system.transitions.filter((t) => t.process === process),
    (t) => t.from,
  )
  return [init, ...locations.keys().filter((at) => at !== init)].flatMap((at) => {
    const head = `${label(at)}:  ${comment(locations[at]!.name)}`
    const options = (leaving.get(at) ?? []).map((t) => {
      const moved = watched ? [`l${process} = ${t.to}`] : []
      const steps = [...effects(t, system), ...moved, `goto ${label(t.to)}`]
      return `    :: ${allOf(enabling(t, system))} -> ${steps.join('; ')}  ${describe(t, system)}`
    })
    return options.length === 0 ? [head, '  false;'] : [head, '  atomic { if', ...options, '  fi };']
  })
}
