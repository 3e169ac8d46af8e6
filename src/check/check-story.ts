// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { buildModel } from '#lockdep/model/build-model'
import type { Plan } from '#lockdep/model/plan'
import { modelIdOf } from '#lockdep/stories/model-id'
import type { Story } from '#lockdep/stories/story'
import { check } from './check.ts'
import type { CheckOptions } from './options.ts'
import type { Result } from './result.ts'

/** A lockdep report with what the search says of its model. */
export interface JudgedStory {
  readonly story: Story
  readonly verdict: Result['verdict']
  /** In one sentence. */
  readonly why: string
  /** Undefined where there is no model. */
  readonly result?: Result
}

/** Up to so many paths every state is searched, which gives the shortest trace. */
const fewPaths = 8

/** Checks the model of a report. `file` is where the report stands. */
export async function checkStory(story: Story, file: string, options: CheckOptions = {}): Promise<JudgedStory> {
  const { plan, unmodelled, ifOnly } = story
  const checkPlan = async (of: Plan): Promise<Result> => {
    const { model, registry } = buildModel(of, modelIdOf(story), file)
    const reduction = of.paths.length > fewPaths ? 'full' : 'auto'
    return check(model, registry, { reduction, ...options })
  }
  if (plan === undefined) return { story, verdict: 'unknown', why: unmodelled ?? 'there is no model of it' }
  try {
    const result = await checkPlan(plan)
    const { verdict } = result
    if (verdict === 'violated') return { story, verdict, why: given(result, story), result }
    if (verdict === 'unknown') return { story, verdict, why: result.because ?? 'a limit was hit', result }
    const other = ifOnly === undefined ? undefined : await checkPlan(ifOnly.plan)
    return { story, verdict, why: noCircle(story, other), result }
  } catch (error) {
    // Whatever the text of a report makes of its model, the report has been read.
    if (!(error instanceof FencecheckError)) throw error
    return { story, verdict: 'unknown', why: `its model cannot be checked: ${error.message}` }
  }
}

const given = ({ violation }: Result, { assumptions }: Story): string => {
  const { headline } = violation!.explanation
  return assumptions.length === 0
    ? headline
    : `${headline.replace(/\.$/, '')}; provided that ${assumptions.join('; ')}.`
}

/** Why it cannot be stuck, and what it would take. */
function noCircle({ obstacles, ifOnly }: Story, other: Result | undefined): string {
  const reasons = obstacles.length === 0 ? ['no order of these paths leaves anybody waiting for ever'] : obstacles
  const change = other?.verdict === 'violated' ? [`it is stuck only if ${ifOnly!.says}`] : []
  return `${[...reasons, ...change].join('; ')}.`
}
