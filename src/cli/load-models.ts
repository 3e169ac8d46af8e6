// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { extname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FencecheckError } from '#base/errors'
import { parseModel } from '#ir/json'
import type { Model } from '#ir/model'
import { isModelSource, type ModelSource, type Parameter } from '#model/model'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { readText } from './files.ts'
import { importFailure } from './import-failure.ts'

/** A model that was found in a file; variants and parameters still open. */
export interface LoadedModel extends Omit<ModelSource, 'sources'> {
  /** As the user would name it: relative to the working directory. */
  readonly file: string
  /** What is expected of a variant, if it can be known without building more than that. */
  readonly params: Readonly<Record<string, Parameter>>
}

export interface Loaded {
  readonly models: readonly LoadedModel[]
  /** Files that could not be loaded; the others are still there. */
  readonly errors: readonly FencecheckError[]
}

/** Models import `fencecheck`; wherever they lie, that is the running one. */
const self = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'fencecheck' ? { url: self, shortCircuit: true } : next(specifier, context),
})

/**
 * Loads the models of files and folders; a folder means every model in it, in order of their paths.
 * @throws FencecheckError `no-models` if there is none and nothing was wrong.
 */
export async function loadModels(paths: readonly string[]): Promise<Loaded> {
  const models: LoadedModel[] = []
  const errors: FencecheckError[] = []
  for (const path of new Set(paths.flatMap((p) => filesOf(p, errors)))) {
    try {
      models.push(await loadFile(path))
    } catch (error) {
      if (!(error instanceof FencecheckError)) throw error
      errors.push(error)
    }
  }
  if (models.length === 0 && errors.length === 0)
    throw new FencecheckError('no-models', `there is no model in ${paths.join(', ')}`, {
      fix: 'a model is a .ts file with `export default model(...)`, or a .json file with "schema": "fencecheck-model/1"',
    })
  return { models, errors }
}

async function loadFile(path: string): Promise<LoadedModel> {
  const file = display(path)
  if (path.endsWith('.json')) return fixedModel(parseModel(readText(path), file), file)
  let module: { readonly default?: unknown }
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown }
  } catch (error) {
    throw importFailure(error, file)
  }
  const source = module.default
  if (!isModelSource(source))
    throw new FencecheckError(
      'no-default-export',
      source === undefined ? 'the file has no default export' : 'the default export is not a model',
      {
        site: { file, line: 0 },
        fix: 'write `export default model(...)`; begin the name of a file that only helps others with _',
      },
    )
  return { ...source, file, instantiate: (variant, params) => source.instantiate(variant, params) }
}

/** A JSON model is one instance: its variant and parameters are chosen already. */
function fixedModel(model: Model, file: string): LoadedModel {
  const given = Object.entries(model.params ?? {})
  const params = Object.fromEntries(given.map(([name, value]) => [name, { min: value, max: value, default: value }]))
  return {
    id: model.id,
    summary: model.summary ?? '',
    variants: [model.variant],
    params,
    registry: new Registry(kernelPrimitives),
    file,
    instantiate(variant, chosen = {}) {
      if (variant !== undefined && variant !== model.variant)
        throw new FencecheckError(
          'unknown-variant',
          `${file} is ${model.variant === undefined ? 'a model without variants' : `variant '${model.variant}'`}`,
          {
            fix: 'a JSON model is one instance; leave --variant out',
          },
        )
      for (const [name, value] of Object.entries(chosen))
        if (params[name]?.default !== value)
          throw new FencecheckError('parameter-range', `${file} is one instance; its ${name} cannot be ${value}`, {
            fix: 'leave --param out, or generate another file',
          })
      return model
    },
  }
}

/** The files a path means. What a folder holds besides models is passed over. */
function filesOf(path: string, errors: FencecheckError[]): string[] {
  let folder: boolean
  try {
    folder = statSync(path).isDirectory()
  } catch {
    errors.push(
      new FencecheckError('file-unreadable', 'there is no such file or folder', {
        site: { file: path, line: 0 },
        fix: 'check the path',
      }),
    )
    return []
  }
  if (!folder) return [resolve(path)]
  return readdirSync(path, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name)
      if (entry.name.startsWith('.') || entry.name.startsWith('_') || entry.name === 'node_modules') return []
      if (entry.isDirectory()) return filesOf(inner, errors)
      if (/(\.d|\.test|\.spec)\.[mc]?ts$/.test(entry.name)) return []
      if (/\.(m?ts|m?js)$/.test(entry.name)) return [resolve(inner)]
      return entry.name.endsWith('.json') && looksLikeModel(inner) ? [resolve(inner)] : []
    })
}

/** Other JSON files may lie in a folder of models; a broken one that means to be a model is still read, and refused. */
function looksLikeModel(path: string): boolean {
  try {
    return readText(path).includes('"fencecheck-model/')
  } catch {
    return false
  }
}

const display = (path: string): string => relative(process.cwd(), path) || path
