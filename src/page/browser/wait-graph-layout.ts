// SPDX-License-Identifier: Apache-2.0
import type { MomentWait } from './moment.ts'

export interface GraphNode {
  readonly process: string
  readonly x: number
  readonly y: number
}

export interface GraphEdge {
  readonly path: string
  /** Where its label stands. */
  readonly x: number
  readonly y: number
  readonly wait: MomentWait
  readonly to: string
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly width: number
  readonly height: number
}

export const nodeWidth = 128
export const nodeHeight = 34
const bend = 34
/** More would not be read. */
const mostNodes = 16

/** Waiters and whom they wait for on a ring, in the order in which they wait for each other, edges bent to one side. */
export function layOutGraph(waits: readonly MomentWait[]): GraphLayout {
  const names = [...new Set(inTurn(waits))].slice(0, mostNodes)
  const n = names.length
  const [radiusX, radiusY] = n <= 2 ? [112, 0] : [Math.max(132, n * 26), Math.max(92, n * 24)]
  const hasLoop = waits.some(({ process, on }) => on.includes(process))
  const [width, height] = [2 * radiusX + nodeWidth + 30, 2 * radiusY + nodeHeight + (n <= 2 || hasLoop ? 100 : 30)]
  const nodes = names.map((process, i): GraphNode => {
    const angle = n <= 2 ? Math.PI * (1 - i) : (2 * Math.PI * i) / n - Math.PI / 2
    const x = n === 1 ? width / 2 : width / 2 + radiusX * Math.cos(angle)
    return { process, x, y: height / 2 + radiusY * Math.sin(angle) }
  })
  const edges = waits.flatMap((wait) =>
    wait.on.flatMap((to): readonly GraphEdge[] => {
      const [a, b] = [wait.process, to].map((name) => nodes.find(({ process }) => process === name))
      return a === undefined || b === undefined ? [] : [{ ...edge(a, b), wait, to }]
    }),
  )
  return { nodes, edges, width, height }
}

function inTurn(waits: readonly MomentWait[]): readonly string[] {
  const order: string[] = []
  const visit = (name: string): void => {
    if (order.includes(name)) return
    order.push(name)
    for (const { process, on } of waits) if (process === name) for (const other of on) visit(other)
  }
  for (const { process } of waits) visit(process)
  return order
}

function edge(a: GraphNode, b: GraphNode): Pick<GraphEdge, 'path' | 'x' | 'y'> {
  if (a === b) {
    const [top, left, right] = [a.y - nodeHeight / 2, a.x - 22, a.x + 22]
    return {
      path: `M ${left} ${top} C ${left} ${top - 44} ${right} ${top - 44} ${right} ${top - 5}`,
      x: a.x,
      y: top - 33,
    }
  }
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = Math.hypot(dx, dy) || 1
  const [cx, cy] = [(a.x + b.x) / 2 - (dy / length) * -bend * 1.4, (a.y + b.y) / 2 + (dx / length) * -bend * 1.4]
  const [from, to] = [border(a, cx, cy, 0), border(b, cx, cy, 5)]
  const text = (value: number): string => value.toFixed(1)
  return {
    path: `M ${text(from.x)} ${text(from.y)} Q ${text(cx)} ${text(cy)} ${text(to.x)} ${text(to.y)}`,
    x: along(from.x, cx, to.x),
    y: along(from.y, cy, to.y),
  }
}

/** Nearer to who waits, where edges that meet have not met yet. */
const labelAt = 0.4
const along = (from: number, by: number, to: number): number =>
  (1 - labelAt) ** 2 * from + 2 * labelAt * (1 - labelAt) * by + labelAt ** 2 * to

/** Where the way from a node to a point leaves the node's box, and so much further. */
function border(
  { x, y }: GraphNode,
  towardsX: number,
  towardsY: number,
  further: number,
): { readonly x: number; readonly y: number } {
  const [dx, dy] = [towardsX - x, towardsY - y]
  const scale = Math.min(
    dx === 0 ? Infinity : nodeWidth / 2 / Math.abs(dx),
    dy === 0 ? Infinity : nodeHeight / 2 / Math.abs(dy),
  )
  const length = Math.hypot(dx, dy) || 1
  const reach = Math.min(1, scale) + further / length
  return { x: x + dx * reach, y: y + dy * reach }
}
