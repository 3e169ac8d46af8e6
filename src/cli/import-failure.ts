// SPDX-License-Identifier: Apache-2.0
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FencecheckError, type ErrorCode, type Site } from '#base/errors'

/** What Node's own error codes mean for a model file. */
const known: Readonly<Record<string, readonly [code: ErrorCode, what: string, fix: string]>> = {
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: [
    'typescript-syntax',
    'Node cannot strip this TypeScript: ',
    'models may use only types that can be erased: no enum (use a union of strings), no namespace, no parameter properties',
  ],
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING: [
    'typescript-syntax',
    'Node does not run .ts files inside node_modules: ',
    'copy the model out of node_modules',
  ],
  ERR_INVALID_TYPESCRIPT_SYNTAX: ['typescript-syntax', 'the file does not parse: ', 'mend the syntax'],
}

/** Why a model file could not be imported, in words that say what to do. */
export function importFailure(error: unknown, file: string): FencecheckError {
  if (error instanceof FencecheckError) return error
  const code = error instanceof Error ? String((error as NodeJS.ErrnoException).code) : ''
  const first = firstLine(error)
  const details = { site: placeOf(error) ?? { file, line: 0 }, cause: error }
  const meaning = known[code]
  if (meaning !== undefined) {
    const [kind, what, fix] = meaning
    return new FencecheckError(kind, `${what}${first}`, { ...details, fix })
  }
  if (/MODULE|IMPORT|EXPORT/.test(code) || (error instanceof SyntaxError && first.startsWith('The requested module')))
    return new FencecheckError('file-unreadable', `an import fails: ${first}`, {
      ...details,
      fix: "check the import; a model imports 'fencecheck' and its own helpers with their extension",
    })
  if (error instanceof SyntaxError)
    return new FencecheckError('typescript-syntax', `the file does not parse: ${first}`, {
      ...details,
      fix: 'mend the syntax',
    })
  if (error instanceof RangeError && first.includes('call stack'))
    return new FencecheckError('endless-recursion', 'a function of the file calls itself without end', {
      ...details,
      fix: 'end the recursion',
    })
  return new FencecheckError('model-threw', `the file threw while it was loaded: ${first}`, {
    ...details,
    fix: 'mend the file',
  })
}

/** The same for what a model file throws later, from a timer or a promise; undefined if it was not a model file. */
export function modelFailure(error: unknown): FencecheckError | undefined {
  const site = placeOf(error)
  if (site === undefined) return undefined
  return new FencecheckError('model-threw', `the file threw after it was loaded: ${firstLine(error)}`, {
    site,
    fix: 'a model only declares; leave out timers and promises',
    cause: error,
  })
}

function firstLine(error: unknown): string {
  if (error instanceof Error) return String(error.message).split('\n')[0]!
  return typeof error === 'object' && error !== null ? 'an object that is no Error' : String(error)
}

/** The first place in an error's stack that is a file of the user: `file:///...:line`. */
function placeOf(error: unknown): Site | undefined {
  const stack = error instanceof Error ? String(error.stack) : ''
  for (const [, path, line] of stack.matchAll(/((?:file:\/\/)?\/[^\s()]+?\.[mc]?[tj]s):(\d+)/g)) {
    const name = path!.startsWith('file:') ? fileURLToPath(path!) : path!
    if (name.startsWith(own) || name.startsWith(libraries)) continue
    return { file: relative(process.cwd(), name), line: Number(line) }
  }
  return undefined
}

const own = fileURLToPath(new URL('..', import.meta.url))
const libraries = fileURLToPath(new URL('../../node_modules/', import.meta.url))
