// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FencecheckError } from '#base/errors'
import { limits } from '#ir/limits'

/**
 * Reads a whole text file.
 * @throws FencecheckError `file-unreadable`, `file-too-large`.
 */
export function readText(path: string): string {
  const site = { file: path, line: 0 }
  try {
    const { size } = statSync(path)
    if (size > limits.fileBytes)
      throw new FencecheckError('file-too-large', `the file has ${size} bytes; at most ${limits.fileBytes} are read`, {
        site,
        fix: 'this is hardly a model or a trace; give the right file',
      })
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof FencecheckError) throw error
    throw new FencecheckError('file-unreadable', `cannot read it: ${reason(error)}`, {
      site,
      fix: 'check the path',
      cause: error,
    })
  }
}

/**
 * Writes a file whole or not at all: to a neighbour first, then renamed.
 * @throws FencecheckError `file-unwritable`.
 */
export function writeWhole(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new FencecheckError('file-unwritable', `cannot write it: ${reason(error)}`, {
      site: { file: path, line: 0 },
      fix: 'choose a folder that can be written to, with room on its disk',
      cause: error,
    })
  }
}

/** The file a trace goes to. Names of models are data: only harmless characters of them reach the path. */
export function traceFile(
  folder: string,
  id: string,
  variant: string | undefined,
  params: Readonly<Record<string, number>>,
): string {
  const name = [id, variant, ...Object.entries(params).map(([key, value]) => `${key}${value}`)]
    .filter((x) => x !== undefined)
    .join('.')
  const safe = name
    .replaceAll('/', '-')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 120)
  const altered = safe !== name.replaceAll('/', '-')
  const suffix = altered ? `.${createHash('sha256').update(name).digest('hex').slice(0, 8)}` : ''
  return join(folder, `${safe}${suffix}.trace.json`)
}

const reason = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/^E[A-Z]+: /, '') : String(error)
