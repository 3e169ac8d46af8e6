// SPDX-License-Identifier: Apache-2.0
import { interruptOf } from '../meaning/actor.ts'
import type { Node } from '../meaning/cycle.ts'
import type { WaitContextReport } from '../report/report.ts'
import { holding, type PlannedLock } from './lock-steps.ts'
import type { Plan, Statement } from './plan.ts'

/** A lock that sleeps is taken in an interrupt, under spinning locks, or where nothing else is known, with preemption off. */
export function waitContextPlan(
  { frames, tasks, line }: WaitContextReport,
  node: Node,
  spinning: readonly PlannedLock[],
  summary: string,
): Plan {
  const { lock, primitive, reads, taken } = node
  const by = interruptOf(frames)
  const locks = spinning.map((one) => ({
    ...one,
    primitive: one.primitive === 'rwlock' ? one.primitive : ('spinlock' as const),
  }))
  const inner = holding({ name: lock.name, primitive }, { reads, tries: taken.tries, at: taken.at })
  const isAtomic = by !== undefined || locks.length > 0
  const preemption: readonly Statement[] = isAtomic
    ? inner
    : [{ op: 'preemptDisable' }, ...inner, { op: 'preemptEnable' }]
  const steps = locks.reduceRight<readonly Statement[]>((body, held) => holding(held, {}, body), preemption)
  return {
    summary,
    objects: [
      ...locks.map((held) => ({ kind: held.primitive, name: held.name })),
      { kind: primitive, name: lock.name },
    ],
    paths: [
      {
        role: by === undefined ? 'thread' : by === 'hardirq' ? 'irq' : 'softirq',
        name: tasks[0] ?? 'task',
        says: `takes ${lock.name}`,
        steps,
        line,
      },
      // Somebody has to be there for an interrupt to come.
      ...(by === undefined
        ? []
        : [{ role: 'thread', name: 'interrupted', says: 'is interrupted', steps: [], line } as const]),
    ],
    abstracts: isAtomic
      ? []
      : ['What makes the context atomic is not among the held locks: preemption is taken to be off.'],
  }
}
