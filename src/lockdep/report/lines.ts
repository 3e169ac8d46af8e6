// SPDX-License-Identifier: Apache-2.0
import { withoutPrefix } from './prefix.ts'
import { recordsOn } from './records.ts'

/** A line of a log without its prefixes; `number` counts from 1 in the text as it was given. */
export interface Line {
  readonly text: string
  readonly number: number
  readonly caller?: string
}

/** The lines that say something. A printk() with line breaks in it leaves blank ones, so they structure nothing. */
export const linesOf = (text: string): readonly Line[] =>
  text.split('\n').flatMap((raw, i) => {
    const { text: whole, caller } = withoutPrefix(raw)
    return recordsOn(whole).flatMap((record, k) => {
      const { text } = k === 0 ? { text: record } : withoutPrefix(record)
      return text === '' ? [] : [{ text, number: i + 1, ...(caller !== undefined && { caller }) }]
    })
  })

const address = String.raw`(?:[0-9a-f]{8,16}|\(_*ptrval_*\))`
/** A line that cannot end where it ends. */
const unfinished = new RegExp(
  [
    String.raw`, at:$`,
    String.raw`\}-?,?$(?<=\}[-,])`,
    String.raw`^(?:#\d+: +)?${address}$`,
    String.raw`^#\d+:$`,
    String.raw` from \[<[0-9a-f]+>\]$`,
    String.raw` (?:is trying to acquire|just changed the state of|is already holding)$`,
    // a lock whose usage is still to come
    String.raw`^(?:-> #\d+ [^{]*|(?:#\d+: +)?(?:${address} +)?\([^{]*)$`,
    String.raw`^-> #\d+$`,
  ].join('|'),
)
/** A line that cannot begin where it begins. */
const continuing = /^(?:\{[-+.?]{4,8}\}|-?\{\d+:\d+\}|, at: |at: |lock:$)/
/** What can be broken in two at all is no longer than this. */
const maxJoined = 1024

/** Undoes what mailers wrap. The joined line has the number of its first part. */
export function unwrapped(lines: readonly Line[]): readonly Line[] {
  const out: Line[] = []
  for (const line of lines) {
    const last = out.at(-1)
    if (last === undefined || last.text.length > maxJoined || !belongs(last.text, line.text)) out.push(line)
    else out[out.length - 1] = { ...last, text: `${last.text}${glue(last.text, line.text)}${line.text}` }
  }
  return out
}

const startsItem = /^(?:-> #\d|#\d+: |other info|stack backtrace|which lock|but task)/

const belongs = (before: string, after: string): boolean =>
  continuing.test(after) || (unfinished.test(before) && !startsItem.test(after))

/** Between usage and wait type there is no blank. */
const glue = (before: string, after: string): string =>
  before.endsWith('}-') || (before.endsWith(')') && after.startsWith('{')) || after.startsWith('-{') ? '' : ' '
