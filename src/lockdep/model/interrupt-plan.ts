// SPDX-License-Identifier: Apache-2.0
import { actorOf } from '../meaning/actor.ts'
import { acquisitionOf, primitiveOf } from '../meaning/acquisition.ts'
import { functionOf, type LockClass } from '../report/lock.ts'
import type { Dependency, Interrupter, Use } from '../report/report.ts'
import { holding, type PlannedLock } from './lock-steps.ts'
import { Names } from './names.ts'
import type { Plan, PlannedPath, Statement } from './plan.ts'

/** What an interrupt, or reclaim, turns into a cycle: a lock that it takes leads to one that it may come on top of. */
export interface InterruptCycle {
  readonly by: Interrupter
  /** What the interrupt takes. */
  readonly safe: LockClass
  /** What is held while it comes. */
  readonly unsafe: LockClass
  /** From the one to the other; none if they are one lock. */
  readonly chain: readonly Dependency[]
  readonly inside: Use
  readonly outside: Use
  readonly kernel: string | undefined
  readonly line: number
}

/** The model: who is interrupted, the handler, and a path for each dependency between the locks. */
export function interruptPlan(cycle: InterruptCycle, summary: string): Plan {
  const { by, safe, unsafe, chain, inside, outside, line } = cycle
  const locks = new Map<string, PlannedLock>()
  const names = new Names()
  const lockOf = (lock: LockClass): PlannedLock => {
    const known = locks.get(lock.name) ?? { name: names.unique(lock.name), primitive: primitiveIn(cycle, lock) }
    locks.set(lock.name, known)
    return known
  }
  const processes = new Names()
  const nameOf = (frames: Use['frames'], other: string): string => {
    const { at } = acquisitionOf(frames)
    return processes.unique(at === undefined ? other : `${functionOf(at)}()`)
  }
  const reclaims: readonly Statement[] = by === 'reclaim' ? [{ op: 'allocKernel' }] : []
  const paths: readonly PlannedPath[] = [
    {
      role: 'thread',
      name: nameOf(outside.frames, 'interrupted'),
      says: `${unsafe.name} is held where ${comes[by]}`,
      steps: holding(lockOf(unsafe), { reads: outside.reads, at: acquisitionOf(outside.frames).at }, reclaims),
      line,
    },
    {
      role: runs[by],
      name: nameOf(inside.frames, by),
      says: `${by} takes ${safe.name}`,
      steps: holding(lockOf(safe), { reads: inside.reads, at: acquisitionOf(inside.frames).at }),
      line,
    },
    ...chain.map((dependency): PlannedPath => {
      const taken = acquisitionOf(dependency.frames)
      const irqsave = by !== 'reclaim'
      return {
        role: 'thread',
        name: dependency.task ?? nameOf(dependency.frames, 'nested'),
        says: `${dependency.from.name} -> ${dependency.to.name}, by ${dependency.task ?? actorOf(dependency.frames)}`,
        steps: holding(lockOf(dependency.from), { irqsave }, holding(lockOf(dependency.to), taken)),
        line: dependency.line,
      }
    }),
  ]
  return {
    summary,
    objects: [...locks.values()].map(({ name, primitive }) => ({ kind: primitive, name })),
    paths,
    abstracts: [
      'Each lock class is one object: a deadlock needs the same object in the paths that meet.',
      by === 'reclaim'
        ? 'Any allocation may reclaim, and any reclaim may come to this lock.'
        : 'The interrupt may come to any CPU at any time that has interrupts on.',
    ],
  }
}

const runs = { hardirq: 'irq', softirq: 'softirq', nmi: 'irq', reclaim: 'shrinker' } as const
const comes = {
  hardirq: 'an interrupt may come',
  softirq: 'a softirq may run',
  nmi: 'an NMI may come',
  reclaim: 'memory is allocated',
} as const

/** What interrupts take spins; so does what is nested in it. */
function primitiveIn({ by, chain, inside, outside, safe, unsafe, kernel }: InterruptCycle, lock: LockClass) {
  const traces = [
    ...chain.filter(({ to }) => to.name === lock.name).map(({ frames }) => frames),
    ...(lock.name === safe.name ? [inside.frames] : []),
    ...(lock.name === unsafe.name ? [outside.frames] : []),
  ].map(acquisitionOf)
  const said = traces.find(({ primitive }) => primitive !== undefined) ?? { reads: false, tries: false }
  const reads = (lock.name === safe.name && inside.reads) || (lock.name === unsafe.name && outside.reads)
  const primitive = primitiveOf(lock, said, kernel)
  if (by === 'reclaim') return reads ? 'rwsem' : primitive === 'spinlock' ? 'mutex' : primitive
  return reads || primitive === 'rwlock' ? 'rwlock' : 'spinlock'
}
