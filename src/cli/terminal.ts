// SPDX-License-Identifier: Apache-2.0
import { colourStyle, plainStyle, type Style } from '#report/words'
import type { ExitStatus } from './exit-status.ts'

/** Results go to stdout, everything else to stderr. */
export interface Terminal {
  readonly style: Style
  readonly width: number
  out(text: string): void
  error(text: string): void
  /** The status the process ends with once everything is written. */
  exitWith(status: ExitStatus): void
}

export function processTerminal(): Terminal {
  // A reader that has seen enough (`| head`) closes the pipe; that is not a fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return {
    style:
      process.stdout.isTTY === true && process.stdout.hasColors() && !process.env['NO_COLOR']
        ? colourStyle
        : plainStyle,
    width: Math.max(60, Math.min(process.stdout.columns || 100, 140)),
    out: (text) => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`fencecheck: ${text}\n`),
    exitWith: (status) => {
      process.exitCode = status
    },
  }
}
