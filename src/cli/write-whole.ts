// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, realpathSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { FencecheckError } from '#base/errors'
import { reason } from './reason.ts'

/**
 * Writes a file whole or not at all: to a neighbour first, then renamed. What is there but is no file (a device, a
 * pipe) is written to, not replaced.
 * @throws FencecheckError `file-unwritable`.
 */
export function writeWhole(path: string, content: string): void {
  try {
    makeFolder(dirname(resolve(path)))
    const there = statSync(path, { throwIfNoEntry: false })
    if (there === undefined) replace(path, content)
    else if (there.isFile()) replace(realpathSync(path), content)
    else writeFileSync(path, content)
  } catch (error) {
    throw new FencecheckError('file-unwritable', `cannot write it: ${reason(error)}`, {
      site: { file: path, line: 0 },
      fix: 'choose a folder that can be written to, with room on its disk',
      cause: error,
    })
  }
}

function replace(path: string, content: string): void {
  const neighbour = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(neighbour, content)
    renameSync(neighbour, path)
  } catch (error) {
    forget(neighbour)
    throw error
  }
}

function forget(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was never there.
  }
}

/** Makes a folder and those above it. Node's own `recursive` never returns where the system says no in some ways (/proc). */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(dirname(path))
    mkdirSync(path)
  }
}
