// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { Graph } from '#explore/graph'
import { moversOf } from '#system/moves'
import type { System, TransitionId } from '#system/system'

/** States that are written at most; the file is for tools, the limit for the time it takes to make. */
export const maxAutStates = 200_000

/**
 * An explored state graph as a labelled transition system in the Aldebaran format of CADP, mCRL2 and LTSmin. A label is
 * `process: step`, and ends with `!` and its code where the step is a fault.
 */
export function toAut({ processes, transitions }: System, graph: Graph): string {
  const label = (id: TransitionId): string => {
    const { label: step, fault } = transitions[id]!
    const who = moversOf(transitions[id]!)
      .map((p) => processes[p]!.name)
      .join(' + ')
    return quoted(`${who}: ${step}${fault === undefined ? '' : ` ! ${fault.kind} ${fault.code}`}`)
  }
  const edges: string[] = []
  for (let from = 0; from < graph.states; from++)
    for (let i = 0; i < graph.degree(from); i++)
      edges.push(`(${from},${label(graph.transition(from, i))},${graph.target(from, i)})\n`)
  return `des (0,${edges.length},${graph.states})\n${edges.join('')}`
}

/** The format has no way to write a quotation mark inside of a label; a backslash means something to some readers. */
const quoted = (text: string): string =>
  `"${printable(text.toWellFormed()).replace(/\s+/g, ' ').replaceAll('"', "'").replaceAll('\\', '/')}"`
