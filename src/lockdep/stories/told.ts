// SPDX-License-Identifier: Apache-2.0
import { actorOf } from '../meaning/actor.ts'
import type { Edge } from '../meaning/cycle.ts'
import type { ToldEdge } from './story.ts'

/** A dependency of a circle as it is told. */
export const toldEdge = ({ from, to, kind, dependency }: Edge): ToldEdge => ({
  from: from.lock.name,
  to: to.lock.name,
  kind,
  who: dependency.task ?? actorOf(dependency.frames),
  ...(to.taken.at !== undefined && { at: to.taken.at }),
})

/** The classes of a circle in its order, each once. */
export const classesOf = (edges: readonly ToldEdge[]): readonly string[] => [
  ...new Set(edges.flatMap(({ from, to }) => [from, to])),
]

/** For the first sentence of a model. */
export const kernelWord = (kernel: string | undefined): string => (kernel === undefined ? '' : ` of ${kernel}`)

/** Longer circles have too many states; lockdep's own are far shorter. */
const longest = 40
/** Why a circle is not modelled, if it is not. */
export const tooLong = (edges: readonly Edge[]): string | undefined =>
  edges.length > longest
    ? `a circle of ${edges.length} lock classes is too long to be checked (at most ${longest})`
    : undefined
