// SPDX-License-Identifier: Apache-2.0
import type { Expr, Move, ProcessId, System, Transition, TransitionId } from './system.ts'

/** All that a transition moves: its own process first, then the partners of a rendezvous. */
export const movesOf = (transition: Transition): readonly Move[] =>
  transition.joint === undefined ? [transition] : [transition, ...transition.joint]

/** The processes that a transition moves, its own first. */
export const moversOf = (transition: Transition): readonly ProcessId[] =>
  movesOf(transition).map((move) => move.process)

/** While one of these holds a handler runs on top of somebody whom the transition moves. */
export const suspensionsOf = ({ processes }: System, transition: Transition): readonly Expr[] =>
  moversOf(transition).flatMap((process) => processes[process]!.suspended.map(({ when }) => when))

/** By process and location, the transitions that leave it, in ascending id; a joint one with every mover. */
export function leavingOf({ processes, transitions }: System): readonly (readonly (readonly TransitionId[])[])[] {
  const leaving = processes.map(({ locations }) => locations.map((): TransitionId[] => []))
  for (const [id, transition] of transitions.entries())
    for (const { process, from } of movesOf(transition)) leaving[process]![from]!.push(id)
  return leaving
}
