// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { relative } from 'node:path'
import { FencecheckError, type Site } from '#base/errors'

/** Why a model file could not be imported, in words that say what to do. */
export function importFailure(error: unknown, file: string): FencecheckError {
  if (error instanceof FencecheckError) return error
  const { code, message } = error as { readonly code?: string; readonly message?: string }
  const first = (message ?? String(error)).split('\n')[0]!
  const site = placeOf(error) ?? { file, line: 0 }
  const details = { site, cause: error }
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return new FencecheckError('typescript-syntax', `Node cannot strip this TypeScript: ${first}`, {
      ...details,
      fix: 'models may use only types that can be erased: no enum (use a union of strings), no namespace, no parameter properties',
    })
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return new FencecheckError('typescript-syntax', 'Node does not run .ts files inside node_modules', {
      ...details,
      fix: 'copy the model out of node_modules',
    })
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED')
    return new FencecheckError('file-unreadable', first, {
      ...details,
      fix: "check the import; a model imports 'fencecheck' and its own helpers with their extension",
    })
  if (error instanceof SyntaxError || code === 'ERR_INVALID_TYPESCRIPT_SYNTAX')
    return new FencecheckError('typescript-syntax', `the file does not parse: ${first}`, {
      ...details,
      fix: 'mend the syntax',
    })
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return new FencecheckError('wrong-format', first, { ...details, fix: 'a model is a .ts, .js or .json file' })
  return new FencecheckError('model-threw', `the file threw while it was loaded: ${first}`, {
    ...details,
    fix: 'mend the file',
  })
}

/** The first place in an error's stack that is a file of the user: `file:///...:line`. */
function placeOf(error: unknown): Site | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const [, path, line] of stack.matchAll(/((?:file:\/\/)?\/[^\s()]+?\.m?[tj]s):(\d+)/g)) {
    const name = path!.startsWith('file:') ? fileURLToPath(path!) : path!
    if (name.includes('/node:') || name.startsWith(own)) continue
    return { file: relative(process.cwd(), name), line: Number(line) }
  }
  return undefined
}

const own = fileURLToPath(new URL('..', import.meta.url))
