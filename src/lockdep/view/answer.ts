// SPDX-License-Identifier: Apache-2.0
import { lockdepModes, type Expectation, type LockdepMode, type LockdepSays, type Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'
import type { Certificate } from '../certificate.ts'
import { certify } from '../certify.ts'
import { told, type ToldReport } from './told.ts'
import { lockdepViews, type LockdepBuild } from './view.ts'

/** What lockdep would say of a model, as plain data, by how it is built. */
export interface LockdepAnswer {
  readonly modes: Readonly<Record<LockdepMode, ModeAnswer>>
  /** The proof that no number of these paths can deadlock, if there is one and it was looked for. */
  readonly certificate?: Certificate
  /** Why there is none. */
  readonly refused?: string
}

export interface ModeAnswer {
  /** `unknown`: a path was too long to be followed to its end, and nothing was found on the way. */
  readonly says: LockdepSays | 'unknown'
  readonly reports: readonly ToldReport[]
}

/**
 * Its answer in each mode, and whether any number of these paths is safe.
 * @throws FencecheckError if the model is not well formed
 */
export const lockdepAnswer = (model: Model, registry: Registry, options: LockdepBuild = {}): LockdepAnswer => ({
  modes: modeAnswers(model, registry, options),
  ...certify(model, registry),
})

/**
 * The same without looking for a proof.
 * @throws FencecheckError if the model is not well formed
 */
export function modeAnswers(
  model: Model,
  registry: Registry,
  options: LockdepBuild = {},
  system = lower(model, registry),
): LockdepAnswer['modes'] {
  const modes = lockdepViews(model, registry, options, system).map((view): [LockdepMode, ModeAnswer] => {
    const { mode, reports, truncated } = view
    const says = reports.length > 0 ? 'reports' : truncated ? 'unknown' : 'silent'
    return [mode, { says, reports: reports.map((report) => told(report, view)) }]
  })
  return Object.fromEntries(modes) as Record<LockdepMode, ModeAnswer>
}

/** Why lockdep's answer is not the expected one; undefined if it is, as far as one is given. */
export function lockdepMismatch({ lockdep = {} }: Expectation, answer: LockdepAnswer): string | undefined {
  const wrong = lockdepModes.find((mode) => lockdep[mode] !== undefined && lockdep[mode] !== answer.modes[mode].says)
  if (wrong === undefined) return undefined
  const [first] = answer.modes[wrong].reports
  const found = first === undefined ? answer.modes[wrong].says : `'${first.title}' of ${first.classes.join(' -> ')}`
  return `expected lockdep (${wrong}) to be ${lockdep[wrong]}, got ${found}`
}
