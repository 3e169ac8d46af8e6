// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import { characterWidth, fit } from './chart-layout.ts'
import type { Moment } from './moment.ts'
import { layOutGraph, nodeHeight, nodeWidth, type GraphEdge, type GraphNode } from './wait-graph-layout.ts'

interface Properties {
  readonly moment: Moment
  readonly letters: ReadonlyMap<string, string>
}

/** Who waits for whom after a step. */
export function WaitGraph({ moment, letters }: Properties): JSX.Element {
  const { waits } = moment
  if (waits.length === 0) return <p class="faint">Nobody waits here.</p>
  const { nodes, edges, width, height } = layOutGraph(waits)
  const told = waits.map(({ process, object, on }) => `${process} waits for ${object}: ${on.join(' or ') || 'nobody'}`)
  const hopeless = waits.filter(({ on }) => on.length === 0)
  return (
    <>
      <svg class="wait-graph" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={told.join('. ')}>
        {edges.map((edge) => (
          <Arc key={`${edge.wait.process} ${edge.wait.object} ${edge.to}`} edge={edge} />
        ))}
        {nodes.map((node) => (
          <Node key={node.process} node={node} letter={letters.get(node.process)} isWaiting={isWaiting(node, moment)} />
        ))}
      </svg>
      {hopeless.map(({ process, object }) => (
        <p key={`${process} ${object}`} class="faint">
          <bdi>{process}</bdi> waits for <bdi>{object}</bdi>, which nobody is left to end.
        </p>
      ))}
      {edges.some(({ wait }) => !wait.isHeld) && <p class="faint">Dotted: not held; who ends it, or alone could.</p>}
    </>
  )
}

const isWaiting = ({ process }: GraphNode, { waits }: Moment): boolean => waits.some((wait) => wait.process === process)

function Arc({ edge }: { readonly edge: GraphEdge }): JSX.Element {
  const { path, x, y, wait } = edge
  const label = fit(wait.object, 130)
  const width = [...label].length * characterWidth + 12
  return (
    <g class={wait.isHeld ? 'edge' : 'edge loose'}>
      <title>{`${wait.process} waits for ${wait.object}: ${edge.to}`}</title>
      <path d={path} marker-end="url(#arrow-head)" />
      <rect class="label" x={x - width / 2} y={y - 10} width={width} height={20} rx={5} />
      <text x={x} y={y} text-anchor="middle" dominant-baseline="central">
        {label}
      </text>
    </g>
  )
}

interface NodeProperties {
  readonly node: GraphNode
  readonly letter: string | undefined
  readonly isWaiting: boolean
}

function Node({ node, letter, isWaiting }: NodeProperties): JSX.Element {
  const { process, x, y } = node
  const text = letter === undefined ? process : `${letter} ${process}`
  return (
    <g class={isWaiting ? 'node waiting' : 'node'}>
      <title>{process}</title>
      <rect x={x - nodeWidth / 2} y={y - nodeHeight / 2} width={nodeWidth} height={nodeHeight} rx={8} />
      <text x={x} y={y} text-anchor="middle" dominant-baseline="central">
        {fit(text, nodeWidth - 12)}
      </text>
    </g>
  )
}
