// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import type { Registry } from '#semantics/registry'
import type { InstanceChoice } from './arguments.ts'
import { inFile } from './in-file.ts'
import { loadModels } from './load-models.ts'

/**
 * The one instance that a path, a variant and parameters name; the first variant unless said.
 * @throws FencecheckError also if the path means several models.
 */
export async function oneInstance(
  path: string,
  { variant, param = {}, switch: set = {} }: InstanceChoice,
): Promise<{ readonly model: Model; readonly registry: Registry; readonly file: string }> {
  const { models, errors } = await loadModels([path])
  const [error] = errors
  if (error !== undefined) throw error
  const [first, second] = models
  if (first === undefined || second !== undefined)
    throw new FencecheckError('ambiguous-model', `'${path}' means ${models.length} models`, {
      fix: 'name one model file',
    })
  return {
    model: inFile(first.file, () => first.instantiate(variant, param, set)),
    registry: first.registry,
    file: first.file,
  }
}
