// SPDX-License-Identifier: Apache-2.0
import type { ResultViolation } from '#check/result'
import type { Lane } from '#trace/course'
import { location, message } from './sarif-location.ts'

/** Steps of a trace that are written at most, the last ones: what GitHub reads of one result. */
const maxSteps = 9_000

/**
 * A counterexample as a code flow: a thread flow a process, in the order of the explanation; `executionOrder` is the
 * number of the step, so the thread flows together are the schedule. A stuck process ends with the step it cannot take.
 */
export function codeFlow({ trace, explanation }: ResultViolation): object {
  const { steps } = trace
  const end = steps.length + 1
  const names = new Set([...explanation.course.lanes.map(({ process }) => process), ...steps.map((s) => s.process)])
  const threadFlows = [...names].flatMap((process) => {
    const lane = explanation.course.lanes.find((one) => one.process === process)
    const row = explanation.table.find((one) => one.process === process)
    const taken = steps.flatMap((step, i) =>
      step.process !== process || i < steps.length - maxSteps
        ? []
        : [
            {
              executionOrder: i + 1,
              kinds: kindsOf(lane, i + 1),
              importance: trace.outcome.processes.includes(process) ? 'essential' : 'important',
              nestingLevel: step.inside?.length ?? 0,
              location: location(step.at, step.step),
            },
          ],
    )
    const blocked = {
      executionOrder: end,
      kinds: ['danger'],
      importance: 'essential',
      nestingLevel: 0,
      location: location(row?.at, `cannot go on: waits for ${row?.waitsFor || 'nothing that anybody does'}`),
    }
    const locations = row?.status === 'stuck' ? [...taken, blocked] : taken
    return locations.length === 0 ? [] : [{ id: process.toWellFormed(), locations }]
  })
  return { message: message(explanation.headline), threadFlows }
}

/** What a step does, in the words of the standard. */
function kindsOf(lane: Lane | undefined, step: number): readonly string[] {
  const holds = (lane?.holds ?? []).filter(({ queued }) => queued !== true)
  const kinds = [
    ...(holds.some(({ from }) => from === step) ? ['acquire'] : []),
    ...(holds.some(({ to }) => to === step) ? ['release'] : []),
  ]
  return kinds.length === 0 ? [] : [...kinds, 'lock']
}
