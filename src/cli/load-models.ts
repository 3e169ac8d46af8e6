// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from 'node:url'
import { FencecheckError } from '#base/errors'
import { parseModel } from '#ir/json'
import { isModelSource } from '#model/model'
import { fixedModel } from './fixed-model.ts'
import { importFailure } from './import-failure.ts'
import type { LoadedModel } from './loaded-model.ts'
import { display, modelFiles } from './model-files.ts'
import { readText } from './read-text.ts'
import { mapImports } from './running-package.ts'

export interface Loaded {
  readonly models: readonly LoadedModel[]
  /** Files that could not be loaded; the others are still there. */
  readonly errors: readonly FencecheckError[]
}

mapImports()

/** The file whose own code runs now, if any: where to point if that code ends the process. */
export let running: string | undefined

/**
 * Loads the models of files and folders; a folder means every model in it, in order of their paths.
 * @throws FencecheckError `no-models` if there is none and nothing was wrong.
 */
export async function loadModels(paths: readonly string[]): Promise<Loaded> {
  const models: LoadedModel[] = []
  const errors: FencecheckError[] = []
  const collect = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof FencecheckError)) throw error
      errors.push(error)
    }
  }
  const files = new Set<string>()
  for (const path of paths)
    await collect(async () => {
      for (const file of modelFiles(path)) files.add(file)
    })
  for (const file of files)
    await collect(async () => {
      models.push(await loadFile(file))
    })
  if (models.length === 0 && errors.length === 0)
    throw new FencecheckError('no-models', `there is no model in ${paths.join(', ')}`, {
      fix: 'a model is a .ts file with `export default model(...)`, or a .json file with "schema": "fencecheck-model/1"',
    })
  return { models, errors }
}

async function loadFile(path: string): Promise<LoadedModel> {
  const file = display(path)
  if (path.endsWith('.json')) return fixedModel(parseModel(readText(path, file), file), file)
  let module: { readonly default?: unknown }
  running = file
  try {
    module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
  } catch (error) {
    throw importFailure(error, file)
  } finally {
    running = undefined
  }
  const source = module.default
  if (isModelSource(source)) return { ...source, file, instantiate: (...choice) => source.instantiate(...choice) }
  const what = source === undefined ? 'the file has no default export' : 'the default export is not a model'
  throw new FencecheckError('no-default-export', what, {
    site: { file, line: 0 },
    fix: 'write `export default model(...)`; begin the name of a file that only helps others with _',
  })
}
