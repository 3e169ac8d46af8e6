// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import { asciiSymbols, unicodeSymbols, type Symbols } from '#report/symbols'
import { colourStyle, plainStyle, type Style } from '#report/words'
import { exitStatus, type ExitStatus } from './exit-status.ts'
import { reason } from './reason.ts'

/** Results go to stdout, everything else to stderr. */
export interface Terminal {
  readonly style: Style
  readonly width: number
  /** What pictures are drawn with. */
  readonly symbols: Symbols
  /** Whether text can be a link to a file. */
  readonly hasLinks: boolean
  /** The status that the process ends with. */
  readonly status: ExitStatus
  out(text: string): void
  /** A message; what could steer a terminal is taken out of it. */
  error(text: string): void
  exitWith(status: ExitStatus): void
}

export function processTerminal(): Terminal {
  let status: ExitStatus = exitStatus.asExpected
  let lost = false
  const error = (text: string): void => void process.stderr.write(`fencecheck: ${printable(text)}\n`)
  process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) closes the pipe; that is not a fault.
    if (fault.code === 'EPIPE' || lost) return
    lost = true
    error(`cannot write the results: ${reason(fault)} [file-unwritable]\n  fix: send stdout where there is room`)
  })
  process.stderr.on('error', () => {})
  return {
    style: wantsColour() ? colourStyle : plainStyle,
    width: Math.max(60, Math.min(process.stdout.columns || 100, 200)),
    symbols: speaksUnicode() ? unicodeSymbols : asciiSymbols,
    hasLinks: showsLinks(),
    get status() {
      return lost && status < exitStatus.wrongInput ? exitStatus.wrongInput : status
    },
    out: (text) => void process.stdout.write(`${text}\n`),
    error,
    exitWith: (chosen) => {
      status = chosen
    },
  }
}

/** NO_COLOR says no, FORCE_COLOR says yes, else a terminal that can show colours does. */
function wantsColour(): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force } = process.env
  if (no !== undefined && no !== '') return false
  if (force !== undefined) return force !== '0' && force !== 'false'
  return process.stdout.isTTY === true && process.stdout.hasColors()
}

/** What the locale says; without one it is C, and C is ASCII. */
function speaksUnicode(): boolean {
  const { LC_ALL, LC_CTYPE, LANG, TERM } = process.env
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? ''
  return process.platform === 'win32' ? TERM !== 'dumb' : /utf-?8/i.test(locale)
}

/** FORCE_HYPERLINK says so, or the terminal is one that is known to have links (OSC 8) and not merely to pass them on. */
function showsLinks(): boolean {
  const { FORCE_HYPERLINK: force, TERM_PROGRAM, TERM, VTE_VERSION, KONSOLE_VERSION, WT_SESSION, CI } = process.env
  if (force !== undefined && force !== '') return force !== '0'
  if (process.stdout.isTTY !== true || TERM === 'dumb' || (CI !== undefined && CI !== '')) return false
  const known = ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'Tabby']
  return (
    known.includes(TERM_PROGRAM ?? '') ||
    ['xterm-kitty', 'alacritty', 'foot', 'xterm-ghostty'].includes(TERM ?? '') ||
    Number(VTE_VERSION ?? 0) >= 5000 ||
    (KONSOLE_VERSION ?? '') !== '' ||
    (WT_SESSION ?? '') !== ''
  )
}
