// SPDX-License-Identifier: Apache-2.0
import { kinds, type Kind, type Model } from '#ir/model'
import type { Registry } from '#semantics/registry'
import type { Result } from './result.ts'

/** How much of what a model can do has been seen. */
export type Coverage = 'complete search' | 'part of the states' | 'some schedules'

/** What a verdict rests on, as a result says it. */
export function restsOn(
  model: Model,
  registry: Registry,
  looked: ReadonlySet<Kind>,
  coverage: Coverage,
): Pick<Result, 'assumptions' | 'narrowed'> {
  const narrowed = narrowing(looked)
  const assumptions = assumptionsOf(model, registry, coverage)
  return narrowed === undefined ? { assumptions } : { assumptions: [narrowed, ...assumptions], narrowed }
}

function assumptionsOf(model: Model, registry: Registry, coverage: Coverage): readonly string[] {
  const params = Object.entries(model.params ?? {}).map(([name, value]) => `${name}=${value}`)
  const size =
    params.length === 0
      ? 'exactly these processes and objects'
      : `exactly these processes and objects (${params.join(', ')})`
  const used = new Set((model.objects ?? []).map((object) => object.kind))
  const limits = [...used].flatMap((kind) => (registry.get(kind)?.limits ?? []).map((limit) => `${kind}: ${limit}`))
  const handlers = model.processes.some((p) => p.context === 'hardirq' || p.context === 'softirq')
  return [
    `${coverage} of ${size}`,
    ...Object.entries(model.switches ?? {}).map(([name, setting]) => `the switch ${name} is ${setting}`),
    'sequentially consistent memory; every process that can run gets a CPU; not PREEMPT_RT',
    ...(handlers ? ['one instance of each handler at a time; NMIs are not modelled'] : []),
    'fair scheduling: whoever can run for long enough does; other loops than those that retry may go round for ever',
    ...(model.abstracts ?? []),
    ...limits,
  ]
}

/** What was not looked for, said aloud; undefined if nothing was left out. */
function narrowing(looked: ReadonlySet<Kind>): string | undefined {
  const passedOver = kinds.filter((kind) => !looked.has(kind))
  return passedOver.length === 0
    ? undefined
    : `LOOKED ONLY FOR ${[...looked].join(', ')}; not for ${passedOver.join(', ')}`
}
