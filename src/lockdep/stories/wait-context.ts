// SPDX-License-Identifier: Apache-2.0
import { actorOf } from '../meaning/actor.ts'
import { nodeOf } from '../meaning/cycle.ts'
import { faultsIn } from '../meaning/edge-kind.ts'
import { sleeps } from '../model/lock-steps.ts'
import { waitContextPlan } from '../model/wait-context-plan.ts'
import type { WaitContextReport } from '../report/report.ts'
import type { Story, ToldEdge } from './story.ts'
import { kernelWord } from './told.ts'

/** The task under its spinning locks. */
export function waitContext(report: WaitContextReport): Story {
  const { acquiring, held, frames, kernel, allows } = report
  const node = nodeOf(acquiring, frames, kernel)
  const inner = acquiring.waitType ?? 0
  // What lasts shorter than the lock that is being taken may not be held around it.
  const spinning = (held[0]?.locks ?? []).filter(
    ({ name, waitType = 0 }) =>
      name !== acquiring.name && waitType >= 2 && waitType < inner && !name.startsWith('rcu_'),
  )
  const last = spinning.at(-1)
  const edges: readonly ToldEdge[] =
    last === undefined
      ? []
      : [
          {
            from: last.name,
            to: acquiring.name,
            kind: 'ordinary-lock',
            who: report.tasks[0] ?? actorOf(frames),
            ...(node.taken.at !== undefined && { at: node.taken.at }),
          },
        ]
  const base = {
    report,
    classes: [...new Set([...spinning.map(({ name }) => name), acquiring.name])],
    edges,
    obstacles: [],
    assumptions: [],
  }
  if (node.taken.primitive === undefined && !faultsIn(acquiring.name, frames))
    return { ...base, unmodelled: `the stack does not show whether '${acquiring.name}' is a lock that sleeps` }
  if (!sleeps(node.primitive))
    return {
      ...base,
      unmodelled: `'${acquiring.name}' spins and sleeps only on PREEMPT_RT, which is not modelled${allows === undefined ? '' : ` (the context allows type ${allows}, the lock has ${inner})`}`,
    }
  const locks = [...new Set(spinning.map(({ name }) => name))].map((name) => ({ name, primitive: 'spinlock' as const }))
  return {
    ...base,
    plan: waitContextPlan(
      report,
      node,
      locks,
      `A lockdep report${kernelWord(kernel)}: a lock that sleeps is taken where nothing may.`,
    ),
  }
}
