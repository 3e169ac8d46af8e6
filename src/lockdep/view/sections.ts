// SPDX-License-Identifier: Apache-2.0
import type { LocalGraph } from '#lockdep/paths/local-graph'
import { isMay, type System } from '#system/system'

/** The primitive whose operations begin and end a section. */
const annotation = 'dma_fence_signalling'

/** Whether some path of the model has sections of its own: then it is annotated as its author would. */
export const hasSections = (system: System): boolean => system.origins.some(({ primitive }) => primitive === annotation)

/**
 * Where a path would be inside a signalling section if it were annotated as rule R5 of the contract asks for: it still
 * comes to signal a fence, from that fence's publication on if the path publishes it, or else from where it last rested; or
 * it has published one and still has to hand over to who signals it. Interrupt context has no sections, and a device is no
 * code.
 */
export function owedSections(system: System, { process, nodes }: LocalGraph): ReadonlySet<number> {
  const { context, locations } = system.processes[process]!
  const inside = new Set<number>()
  if (context !== 'task' && context !== 'worker') return inside
  const isHeld = new Set(system.holds.map(({ object }) => object))
  const before = nodes.map((): { from: number; transition: number }[] => [])
  for (const [from, { edges }] of nodes.entries())
    for (const { to, transition } of edges) before[to]!.push({ from, transition })
  for (const { object, paidBy } of system.debts) {
    const pays = new Set(paidBy.filter((t) => !isMay(system.transitions[t]!.tag)))
    const owes = (transition: number): boolean =>
      system.origins[system.transitions[transition]!.origin]!.lockdep?.some(
        ({ does, map }) => does === 'owe' && 'object' in map && map.object === object,
      ) === true
    const found = new Set<number>()
    const queue: number[] = []
    const add = (node: number): void => {
      if (found.has(node) || locations[nodes[node]!.location]!.rest) return
      found.add(node)
      queue.push(node)
    }
    for (const [from, { edges }] of nodes.entries()) if (edges.some(({ transition }) => pays.has(transition))) add(from)
    for (const node of queue)
      for (const { from, transition } of before[node]!) if (!owes(transition) && !pays.has(transition)) add(from)
    for (const node of found) inside.add(node)
    for (const node of handingOver(object, owes)) inside.add(node)
  }
  return inside

  /** After the publication, while something is still to come by which others get on. */
  function handingOver(fence: string, owes: (transition: number) => boolean): readonly number[] {
    const after = new Set<number>()
    for (const { edges } of nodes) for (const { to, transition } of edges) if (owes(transition)) after.add(to)
    for (const node of after)
      if (!locations[nodes[node]!.location]!.rest) for (const { to } of nodes[node]!.edges) after.add(to)
    const ahead = new Set<number>()
    for (const [from, { edges }] of nodes.entries())
      if (edges.some(({ transition }) => handsOver(transition, fence))) ahead.add(from)
    for (const node of ahead)
      for (const { from } of before[node]!) if (!locations[nodes[from]!.location]!.rest) ahead.add(from)
    return [...after].filter((node) => ahead.has(node))
  }

  /** It writes something that is neither the process's own nor a lock: a doorbell, a list, a work item. */
  function handsOver(transition: number, fence: string): boolean {
    return system.transitions[transition]!.effect.some(({ to }) => {
      const { owner, object } = system.variables[typeof to === 'number' ? to : to[2]!]!
      return owner === undefined && object !== fence && (object === undefined || !isHeld.has(object))
    })
  }
}
