// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { check } from '#check/check'
import type { CheckOptions } from '#check/options'
import type { Result } from '#check/result'
import { kernelPrimitives } from '#semantics/primitives/index'
import { defineModels } from '#model/model'
import type { ObjectHandle } from '#model/handle'
import type { Reported } from '#report/reporter'
import { kernelRegistry, type T } from '../fixtures/models.ts'

/** Takes two mutexes and gives them back. */
export function takeBoth(t: T, first: ObjectHandle<'mutex'>, second: ObjectHandle<'mutex'>): void {
  t.lock(first)
  t.lock(second)
  t.unlock(second)
  t.unlock(first)
}

const variants = {
  expected: 'deadlock',
  surprising: 'holds',
  fine: 'holds',
  missing: 'deadlock',
  copies: 'holds',
  misused: 'holds',
} as const

/**
 * One model in all standings: a deadlock as expected and one that is not, what holds as expected and what does not, a
 * deadlock of copies, a misuse.
 */
const samples = defineModels(kernelPrimitives)(
  'test/sample',
  { summary: 'Two threads, two orders.', params: { N: { min: 1, max: 3, default: 1, what: 'copies' } }, variants },
  (m, variant, { N }) => {
    const [a, b] = [m.mutex('a'), m.mutex('b')]
    const inOrder = variant === 'fine' || variant === 'missing'
    m.thread('p', (t) => (variant === 'misused' ? t.unlock(a) : takeBoth(t, a, b)))
    if (variant === 'copies') m.copies('pair', N, (c) => c.thread('q', (t) => takeBoth(t, b, a)))
    else m.thread('q', (t) => (inOrder ? takeBoth(t, a, b) : takeBoth(t, b, a)))
  },
)

/** A result of the model, as a command would report it. */
export async function reportedOf(
  variant: keyof typeof variants,
  params = {},
  options: CheckOptions = {},
): Promise<Reported> {
  const result = await check(samples.instantiate(variant, params), kernelRegistry, options)
  return {
    result: { ...result, statistics: { ...result.statistics, seconds: 0.25, peakMemoryBytes: 1_000_000 } },
    file: 'models/sample.ts',
    traceFile: result.violation === undefined ? undefined : `.fencecheck/${variant}.trace.json`,
  }
}

/** Something of every kind: pass, fail, undecided, with notes. */
export async function everything(): Promise<readonly Reported[]> {
  const [expected, surprising, fine, missing, misused] = await Promise.all(
    (['expected', 'surprising', 'fine', 'missing', 'misused'] as const).map((variant) => reportedOf(variant)),
  )
  const undecided = await reportedOf('fine', { N: 2 }, { maxStates: 3 })
  const noted: Result = {
    ...fine!.result,
    findings: [{ code: 'never-reached', message: 'no run reaches it', site: { file: 'models/sample.ts', line: 7 } }],
  }
  return [expected!, surprising!, { ...fine!, result: noted }, missing!, misused!, undecided]
}

/** What could not be checked. */
export const broken = new FencecheckError('model-threw', 'the model threw: no', {
  site: { file: 'models/broken.ts', line: 3 },
  fix: 'mend the model',
})

/** What is data of fencecheck, not text of a model. */
const ours: ReadonlySet<string> = new Set('verdict kind shape context status schema machine escapes because'.split(' '))

/** The same with this in front of every text of the model, wherever it stands. */
export const withText = <T>(value: T, text: string, key = ''): T => {
  if (typeof value === 'string') return (ours.has(key) ? value : `${text}${value}`) as T
  if (Array.isArray(value)) return value.map((item: unknown) => withText(item, text, key)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      ['params', 'switches'].includes(key) ? `${text}${name}` : name,
      withText<unknown>(inner, text, name),
    ]),
  ) as T
}
