// SPDX-License-Identifier: Apache-2.0
import { showSite } from '#base/errors'
import type { Graph } from '#explore/graph'
import { Control } from '#property/control'
import { WaitGraphs } from '#property/wait-graph'
import type { Machine, StateStore } from '#system/machine'
import { moversOf } from '#system/moves'
import type { TransitionId } from '#system/system'
import { attributes } from './dot-text.ts'

/** A pair of objects: somebody holds the first and takes, or waits for, the second. */
interface Order {
  readonly held: string
  readonly wanted: string
  /** Where, by some process that does it, without those that follow. */
  readonly by: string
  readonly at: string
  readonly waits: boolean
}

/**
 * In which orders some run of a model takes its locks, in the language of Graphviz: an edge from what a process holds to
 * what it takes, dashed where it only ever waits for it (a fence, a completion, a lock that it never gets); what lies on a
 * cycle is red. Read from the explored states, so an order that no run takes is not in it, and neither is who will
 * signal: that is in the wait-for graph of a counterexample.
 */
export function toLockOrderDot<S>(machine: Machine<S>, graph: Graph, store: StateStore<S>): string {
  const orders = ordersOf(machine, graph, store)
  const nodes = [...new Set(orders.flatMap(({ held, wanted }) => [held, wanted]))].sort()
  const ids = new Map(nodes.map((name, i) => [name, `o${i}`]))
  const reach = new Map(nodes.map((name) => [name, reachable(name, orders)]))
  const onCycle = ({ held, wanted }: Order): boolean => reach.get(wanted)!.has(held)
  const lines = [
    'digraph lock_order {',
    '  node [fontname="monospace"]',
    '  edge [fontname="monospace"]',
    ...nodes.map(
      (name) =>
        `  ${ids.get(name)}${attributes({ label: name, color: reach.get(name)!.has(name) ? 'red' : undefined })}`,
    ),
    ...orders.map((order) => {
      const { held, wanted, by, at, waits } = order
      const label = at === '' ? by : `${by} at ${at}`
      const style = { style: waits ? 'dashed' : undefined, color: onCycle(order) ? 'red' : undefined }
      return `  ${ids.get(held)} -> ${ids.get(wanted)}${attributes({ label, ...style })}`
    }),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

function ordersOf<S>(machine: Machine<S>, graph: Graph, store: StateStore<S>): readonly Order[] {
  const { processes, transitions, origins } = machine.system
  const control = new Control(machine.system)
  const graphs = new WaitGraphs(machine, control)
  const objects = new Set(machine.system.variables.map(({ object }) => object))
  const orders = new Map<string, Order>()
  const note = (held: readonly string[], wanted: string, process: number, origin: number, waits: boolean): void => {
    for (const one of held) {
      const known = orders.get(`${one}\0${wanted}`)
      if (known !== undefined && (known.waits === waits || waits)) continue
      const { site } = origins[origin] ?? {}
      const at = site === undefined ? '' : showSite(site)
      orders.set(`${one}\0${wanted}`, { held: one, wanted, by: processes[process]!.name, at, waits })
    }
  }
  const heldBy = (state: S, process: number): readonly string[] =>
    graphs.holds(state).flatMap((hold) => (hold.process === process && hold.queued !== true ? [hold.object] : []))

  for (let id = 0; id < graph.states; id++) {
    const state = store.get(id)
    const enabled = machine.enabled(state)
    for (let i = 0; i < graph.degree(id); i++) {
      const by: TransitionId = graph.transition(id, i)
      const after = store.get(graph.target(id, i))
      for (const p of moversOf(transitions[by]!)) {
        const before = heldBy(state, p)
        for (const taken of heldBy(after, p))
          if (!before.includes(taken)) note(before, taken, p, transitions[by]!.origin, false)
      }
    }
    for (const [p, { context, locations }] of processes.entries()) {
      const held = heldBy(state, p)
      if (held.length === 0 || context === 'observer' || locations[machine.location(state, p)]!.rest) continue
      const origin = control.leaving(p, machine.location(state, p))[0]
      for (const wanted of graphs.hindrances(p, state, enabled))
        if (objects.has(wanted)) note(held, wanted, p, origin === undefined ? -1 : transitions[origin]!.origin, true)
    }
  }
  return [...orders.values()].sort((a, b) => (a.held + a.wanted < b.held + b.wanted ? -1 : 1))
}

function reachable(from: string, orders: readonly Order[]): ReadonlySet<string> {
  const reached = new Set(orders.filter(({ held }) => held === from).map(({ wanted }) => wanted))
  for (const name of reached) for (const { held, wanted } of orders) if (held === name) reached.add(wanted)
  return reached
}
