// SPDX-License-Identifier: Apache-2.0
import { acquisitionOf } from '../meaning/acquisition.ts'
import { actorOf } from '../meaning/actor.ts'
import { interruptPlan } from '../model/interrupt-plan.ts'
import type { LockClass } from '../report/lock.ts'
import type { InconsistentReport, InterruptReport, Use } from '../report/report.ts'
import { roleOf } from '../meaning/role.ts'
import type { Story, ToldEdge } from './story.ts'
import { classesOf, kernelWord } from './told.ts'

/** One lock, inside and outside of interrupts. */
export function inconsistent(report: InconsistentReport): Story {
  const { lock, by, inside, kernel } = report
  const unmodelled = unmodelledUse(by, [lock])
  const kind = by === 'reclaim' ? 'reclaim' : 'interrupt'
  const cycle = { ...report, safe: lock, unsafe: lock, chain: [] }
  const how = by === 'reclaim' ? 'reclaim takes it' : `a ${by} takes it`
  return {
    report,
    classes: [lock.name],
    edges: [useEdge(inside, { from: lock.name, to: lock.name, kind }, by)],
    ...(unmodelled === undefined
      ? {
          plan: interruptPlan(
            cycle,
            `A lockdep report${kernelWord(kernel)}: a lock is held with interrupts on, and ${how}.`,
          ),
        }
      : { unmodelled }),
    obstacles: [],
    assumptions: [],
  }
}

/** The same of two locks, one of which leads to the other. */
export function interrupted(report: InterruptReport): Story {
  const { chain, by, inside, kernel } = report
  const [safe, unsafe] = [chain[0]!.from, chain.at(-1)!.to]
  const kind = by === 'reclaim' ? 'reclaim' : 'interrupt'
  const unmodelled = unmodelledUse(by, [safe, ...chain.map(({ to }) => to)])
  const edges = chain.map((dependency): ToldEdge => {
    const { from, to, frames, task } = dependency
    const { at } = acquisitionOf(frames)
    const who = task ?? actorOf(frames)
    return { from: from.name, to: to.name, kind: 'ordinary-lock', who, ...(at !== undefined && { at }) }
  })
  return {
    report,
    classes: classesOf(edges),
    edges: [...edges, useEdge(inside, { from: unsafe.name, to: safe.name, kind }, by)],
    ...(unmodelled === undefined
      ? {
          plan: interruptPlan(
            { ...report, safe, unsafe },
            `A lockdep report${kernelWord(kernel)}: what a ${by} takes leads to a lock that it may come on top of.`,
          ),
        }
      : { unmodelled }),
    obstacles: [],
    assumptions: chain
      .filter(({ isGap }) => isGap === true)
      .map(({ from, to }) => `'${to.name}' is taken with '${from.name}' held: the text leaves out by whom`),
  }
}

const useEdge = (use: Use, edge: Omit<ToldEdge, 'who' | 'at'>, who: string): ToldEdge => {
  const { at } = acquisitionOf(use.frames)
  return { ...edge, who, ...(at !== undefined && { at }) }
}

/** Why there is no model of what an interrupt does here; undefined where there is one. */
function unmodelledUse(by: InterruptReport['by'], locks: readonly LockClass[]): string | undefined {
  if (by === 'nmi') return 'NMIs are not modelled'
  const other = locks.find(({ name }) => roleOf(name, []) !== 'lock')
  return other === undefined ? undefined : `'${other.name}' is no lock: it stands for what may sleep, in an interrupt`
}
