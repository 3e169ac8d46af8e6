// SPDX-License-Identifier: Apache-2.0
import { listed } from '#base/text'
import { actorOf, boot } from '../meaning/actor.ts'
import { cycleOf, type Edge } from '../meaning/cycle.ts'
import { cyclePlan } from '../model/cycle-plan.ts'
import { obstaclesOf } from '../meaning/obstacles.ts'
import type { CircularReport } from '../report/report.ts'
import type { Story } from './story.ts'
import { classesOf, kernelWord, toldEdge, tooLong } from './told.ts'

/** A path for each dependency. */
export function circular(report: CircularReport): Story {
  const edges = cycleOf(report.cycle, report.kernel)
  const told = edges.map(toldEdge)
  const summary = `A lockdep report${kernelWord(report.kernel)}: ${edges.length} lock classes in a circle.`
  const unmodelled = tooLong(edges)
  const ticket = edges.find(({ to }) => to.role === 'ticket')
  const after = edges[ticket === undefined ? -1 : (edges.indexOf(ticket) + 1) % edges.length]?.to
  return {
    report,
    classes: classesOf(told),
    edges: told,
    ...(unmodelled === undefined ? { plan: cyclePlan(edges, summary) } : { unmodelled }),
    obstacles: obstaclesOf(edges),
    assumptions: atBoot(edges),
    ...(ticket !== undefined &&
      after?.role === 'lock' && {
        ifOnly: {
          plan: cyclePlan(edges, summary, { continued: true }),
          says: `who takes the ticket with '${ticket.from.lock.name}' held goes on to lock '${after.lock.name}'`,
        },
      }),
  }
}

/** Dependencies of code that runs at boot only, some of it to tell lockdep: others must be able to do the same later. */
function atBoot(edges: readonly Edge[]): readonly string[] {
  const seen = edges.filter(({ dependency }) => dependency.task === undefined && actorOf(dependency.frames) === boot)
  if (seen.length === 0) return []
  const names = seen.map(({ from, to }) => `'${from.lock.name}' -> '${to.lock.name}'`)
  return [`paths like those seen at boot can run beside the others: ${listed(names)}`]
}
