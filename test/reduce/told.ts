// SPDX-License-Identifier: Apache-2.0
import { check } from '#check/check'
import type { CheckOptions } from '#check/options'
import type { Result } from '#check/result'
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import { kernelRegistry } from '../fixtures/models.ts'

/** What must not depend on how much of a model is searched; copies that are alike may stand for each other. */
export const told = ({ verdict, violation, findings }: Result): unknown => ({
  verdict,
  ...(violation && {
    kind: violation.kind,
    code: violation.code,
    shape: violation.shape,
    processes: violation.processes.map(anyCopy).sort(),
    objects: violation.objects.map(anyCopy).sort(),
  }),
  findings: findings
    .filter(({ code }) => code !== 'not-reduced' && code !== 'not-symmetric')
    .map(({ code, message }) => `${code} ${message}`)
    .sort(),
})

const anyCopy = (name: string): string => name.replaceAll(/\[\d+\]/g, '[any]')

/** Everything that a search can leave out. */
export const least = { reduction: 'full', symmetry: 'on', expect: false } as const
const most = { reduction: 'none', symmetry: 'off', expect: false } as const

/** Both results; undefined where the model is not well formed or has more than `maxStates` states. */
export async function bothWays(
  build: () => Model,
  maxStates: number,
): Promise<{ readonly full: Result; readonly less: Result } | undefined> {
  const full = await ofWellFormed(() => checked(build(), { ...most, maxStates }))
  if (full?.statistics.complete !== true) return undefined
  return { full, less: await checked(build(), least) }
}

const checked = (model: Model, options: CheckOptions): Promise<Result> => check(model, kernelRegistry, options)

async function ofWellFormed<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof FencecheckError) return undefined
    throw error
  }
}
