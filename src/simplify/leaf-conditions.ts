// SPDX-License-Identifier: Apache-2.0
import { readsOf, writesOf } from '#system/footprint'
import { movesOf } from '#system/moves'
import type { Expr, System, Transition, TransitionId } from '#system/system'
import type { ControlFlow } from './control-flow.ts'
import { tells, type Movers } from './movers.ts'
import type { Lock } from './mutual-exclusion.ts'
import { insideSteps, type Section } from './sections.ts'
import { inSequence } from './sequence.ts'

/** A lock of which it is asked whether its sections can be taken as single steps. */
export interface Candidate {
  /** Without what is decided anyway (`decided.ts`). */
  readonly system: System
  readonly leaving: ControlFlow
  readonly lock: Lock
  readonly sections: readonly Section[]
  readonly movers: Movers
}

export type Condition = (candidate: Candidate) => boolean

/** What makes a lock a leaf (docs/theory-rewriting.md 5, where the proof says what each is for). */
export const leafConditions = {
  /** Nobody looks at the lock but to take it. */
  untested: ({ lock }) => lock.tests.length === 0,

  /** Every path gives the lock back, and soon. */
  ends: ({ sections }) => sections.every(({ endless }) => endless.length === 0),

  /** Locations inside are like any other, and steps are such as processes are entitled to. */
  ordinary: (c) =>
    everyInside(c, (process, at) => !c.system.processes[process]!.locations[at]!.rest) &&
    stepsOf(c).every((id) => {
      const { fault, tag, retry, joint } = c.system.transitions[id]!
      return [fault, tag, retry, joint].every((special) => special === undefined)
    }),

  /** What others hold does not change inside. */
  holdsAreOnesOwn: (c) =>
    [...stepsOf(c), ...c.lock.waits].every((id) => {
      const t = c.system.transitions[id]!
      return c.system.holds.every(
        ({ process, object, when }) => process === t.process || object === c.lock.object || !changes(t, when),
      )
    }),

  /** A process inside can always go on. */
  neverBlocks: (c) => everyInside(c, (process, at) => c.movers.oneAlwaysEnabled(process, at, stepsAt(c, process, at))),

  /** No handler can come on top of a process inside. */
  uninterrupted: (c) =>
    everyInside(c, (process, at) =>
      c.system.processes[process]!.suspended.every(({ when }) => !c.movers.canMakeTrue(when, process, at)),
    ) &&
    stepsOf(c).every((id) => {
      const t = c.system.transitions[id]!
      return c.system.processes[t.process]!.suspended.every(({ when }) => !changes(t, when))
    }),

  /** What is done inside is R* N L*: right movers, at most one step that is neither, left movers. */
  oneNonMover: ({ system, lock, sections, movers }) => {
    const isInside = ({ process, from }: { readonly process: number; readonly from: number }): boolean =>
      lock.inside[process]!.has(from)
    // While one process is inside, nobody else is, comes in, or (by the lemma on waits) waits.
    const concerns = (other: TransitionId): boolean => {
      const t = system.transitions[other]!
      return !lock.acquires.has(other) && !lock.waits.has(other) && !movesOf(t).some(isInside)
    }
    const visible = (id: TransitionId): boolean =>
      system.debts.some(({ owed }) => changes(system.transitions[id]!, owed))
    return sections.every(({ paths }) =>
      paths.every((path) => {
        const first = path.findIndex((id) => visible(id) || !movers.right(id, concerns))
        return first < 0 || path.slice(first + 1).every((id) => !visible(id) && movers.left(id, concerns))
      }),
    )
  },

  /** Whoever waits for the lock might as well not have begun to. */
  waitsForNothingElse: (c) => {
    const { system, lock, movers } = c
    return [...lock.waits].every((id) => {
      const t = system.transitions[id]!
      const late = c.leaving[t.process]![t.to]!.map((way) => way.id)
      // Once nobody is inside whoever waits is let through, whatever else there is.
      if (!movers.oneAlwaysEnabled(t.process, t.to, late)) return false
      if (system.debts.some(({ owed }) => changes(t, owed)) || !movers.right(id, () => true)) return false
      return late.every((last) => [...lock.acquires].some((direct) => isTheSame(c, [id, last], direct)))
    })
  },
} as const satisfies Record<string, Condition>

/** Whether a transition writes what a condition reads, or moves between locations that it tells apart. */
function changes(t: Transition, condition: Expr): boolean {
  const read = readsOf(condition)
  return (
    t.effect.some((assign) => writesOf(assign).some((v) => read.has(v))) ||
    movesOf(t).some(({ process, from, to }) => tells([condition], process, from, to))
  )
}

const everyInside = ({ lock }: Candidate, holds: (process: number, at: number) => boolean): boolean =>
  lock.inside.every((locations, process) => [...locations].every((at) => holds(process, at)))

const stepsAt = ({ system, lock, leaving }: Candidate, process: number, at: number): readonly TransitionId[] =>
  insideSteps(system, lock, leaving, process, at)

/** Every transition that is part of a section. */
export const stepsOf = (c: Candidate): readonly TransitionId[] => [
  ...c.lock.acquires,
  ...c.lock.inside.flatMap((locations, process) => [...locations].flatMap((at) => stepsAt(c, process, at))),
]

/** Whether two steps are one in what they need, apart from the lock, in what they do, and in what is told of them. */
function isTheSame({ system, lock }: Candidate, pair: readonly TransitionId[], direct: TransitionId): boolean {
  const [first, last, one] = [system.transitions[pair[0]!]!, system.transitions[pair[1]!]!, system.transitions[direct]!]
  if (first.process !== one.process || first.from !== one.from || last.to !== one.to) return false
  if (first.origin !== one.origin || last.origin !== one.origin || last.exit !== one.exit) return false
  const told = (path: readonly TransitionId[]): readonly string[] | undefined => {
    const free = {
      ...system,
      transitions: system.transitions.map((t, id) => (path.includes(id) ? unlocked(t, lock) : t)),
    }
    const sequence = inSequence(free, path, new Map())
    if (sequence === undefined || sequence === 'never') return undefined
    return [...sequence.guard, ...sequence.effect].map((part) => JSON.stringify(part)).sort()
  }
  const [two, alone] = [told(pair), told([direct])]
  return two !== undefined && JSON.stringify(two) === JSON.stringify(alone)
}

/** A transition without what it asks of the lock. */
const unlocked = (t: Transition, { variables }: Lock): Transition => ({
  ...t,
  guard: t.guard.filter((g) => readsOf(g).isDisjointFrom(variables)),
})
