// SPDX-License-Identifier: Apache-2.0
import { isVarRead } from '#system/expression'
import type { Hold, LocationId, ProcessId, Transition, VarId } from '#system/system'
import { isAlways, partial, type Look } from './partial.ts'
import { mayWrite, type Vocabulary } from './vocabulary.ts'

/** A place of one process with what it then knows of its own variables. */
export interface LocalState {
  readonly at: LocationId
  readonly look: Look
  /** What it may do here, with where that leads. */
  readonly steps: { readonly by: Transition; readonly to: LocalState }[]
  /** Locks it may hold or queue for. */
  readonly holds: ReadonlySet<string>
  readonly queues: ReadonlySet<string>
  /** Those of them that it has for certain. */
  readonly has: ReadonlySet<string>
}

/** More local states than this are not looked at. */
const most = 20_000

/**
 * All local states of a process, the one it starts in first; or why it cannot be done: they are too many, or it may stop
 * with a fault in one.
 */
export function walk(process: ProcessId, vocabulary: Vocabulary): readonly LocalState[] | string {
  const { system } = vocabulary
  const { variables, transitions, holds, processes } = system
  const { name, init } = processes[process]!
  const others = transitions.filter((t) => t.process !== process)
  const own = [...variables.keys()].filter(
    (v) => variables[v]!.owner === process && !others.some(({ effect }) => effect.some((set) => mayWrite(set, v))),
  )
  const isWritten = new Set(
    [...variables.keys()].filter((v) => transitions.some(({ effect }) => effect.some((set) => mayWrite(set, v)))),
  )
  const states = new Map<string, LocalState>()
  const enter = (at: LocationId, memory: ReadonlyMap<VarId, number | undefined>): LocalState => {
    const key = JSON.stringify([at, own.map((v) => memory.get(v) ?? '?')])
    const known = states.get(key)
    if (known !== undefined) return known
    const look: Look = (leaf) => {
      if (!isVarRead(leaf)) return leaf.process === process ? (leaf.in.includes(at) ? 1 : 0) : undefined
      return memory.has(leaf.v) ? memory.get(leaf.v) : isWritten.has(leaf.v) ? undefined : variables[leaf.v]!.init
    }
    const claims = holds.filter((hold) => hold.process === process && vocabulary.locks.has(hold.object))
    const having = (which: (hold: Hold) => boolean): ReadonlySet<string> =>
      new Set(claims.filter((hold) => partial(hold.when, look) !== 0 && which(hold)).map(({ object }) => object))
    const state: LocalState = {
      at,
      look,
      steps: [],
      holds: having(({ queued }) => queued !== true),
      queues: having(({ queued }) => queued === true),
      has: having(({ when }) => partial(when, look) !== undefined),
    }
    memories.set(state, memory)
    states.set(key, state)
    return state
  }
  const memories = new Map<LocalState, ReadonlyMap<VarId, number | undefined>>()
  enter(init, new Map(own.map((v) => [v, variables[v]!.init])))
  for (const state of states.values()) {
    if (states.size > most) return `'${name}' has more than ${most} local states`
    for (const by of transitions) {
      if (by.process !== process || by.from !== state.at) continue
      if (by.guard.some((g) => partial(g, state.look) === 0)) continue
      if (by.fault === undefined) {
        state.steps.push({ by, to: enter(by.to, remembered(by, memories.get(state)!, state.look)) })
      } else if (!isAlways(false, ['and', ...by.guard], state.look, system))
        return `'${name}' may stop with a fault: ${by.label}`
    }
  }
  return [...states.values()]
}

/** What a process knows of its own variables after a step. */
function remembered(
  { effect }: Transition,
  memory: ReadonlyMap<VarId, number | undefined>,
  look: Look,
): ReadonlyMap<VarId, number | undefined> {
  const after = new Map(memory)
  for (const assign of effect) {
    const { to, value } = assign
    const index = typeof to === 'number' ? undefined : partial(to[1], look)
    for (const v of memory.keys()) {
      if (!mayWrite(assign, v)) continue
      if (typeof to === 'number' || (index !== undefined && to[2 + index] === v)) after.set(v, partial(value, look))
      else if (index === undefined) after.set(v, undefined)
    }
  }
  return after
}
