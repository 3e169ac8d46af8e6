// SPDX-License-Identifier: Apache-2.0
import { showSite } from '#base/errors'
import { listed } from '#base/text'
import { Control } from '#property/control'
import { WaitGraphs, type Wait, type WaitGraph } from '#property/wait-graph'
import type { Machine } from '#system/machine'
import type { Hazard, Hold, ProcessId, TransitionId } from '#system/system'
import type { Outcome } from './trace.ts'

/** What a process does that meets one. */
const hazards: Readonly<Partial<Record<string, string>>> = {
  'use-after-free': 'uses memory that has been given back',
  'stale-data': 'reads memory before its contents are there',
  'dropped-dependency': 'does not wait for an access that it had to be ordered with',
} satisfies Readonly<Record<Hazard, string>>

/** A counterexample in kernel words; every reporter renders this, none looks at states. */
export interface Explanation {
  readonly headline: string
  /** Who is where at the end, those involved first. */
  readonly table: readonly Row[]
  /** The wait cycle, an edge a line; without a cycle the waits of those that wait for nobody. */
  readonly cycle: readonly string[]
}

export interface Row {
  readonly process: string
  readonly context: string
  readonly holds: readonly { readonly object: string; readonly mode: string; readonly since: number }[]
  /** What it waits for, or where it rests; empty if it can run on. */
  readonly waitsFor: string
  /** The step it cannot take. */
  readonly blockedAt?: string
  readonly status: 'stuck' | 'at rest' | 'runs on' | 'faulted'
  readonly at?: string
  readonly kernel?: string
}

/** Explains where a path has led. */
export function explain<S>(
  machine: Machine<S>,
  path: readonly TransitionId[],
  states: readonly S[],
  outcome: Outcome,
): Explanation {
  const { system } = machine
  const graphs = new WaitGraphs(machine, new Control(system))
  const end = states.at(-1)!
  const stuck = outcome.stuck.map((name) => system.processes.findIndex((p) => p.name === name)).filter((p) => p >= 0)
  const graph = graphs.at(end, stuck, outcome.escapes)
  const words = new Words(machine, graphs, end, graph)
  const order = [...new Set([...graph.core, ...stuck, ...system.processes.keys()])]
  const table = order
    .filter((p) => system.processes[p]!.context !== 'observer')
    .map((p): Row => {
      const { name, context, locations, faultAt } = system.processes[p]!
      const at = machine.location(end, p)
      const status =
        at === faultAt ? 'faulted' : stuck.includes(p) ? 'stuck' : locations[at]!.rest ? 'at rest' : 'runs on'
      const wait = graph.waits.find((w) => w.process === p)
      const origin = wait === undefined ? undefined : system.origins[wait.origin]
      return {
        process: name,
        context,
        holds: words
          .holdsOf(p)
          .map((hold) => ({ object: hold.object, mode: hold.mode, since: since(hold, states, graphs) })),
        waitsFor: words.waitsOf(p).join(' or '),
        status,
        ...(wait !== undefined && wait.step !== '' && { blockedAt: wait.step.replace(/ -> \S+$/, '') }),
        ...(origin?.site !== undefined && { at: showSite(origin.site) }),
        ...(origin?.kernel !== undefined && { kernel: origin.kernel }),
      }
    })
  const last = path.at(-1)
  const headline =
    outcome.code === undefined || last === undefined ? words.stuckHeadline(outcome) : words.faultHeadline(outcome, last)
  return { headline, table, cycle: words.cycle() }
}

/** The step after which the hold has lasted until the end; 0 if from the start. */
function since<S>(hold: Hold, states: readonly S[], graphs: WaitGraphs<S>): number {
  for (let i = states.length - 1; i > 0; i--)
    if (
      !graphs
        .holds(states[i - 1]!)
        .some((h) => h.process === hold.process && h.object === hold.object && h.mode === hold.mode)
    )
      return i
  return 0
}

/** Sentences about one end state. */
class Words<S> {
  readonly #machine: Machine<S>
  readonly #graph: WaitGraph
  readonly #holds: readonly Hold[]

  constructor(machine: Machine<S>, graphs: WaitGraphs<S>, end: S, graph: WaitGraph) {
    this.#machine = machine
    this.#graph = graph
    this.#holds = graphs.holds(end)
  }

  holdsOf(process: ProcessId): readonly Hold[] {
    return this.#holds.filter((hold) => hold.process === process)
  }

  /** What a process waits for, one phrase an alternative. */
  waitsOf(process: ProcessId): readonly string[] {
    return this.#graph.waits.filter((wait) => wait.process === process).map((wait) => this.#phrase(wait))
  }

  cycle(): readonly string[] {
    const { core, waits } = this.#graph
    return waits
      .filter((wait) => core.includes(wait.process))
      .map((wait) => {
        const enders = wait.for.filter((p) => core.includes(p) || wait.for.length === 1)
        const runners = wait.heldBy.map((p) => `'${this.#name(p)}', which runs on without giving it up`)
        const whom = [...enders.map((p) => this.#role(wait, p)), ...runners]
        return `'${this.#name(wait.process)}' waits for ${this.#phrase(wait)} -> ${whom.length === 0 ? 'nobody' : listed(whom, 'or')}`
      })
  }

  stuckHeadline({ kind, objects, processes, escapes }: Outcome): string {
    const { core, waits } = this.#graph
    if (core.length === 0)
      return kind === 'unsignalled-fence'
        ? `${listed(objects)} ${objects.length === 1 ? 'is' : 'are'} published and nothing will ever signal ${objects.length === 1 ? 'it' : 'them'}.`
        : `${listed(processes)} can never move again.`
    const sentences = core.slice(0, 4).map((p) => {
      const held = this.holdsOf(p).filter((hold) => hold.queued !== true)
      const waiting = this.waitsOf(p).join(' or ') || 'a step on which nobody may rely (t.may), or for nothing at all'
      const holding =
        held.length === 0
          ? ''
          : ` while holding ${listed(held.map((hold) => `${hold.object}${hold.mode === 'write' || hold.mode === 'spin' ? '' : ` (${hold.mode})`}`))}`
      const alone =
        this.#graph.shape === 'self' && (core.length === 1 || waits.some((w) => w.process === p && w.holdsIt))
      const self = alone ? ', which only itself could end' : ''
      return `'${this.#name(p)}' waits for ${waiting}${holding}${self}`
    })
    const more = core.length > 4 ? `; and ${core.length - 4} more` : ''
    const ends = new Set(
      waits
        .filter((w) => core.includes(w.process))
        .flatMap((wait) => this.#machine.system.origins[wait.origin]?.waits ?? []),
    )
    const hope =
      this.#graph.shape !== 'none'
        ? ''
        : `; nobody ${ends.size === 0 ? 'ends that' : `will call ${[...ends].join(' or ')}`}`
    const masked = escapes === 'off' ? '; only a timeout or a signal ends it' : ''
    return `${sentences.join('; ')}${more}${hope}${masked}.`
  }

  faultHeadline({ kind, code, detail }: Outcome, last: TransitionId): string {
    const { process, origin } = this.#machine.system.transitions[last]!
    const { op, on, call } = this.#machine.system.origins[origin]!
    const who = `'${this.#name(process)}'`
    const what = on === '' ? (call ?? op) : `${call ?? op} on ${on}`
    if (this.#machine.system.processes[process]!.context === 'observer' && kind !== 'assertion' && kind !== 'range')
      return `What is always true of '${on}' is not: ${code}.`
    if (code === 'invariant') return `The invariant '${detail}' does not hold.`
    if (kind === 'assertion') return `${who} asserts what is false: ${detail}.`
    if (code === 'out-of-range') return `${who} moves '${detail}' out of its range.`
    if (kind === 'range') return `${who} computes something that has no value (${code}: ${detail ?? what}).`
    if (code === 'rest-while-holding') return `${who} comes to rest while it holds ${detail}.`
    const hazard = hazards[kind]
    return hazard === undefined ? `${who} misuses ${what}: ${code}.` : `${who} ${hazard} in ${what} (${code}).`
  }

  #phrase({ suspendedBy, origin, step, objects }: Wait): string {
    if (suspendedBy !== undefined) return `the handler '${this.#name(suspendedBy)}' that runs on top of it`
    const { op, on, primitive, call } = this.#machine.system.origins[origin]!
    if (on === '') return `its step '${step}'${objects.length === 0 ? '' : ` (${listed(objects)})`}`
    return objects.includes(on) || objects.length === 0
      ? `${primitive} ${on} in ${call ?? op}`
      : `${listed(objects)} in ${call ?? op} on ${on}`
  }

  #role(wait: Wait, process: ProcessId): string {
    const held = this.holdsOf(process).find((hold) => wait.objects.includes(hold.object))
    const name = `'${this.#name(process)}'`
    if (wait.suspendedBy === process) return `${name}`
    if (held === undefined) return `${name}, which alone could do that`
    if (held.queued === true) return `${name}, ${held.mode}`
    return `${name}, which holds it${held.mode === 'write' || held.mode === 'spin' ? '' : ` (${held.mode})`}`
  }

  #name(process: ProcessId): string {
    return this.#machine.system.processes[process]!.name
  }
}
