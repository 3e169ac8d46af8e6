// SPDX-License-Identifier: Apache-2.0
import { not } from '#system/expression'
import {
  isEscape,
  isMay,
  type Process,
  type ProcessId,
  type System,
  type Tag,
  type Transition,
  type Variable,
} from '#system/system'
import type { Rewriting } from './rewriting.ts'

/** Whether steps with a tag can be taken away. */
export type Unreliable = (tag: Tag | undefined) => boolean

/** Steps that merely may happen. Whatever gives up a wait is a step like any other. */
export const opportunities: Unreliable = isMay
/** Those, and whatever gives up a wait. */
export const opportunitiesAndEscapes: Unreliable = (tag) => isMay(tag) || isEscape(tag)

/**
 * The same system, in which stuckness need not be judged as if some steps were absent: for each process that has such
 * steps an adversary can take them away, once and for all. No transition of it has a tag.
 *
 * A set of transitions is dead without those steps from some reachable state on if and only if it is dead, with all that
 * is left, from some reachable state of the new system on (docs/theory-rewriting.md 6). An adversary for each
 * process, instead of one for all, keeps processes out of each other's way.
 */
export function withAdversary(system: System, canBeTaken: Unreliable): Rewriting {
  const concerned = new Map<ProcessId, number>()
  for (const { process, tag } of system.transitions)
    if (canBeTaken(tag) && !concerned.has(process)) concerned.set(process, concerned.size)
  const taken = (process: ProcessId): number => system.variables.length + concerned.get(process)!
  const adversary = (process: ProcessId): ProcessId => system.processes.length + concerned.get(process)!

  const ordinary = ({ tag, ...transition }: Transition): Transition => {
    if (!canBeTaken(tag)) return transition
    return { ...transition, guard: [...transition.guard, not({ v: taken(transition.process) })] }
  }
  const [variables, processes, strikes]: [Variable[], Process[], Transition[]] = [[], [], []]
  for (const process of concerned.keys()) {
    const { name } = system.processes[process]!
    variables.push({ name: `taken[${name}]`, min: 0, max: 1, init: 0, owner: process })
    processes.push(adversaryOf(name))
    strikes.push({
      process: adversary(process),
      from: 0,
      to: 1,
      guard: [],
      effect: [{ to: taken(process), value: 1 }],
      exit: 'ok',
      label: 'take away',
      origin: system.origins.length,
    })
  }
  const members = (of: readonly ProcessId[]): readonly ProcessId[] => of.filter((p) => concerned.has(p))
  return {
    system: {
      ...system,
      variables: [...system.variables, ...variables],
      processes: [...system.processes, ...processes],
      transitions: [...system.transitions.map(ordinary), ...strikes],
      origins: [...system.origins, { op: 'take away', on: '', primitive: '', step: 'adversary', frames: [] }],
      symmetries: system.symmetries.map((symmetry) => ({
        ...symmetry,
        copies: symmetry.copies.map((copy) => ({
          processes: [...copy.processes, ...members(copy.processes).map(adversary)],
          variables: [...copy.variables, ...members(copy.processes).map(taken)],
        })),
      })),
    },
    standsFor: [...system.transitions.map((_, id) => [id]), ...strikes.map(() => [])],
    before: [],
    variables: system.variables.map((_, v) => v),
    idle: new Set(),
    removed: 0,
  }
}

/** It rests before and after: nobody waits for it, nor does it for anybody. */
const adversaryOf = (name: string): Process => ({
  name: `adversary of ${name}`,
  context: 'hardware',
  locations: [
    { name: 'waiting', rest: true },
    { name: 'done', rest: true },
    { name: 'faulted', rest: false },
  ],
  init: 0,
  faultAt: 2,
  suspended: [],
})
