// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check } from '#check/check'
import { defineModels } from '#model/model'
import type { Reported } from '#report/reporter'
import { kernelPrimitives } from '#semantics/primitives/index'
import type { Course } from '#trace/course'
import type { TraceStep } from '#trace/trace'
import { kernelRegistry } from '../fixtures/models.ts'

/**
 * The ioctl holds r over a wait for f, which the worker, once it is told to begin, signals while it holds s; then each
 * wants the other's lock. There is only this one order:
 *
 *   1 ioctl  lock r
 *   2 ioctl  complete c             the worker, which has waited from the start, can go on
 *   3 worker waitForCompletion c
 *   4 worker lock s
 *   5 worker signal f               the ioctl, which has waited since 2, can go on
 *   6 ioctl  wait f                 and waits for s, the worker since 5 for r
 *
 * The bystander only rests.
 */
const handshake = defineModels(kernelPrimitives)(
  'test/handshake',
  { summary: 'A fence is signalled, and two locks are taken in two orders.', variants: { today: 'deadlock' } },
  (m) => {
    const [r, s] = [m.mutex('r'), m.mutex('s')]
    const [c, f] = [m.completion('c'), m.fence('f', { published: true })]
    m.thread('ioctl', (t) => {
      t.lock(r)
      t.complete(c)
      t.wait(f)
      t.lock(s)
      t.unlock(s)
      t.unlock(r)
    })
    m.worker('worker', (t) => {
      t.waitForCompletion(c)
      t.lock(s)
      t.signal(f)
      t.lock(r)
      t.unlock(r)
      t.unlock(s)
    })
    m.thread('bystander', (t) => t.idle())
  },
)

const source = readFileSync(fileURLToPath(import.meta.url), 'utf8')

/** The line of a call in the text above. The one that the builder sees is that of the text as the test runner has it. */
function placeOf(process: string, step: string): string {
  const lines = source.split('\n')
  const [operation, object] = step.split(' ')
  const start = lines.findIndex((line) => line.includes(`('${process}', (t)`))
  const line = lines.findIndex((text, i) => i > start && text.trim() === `t.${operation}(${object})`)
  return `test/page/samples.ts:${line + 1}`
}

/** The handshake with its counterexample, in the file that this is. */
export async function handshakeReported(pointOfNoReturn?: number): Promise<Reported> {
  const result = await check(handshake.instantiate('today', {}), kernelRegistry)
  const violation = result.violation!
  const { trace, explanation } = violation
  const steps = trace.steps.map((step) => ({ ...step, at: placeOf(step.process, step.step) }))
  const table = explanation.table.map((row) =>
    row.blockedAt === undefined ? row : { ...row, at: placeOf(row.process, row.blockedAt) },
  )
  return {
    result: {
      ...result,
      violation: {
        ...violation,
        trace: { ...trace, steps },
        explanation: { ...explanation, table, ...(pointOfNoReturn !== undefined && { pointOfNoReturn }) },
      },
    },
    file: 'test/page/samples.ts',
    traceFile: '.fencecheck/handshake.trace.json',
    source,
  }
}

/** The same with so many steps: two processes that take and give back a lock by turns, each waiting for the other. */
export async function longReported(length: number): Promise<Reported> {
  const short = await handshakeReported(length - 10)
  const violation = short.result.violation!
  const names = ['ioctl', 'worker'] as const
  const turns = Array.from({ length: length / 4 }, (_, i) => i)
  const steps = turns.flatMap((i): TraceStep[] => {
    const process = names[i % 2]!
    const at = `test/page/samples.ts:${30 + (i % 12)}`
    return ['lock r', 'publish f', 'signal f', 'unlock r'].map((step) => ({ process, step, exit: 'done', at }))
  })
  const lanes = violation.explanation.course.lanes.map((lane): Course['lanes'][number] => {
    const mine = turns.filter((i) => names[i % 2] === lane.process)
    const others = turns.filter((i) => names[i % 2] !== lane.process)
    return {
      ...lane,
      steps: mine.flatMap((i) => [1, 2, 3, 4].map((k) => 4 * i + k)),
      holds: mine.map((i) => ({ object: 'r', mode: 'write', from: 4 * i + 1, to: 4 * i + 4 })),
      waits: others.map((i) => ({ object: 'r', mode: '', from: 4 * i + 1, to: 4 * i + 4 })),
    }
  })
  const arrows = turns.map((i) => ({ step: 4 * i + 4, from: names[i % 2]!, to: names[(i + 1) % 2]!, object: 'r' }))
  const course = { lanes, arrows, length: steps.length }
  return {
    ...short,
    result: {
      ...short.result,
      violation: {
        ...violation,
        trace: { ...violation.trace, steps },
        explanation: { ...violation.explanation, course },
      },
    },
  }
}
