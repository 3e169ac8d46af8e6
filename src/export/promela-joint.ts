// SPDX-License-Identifier: Apache-2.0
import { movesOf } from '#system/moves'
import type { System, Transition } from '#system/system'
import { allOf, anyOf, describe, effects, enabling, preamble, readEverything } from './promela-text.ts'

/**
 * A system as one process over explicit locations: the form for steps that move several processes at once, of which
 * Promela has none without a message. It always stands at the same label, so its states are those of the variables.
 * That label is no valid end; where everybody is at rest or stopped by a fault the process can go round in place, so
 * that SPIN reports as invalid end state only what is a deadlock.
 */
export function toOneProcess(system: System, title: string): string {
  const option = (t: Transition): string => {
    const moves = movesOf(t)
    const inPlace = moves.map(({ process, from }) => `l${process} == ${from}`)
    const steps = [...effects(t, system), ...moves.map(({ process, to }) => `l${process} = ${to}`), 'goto L']
    return `    :: ${allOf([...inPlace, ...enabling(t, system)])} -> ${steps.join('; ')}  ${describe(t, system)}`
  }
  const atRest = system.processes.map(({ locations, faultAt }, p) =>
    anyOf(
      locations
        .keys()
        .filter((at) => locations[at]!.rest || at === faultAt)
        .map((at) => `l${p} == ${at}`)
        .toArray(),
    ),
  )
  const everybody = [...system.processes.keys()]
  const lines = [
    ...preamble(system, title, everybody),
    'active proctype P() {',
    'L:',
    '  atomic { if',
    ...system.transitions.map(option),
    `    :: ${allOf(atRest)} -> goto L  /* everybody may stay here for ever */`,
    '  fi };',
    ...readEverything(system, everybody),
    '}',
  ]
  return `${lines.join('\n')}\n`
}
