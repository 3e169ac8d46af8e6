// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { FencecheckError } from '#base/errors'
import { limits } from '#ir/limits'
import { reason } from './reason.ts'

/** What stdin is to the system. */
type Stdin = 0

/**
 * Reads a whole text file, also a pipe or a device, or stdin, but never more than the limit. `shown` is the path as the
 * reader should see it.
 * @throws FencecheckError `file-unreadable`, `file-too-large`.
 */
export function readText(path: string | Stdin, shown = String(path)): string {
  const site = { file: shown, line: 0 }
  let content: Buffer | undefined
  try {
    const descriptor = typeof path === 'number' ? path : openSync(path, 'r')
    try {
      content = readAtMost(descriptor, limits.fileBytes)
    } finally {
      if (descriptor !== path) closeSync(descriptor)
    }
  } catch (error) {
    throw new FencecheckError('file-unreadable', `cannot read it: ${reason(error)}`, {
      site,
      fix: 'check the path',
      cause: error,
    })
  }
  if (content === undefined)
    throw new FencecheckError('file-too-large', `the file has more than ${limits.fileBytes} bytes`, {
      site,
      fix: 'this is hardly a model, a trace or a report; give the right file',
    })
  return content.toString('utf8')
}

/** The content, or undefined if it is longer than the limit. */
function readAtMost(descriptor: number, limit: number): Buffer | undefined {
  if (fstatSync(descriptor).size > limit) return undefined
  const chunks: Buffer[] = []
  for (let size = 0; size <= limit;) {
    const chunk = Buffer.alloc(2 ** 16)
    const n = readWaiting(descriptor, chunk)
    if (n === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, n))
    size += n
  }
  return undefined
}

/** Waits where whoever opened the descriptor said that it should not: a terminal, a pipe of another Node. */
function readWaiting(descriptor: number, chunk: Buffer): number {
  for (;;)
    try {
      return readSync(descriptor, chunk)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') return 0
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
}
