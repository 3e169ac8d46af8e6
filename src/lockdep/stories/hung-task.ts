// SPDX-License-Identifier: Apache-2.0
import { cycleOf } from '../meaning/cycle.ts'
import { hungWaitsOf } from '../meaning/hung-cycle.ts'
import { cyclePlan } from '../model/cycle-plan.ts'
import { obstaclesOf } from '../meaning/obstacles.ts'
import type { HungTaskReport } from '../report/report.ts'
import type { Story, ToldEdge } from './story.ts'
import { classesOf, kernelWord, toldEdge, tooLong } from './told.ts'

/** The circle among blocked tasks, if their stacks show one. */
export function hungTask(report: HungTaskReport): Story {
  const { dependencies, isCycle, assumptions, waited, told } = hungWaitsOf(report)
  const edges = isCycle ? cycleOf(dependencies, report.kernel) : []
  const listed = dependencies.map((dependency): ToldEdge => toldEdge(cycleOf([dependency], report.kernel)[0]!))
  const shown = isCycle ? edges.map(toldEdge) : listed
  const classes = isCycle ? classesOf(shown) : [...new Set([...classesOf(shown), ...waited])]
  const base = { report, classes, edges: shown, assumptions }
  const unmodelled = isCycle ? tooLong(edges) : `the stacks show no circle: ${told.join('; ')}`
  if (unmodelled !== undefined) return { ...base, unmodelled, obstacles: [] }
  const summary = `A hung task report${kernelWord(report.kernel)}: ${edges.length} waits in a circle.`
  return { ...base, plan: cyclePlan(edges, summary), obstacles: obstaclesOf(edges) }
}
