// SPDX-License-Identifier: Apache-2.0

/** Why one class must lie below another: somebody waits for it who owes the other. */
export interface WaitEdge {
  readonly owed: string
  readonly waited: string
  readonly because: string
}

/**
 * Ranks: 0 for a class whose owners never wait, else one more than the highest class that an owner of it waits for. Where
 * the waits go in a circle there are none, and the circle is the answer.
 */
export function ranksOf(
  classes: Iterable<string>,
  edges: readonly WaitEdge[],
): { readonly ranks: ReadonlyMap<string, number> } | { readonly circle: readonly WaitEdge[] } {
  const below = Map.groupBy(edges, ({ owed }) => owed)
  const ranks = new Map<string, number>()
  const path: WaitEdge[] = []
  const climb = (name: string): readonly WaitEdge[] | undefined => {
    if (ranks.has(name)) return undefined
    const start = path.findIndex(({ owed }) => owed === name)
    if (start !== -1) return path.slice(start)
    let rank = 0
    for (const edge of below.get(name) ?? []) {
      path.push(edge)
      const circle = climb(edge.waited)
      if (circle !== undefined) return circle
      path.pop()
      rank = Math.max(rank, 1 + ranks.get(edge.waited)!)
    }
    ranks.set(name, rank)
    return undefined
  }
  for (const name of classes) {
    const circle = climb(name)
    if (circle !== undefined) return { circle }
  }
  return { ranks }
}
