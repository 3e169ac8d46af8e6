// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { FencecheckError } from '#base/errors'
import { listed, nearest } from '#base/text'
import { contentHash } from '#ir/hash'
import { quoted } from '#ir/json-path'
import type { Model } from '#ir/model'
import type { Registry } from '#semantics/registry'
import type { Trace } from '#trace/trace'
import { loadModels } from './load-models.ts'
import type { LoadedModel } from './loaded-model.ts'

interface Found {
  readonly model: Model
  readonly registry: Registry
  /** Where it was found. */
  readonly file: string
}

/**
 * The model that a trace was written for. The trace names it by id only: files are looked at where the user says, never
 * where a trace says. Of several the one that has not changed since is taken.
 * @throws FencecheckError `no-models`, `trace-of-another-model`, or what is wrong with the models.
 */
export async function modelOf({ model: wanted }: Trace, file: string, paths: readonly string[]): Promise<Found> {
  const site = { file, line: 0 }
  const places = paths.length > 0 ? paths : ['models'].filter((folder) => existsSync(folder))
  const name = quoted(wanted.id)
  const fix = 'name a model file or folder after the trace'
  if (places.length === 0)
    throw new FencecheckError('no-models', `there is no folder models in which ${name} could be`, { site, fix })
  const { models, errors } = await loadModels(places)
  const namesakes = models.filter(({ id }) => id === wanted.id)
  const [first] = namesakes
  if (first === undefined) {
    if (models.length === 0 && errors[0] !== undefined) throw errors[0]
    const ids = models.map(({ id }) => id)
    const meant = nearest(wanted.id.slice(0, 200), ids)
    throw new FencecheckError('trace-of-another-model', `it is a trace of ${name}, which is not in ${listed(places)}`, {
      site,
      fix: meant === undefined ? fix : `${fix}; '${meant}' is there`,
    })
  }
  const candidates = namesakes.filter(({ variants }) => variants.includes(wanted.variant))
  if (candidates.length === 0)
    throw new FencecheckError(
      'trace-of-another-model',
      wanted.variant === undefined
        ? `it is a trace of ${name} without variants, but ${first.file} has some`
        : `it is a trace of variant ${quoted(wanted.variant)} of ${name}, which ${first.file} has not`,
      { site, fix: 'write the trace again with `fencecheck check`, or give the model it was written for' },
    )
  return unchanged(candidates, wanted) ?? instance(candidates[0]!, wanted)
}

function unchanged(candidates: readonly LoadedModel[], wanted: Trace['model']): Found | undefined {
  if (candidates.length < 2) return undefined
  for (const candidate of candidates) {
    try {
      const found = instance(candidate, wanted)
      if (contentHash(found.model) === wanted.hash) return found
    } catch (error) {
      // One that cannot be built is not the one; if none is, the first says why.
      if (!(error instanceof FencecheckError)) throw error
    }
  }
  return undefined
}

const instance = (source: LoadedModel, { variant, params, switches }: Trace['model']): Found => ({
  model: source.instantiate(variant, params, switches),
  registry: source.registry,
  file: source.file,
})
