// SPDX-License-Identifier: Apache-2.0
import type { Edge } from './cycle.ts'

/** Why nobody waits at places of this cycle where lockdep sees a dependency, a sentence each. */
export function obstaclesOf(edges: readonly Edge[]): readonly string[] {
  return edges.flatMap((edge) => {
    const { from, to, neverWaits } = edge
    if (neverWaits && to.role === 'ticket')
      return [`'${to.lock.name}' is a ticket: taking it with '${from.lock.name}' held never blocks`]
    if (neverWaits && to.role === 'fence')
      return [
        `with '${from.lock.name}' held a signalling section begins, which never blocks: it would take a wait for a fence there`,
      ]
    if (neverWaits) return [`'${to.lock.name}' is taken by a trylock, which never waits`]
    if (to.role === 'lock' && to.reads && to.heldShared && !to.written)
      return [
        `'${to.lock.name}' is only ever read as far as the report shows, and readers do not wait for each other: it would take a writer`,
      ]
    return []
  })
}
