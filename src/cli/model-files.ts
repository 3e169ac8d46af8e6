// SPDX-License-Identifier: Apache-2.0
import { readdirSync, statSync, type Dirent } from 'node:fs'
import { extname, join, relative, resolve } from 'node:path'
import { FencecheckError } from '#base/errors'
import { readText } from './read-text.ts'
import { reason } from './reason.ts'

/** A file as the user would name it: relative to the working directory. */
export const display = (path: string): string => relative(process.cwd(), path) || path

/**
 * The files a path means, absolute: itself, or every model in the folder, in order of their paths. What a folder holds
 * besides models is passed over.
 * @throws FencecheckError `file-unreadable`; `wrong-format` for a file that cannot be a model.
 */
export function modelFiles(path: string): readonly string[] {
  if (readable(path, () => statSync(path)).isDirectory()) return inFolder(path)
  if (extensions.has(extname(path))) return [resolve(path)]
  throw new FencecheckError('wrong-format', 'this is no model', {
    site: { file: path, line: 0 },
    fix: `a model is a ${[...extensions].join(', ')} file`,
  })
}

const extensions: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs', '.json'])

function inFolder(folder: string): readonly string[] {
  const entries = readable(folder, () => readdirSync(folder, { withFileTypes: true }))
  return entries
    .filter(({ name }) => !/^[._]|^node_modules$/.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return inFolder(path)
      return meansModel(entry, path) ? [resolve(path)] : []
    })
}

function meansModel(entry: Dirent, path: string): boolean {
  if (!entry.isFile() && !entry.isSymbolicLink()) return false
  if (/(\.d|\.test|\.spec)\.m?ts$/.test(entry.name)) return false
  const extension = extname(entry.name)
  return extension === '.json' ? looksLikeModel(path) : extensions.has(extension)
}

/** Other JSON files may lie in a folder of models; a broken one that means to be a model is still read, and refused. */
function looksLikeModel(path: string): boolean {
  try {
    return statSync(path).isFile() && readText(path).includes('"fencecheck-model/')
  } catch {
    return false
  }
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new FencecheckError('file-unreadable', `cannot read it: ${reason(error)}`, {
      site: { file: path, line: 0 },
      fix: 'check the path; give model files and folders with models',
      cause: error,
    })
  }
}
