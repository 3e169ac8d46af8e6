// SPDX-License-Identifier: Apache-2.0
import { cycleOf, type Edge } from '../meaning/cycle.ts'
import { cyclePlan } from '../model/cycle-plan.ts'
import { twoInstancesPlan } from '../model/recursive-plan.ts'
import { obstaclesOf } from '../meaning/obstacles.ts'
import type { Dependency, RecursiveReport } from '../report/report.ts'
import type { Story } from './story.ts'
import { kernelWord, toldEdge } from './told.ts'

/** One task, and one object or two: the addresses tell. */
export function recursive(report: RecursiveReport): Story {
  const { acquiring, holding, frames, kernel, line } = report
  const [task] = report.tasks
  const dependency: Dependency = { from: holding, to: acquiring, frames, line, ...(task !== undefined && { task }) }
  const edges = cycleOf([dependency], kernel)
  const [edge] = edges as [Edge]
  const told = [toldEdge(edge)]
  const summary = `A lockdep report${kernelWord(kernel)}: a task takes a lock of a class that it holds.`
  const isKnown = acquiring.address !== undefined && holding.address !== undefined
  const base = { report, classes: [acquiring.name], edges: told }
  if (isKnown && acquiring.address !== holding.address && edge.to.role === 'lock')
    return {
      ...base,
      plan: twoInstancesPlan(report, edge.to, summary),
      obstacles: [
        `the two locks are different objects (${holding.address} is held, ${acquiring.address} is taken): it would have to be the same one`,
        ...obstaclesOf(edges),
      ],
      assumptions: [],
      ifOnly: {
        plan: twoInstancesPlan(report, edge.to, summary, { opposed: true }),
        says: 'another task takes two of them the other way round',
      },
    }
  return {
    ...base,
    plan: cyclePlan(edges, summary),
    obstacles: obstaclesOf(edges),
    assumptions: isKnown ? [] : ['the two locks are taken to be one object: the report prints no addresses'],
  }
}
