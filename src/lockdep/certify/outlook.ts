// SPDX-License-Identifier: Apache-2.0
import { triesExclusively } from '#semantics/lock-map'
import type { Registry } from '#semantics/registry'
import type { LocationId, OriginId, ProcessId, System, TransitionId, VarId } from '#system/system'
import { localGraph, type LocalNode } from '../paths/local-graph.ts'
import { evaluateKnown } from '../paths/three-valued.ts'
import { choicesAt, type Choice } from './choices.ts'
import { decide } from '../paths/decide.ts'
import { Refusal } from './refusal.ts'
import type { Resources } from './resources.ts'

/** A process by itself at one place: what it may have, and what it can do. */
export interface View {
  readonly location: LocationId
  readonly node: LocalNode
  readonly rest: boolean
  /** Locks that it may hold, in any mode. */
  readonly held: ReadonlySet<string>
  /** Locks that it may stand in a queue for. */
  readonly queued: ReadonlySet<string>
  readonly choices: readonly Choice[]
  readonly uncovered: readonly OriginId[]
  /** Every step that may be taken here, also those that nobody relies on. */
  readonly steps: readonly { readonly transition: TransitionId; readonly to: number }[]
  /** Locks that a step takes without waiting, but not as a trylock that succeeds only if nobody has it. */
  readonly taken: readonly { readonly lock: string; readonly step: TransitionId }[]
}

export interface Outlook {
  readonly process: ProcessId
  /** By node of its local graph; undefined for nodes that no run comes to. */
  readonly views: readonly (View | undefined)[]
  /** It may run into a fault, and would then stop with all it holds. */
  readonly faults?: Refusal
}

/** What can be done at one place beyond which it is a net, and no path of a driver. */
const mostSteps = 1_000

/**
 * The outlook of one process.
 * @throws Refusal if its paths are too many to list, or it may be told to back off.
 */
export function outlookOf(process: ProcessId, system: System, registry: Registry, resources: Resources): Outlook {
  const { processes, transitions, origins } = system
  const { name, locations, faultAt } = processes[process]!
  refuseBackOff()
  const graph = localGraph(system, process, ownVariables(system, process))
  if (graph.truncated) throw new Refusal(`'${name}' has more than ${graph.nodes.length} local states`)
  if (graph.nodes.some(({ edges }) => edges.length > mostSteps))
    throw new Refusal(`'${name}' can do more than ${mostSteps} things at one place`)
  const locks = new Set(resources.lockOf.values())
  const holds = system.holds.filter((hold) => hold.process === process && locks.has(hold.object))
  const standing = graph.nodes.map(({ known }) => {
    const possible = holds.filter(({ when }) => evaluateKnown(when, known) !== 0)
    const sure = possible.filter(({ when }) => evaluateKnown(when, known) !== undefined)
    return {
      has: new Set(sure.map(({ object }) => object)),
      held: new Set(possible.filter(({ queued }) => queued !== true).map(({ object }) => object)),
      queued: new Set(possible.filter(({ queued }) => queued === true).map(({ object }) => object)),
    }
  })
  let faults: Refusal | undefined
  const views = graph.nodes.map((node, at): View | undefined => {
    if (node.location === faultAt) return undefined
    faults ??= faultAtNode(node)
    const { held, queued } = standing[at]!
    const steps = node.edges.filter(({ transition }) => transitions[transition]!.fault === undefined)
    const { possible, uncovered } = choicesAt(node, queued, system, resources)
    const { rest } = locations[node.location]!
    return {
      location: node.location,
      node,
      rest,
      held,
      queued,
      choices: possible,
      uncovered,
      steps,
      taken: steps.flatMap(({ transition, to }) => takenBy(transition, at, to)),
    }
  })
  return { process, views, ...(faults !== undefined && { faults }) }

  /** An operation that waits or else tells its caller to give way: who does is up to tickets, no order says it. */
  function refuseBackOff(): void {
    const step = transitions.findIndex(
      (t) => t.process === process && t.retry === true && origins[t.origin]!.waits !== undefined,
    )
    if (step !== -1)
      throw new Refusal(
        `'${name}' may be told to back off in ${stepName(system, step)}: who gives way is decided by tickets, not by an order of locks`,
      )
  }

  function faultAtNode({ edges, known }: LocalNode): Refusal | undefined {
    for (const { transition } of edges) {
      const { fault, guard } = transitions[transition]!
      if (fault === undefined || decide(['and', ...guard], known, system) === 'never') continue
      const { code, detail } = fault
      return new Refusal(
        `'${name}' may stop with a fault (${code}${detail === undefined ? '' : `: ${detail}`}) in ${stepName(system, transition)}`,
      )
    }
    return undefined
  }

  /** Locks that the step may take or queue for, where the process may have had nothing to do with them before. */
  function takenBy(step: TransitionId, from: number, to: number): View['taken'] {
    const [before, after] = [standing[from]!, standing[to]!]
    const { op, on, primitive } = origins[transitions[step]!.origin]!
    const alone = triesExclusively(registry.get(primitive)?.operations[op]?.lockdep)
    return [...after.held, ...after.queued]
      .filter((lock) => !before.has.has(lock) && !(alone && lock === on))
      .map((lock) => ({ lock, step }))
  }
}

/**
 * The variables that live in the word of a process and that nobody else writes. A plain variable that only one process
 * of the model writes is not among them: with a second instance it has two writers.
 */
function ownVariables({ variables, transitions }: System, process: ProcessId): ReadonlySet<VarId> {
  const own = new Set([...variables.keys()].filter((v) => variables[v]!.owner === process))
  for (const { process: writer, effect } of transitions)
    if (writer !== process)
      for (const { to } of effect)
        for (const v of typeof to === 'number' ? [to] : (to.slice(2) as VarId[])) own.delete(v)
  return own
}

/** A step in kernel words: `mutex_lock() on A`. */
export function stepName({ origins, transitions }: System, step: TransitionId): string {
  const { origin, label } = transitions[step]!
  const { call, on } = origins[origin]!
  return call === undefined ? `'${label}'` : on === '' ? call : `${call} on ${on}`
}
