// SPDX-License-Identifier: Apache-2.0
import { styleText } from 'node:util'
import { count, printable } from '#base/text'
import type { Result } from '#check/result'

/** How a reporter marks text; colour on a terminal, nothing elsewhere. */
export interface Style {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly unsure: (text: string) => string
  readonly strong: (text: string) => string
  readonly faint: (text: string) => string
}

const asIs = (text: string): string => text
export const plainStyle: Style = { good: asIs, bad: asIs, unsure: asIs, strong: asIs, faint: asIs }
export const colourStyle: Style = {
  good: (text) => styleText('green', text, { validateStream: false }),
  bad: (text) => styleText('red', text, { validateStream: false }),
  unsure: (text) => styleText('yellow', text, { validateStream: false }),
  strong: (text) => styleText('bold', text, { validateStream: false }),
  faint: (text) => styleText('dim', text, { validateStream: false }),
}

/** Kinds of which there are so many that the code says more. */
const codedKinds: ReadonlySet<string> = new Set(['misuse', 'assertion', 'range'])

/** `deadlock (cycle)`, `misuse: sleep-in-atomic`, or nothing. */
export function kindOf({ violation }: Result): string {
  if (violation === undefined) return ''
  const { kind, code, shape } = violation
  if (code !== undefined && code !== kind && codedKinds.has(kind)) return `${kind}: ${code}`
  return shape === undefined || shape === 'none' ? kind : `${kind} (${shape})`
}

/** Whether the verdict is the expected one, as a word. */
export function expectationWord({ asExpected, expected, verdict }: Result): string {
  if (expected === undefined) return ''
  if (asExpected === true) return 'as expected'
  return verdict === 'unknown' ? 'undecided' : 'NOT AS EXPECTED'
}

/** `12 states, 0.01 s`; says where a reduction left states out. */
export const effort = ({ statistics }: Result): string =>
  `${count(statistics.states, 'state')}${statistics.reductions.length > 0 ? ' (reduced)' : ''}, ${statistics.seconds.toFixed(2)} s`

/** `variant N=3 notifiers=off`, or a dash. */
export function instanceName({ variant, params, switches }: Pick<Result, 'variant' | 'params' | 'switches'>): string {
  const values = Object.entries({ ...params, ...switches }).map(([name, value]) => `${name}=${value}`)
  return [variant, ...values].filter((part) => part !== undefined).join(' ') || '-'
}

/** `model variant N=3`: an instance where its model is not named by a heading. */
export function titleOf(result: Pick<Result, 'id' | 'variant' | 'params' | 'switches'>): string {
  const instance = instanceName(result)
  return instance === '-' ? result.id : `${result.id} ${instance}`
}

/** Text as one line of at most `length` characters that steers nothing. */
export function oneLine(text: string, length = Infinity): string {
  const line = printable(text).replace(/\s+/g, ' ')
  return line.length > length ? `${line.slice(0, length - 3)}...` : line
}

/**
 * Text that the runner of a CI service takes for no command: GitHub's reads `::` at the beginning of a line and `##[`
 * anywhere. Halves of characters, which no file can hold, go as well.
 */
export const withoutCommands = (text: string): string =>
  text
    .toWellFormed()
    .replace(/^([^\S\n]*):(?=:)/gm, '$1: ')
    .replaceAll('##[', '## [')

/** Text broken into lines of at most `width` characters, each with `indent` in front. */
export function wrap(text: string, width: number, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((l) => `${indent}${l}`).join('\n')
}
