// SPDX-License-Identifier: Apache-2.0
import type { Frame } from './frame.ts'
import { framesOf } from './frame.ts'
import type { Line } from './lines.ts'
import { lockAt, type Lock } from './lock.ts'
import { Refused } from './report.ts'

/** Begins something else than a frame of the stack trace before it. */
const heading = new RegExp(
  `^(?:${[
    String.raw`-> `,
    String.raw`\.\.\. `,
    String.raw`\}`,
    String.raw`\*\*\*`,
    'other info',
    'Chain exists of',
    'Possible (?:interrupt )?unsafe',
    'stack backtrace',
    'May be due',
    String.raw`\d+ locks? held by`,
    'no locks held',
    'irq event stamp',
    'the (?:shortest |existing )?dependenc',
    'and (?:this|interrupts)',
    'to an? ',
    'which would',
    'but (?:this|task)',
    'INFO:',
    'task:',
    'Showing all',
    // the states of usage blocks
    '(?:INITIAL (?:READ )?USE|initial-use) +at:',
    '(?:IN-|in-)?(?:HARDIRQ|SOFTIRQ|RECLAIM_FS|hardirq|softirq)[A-Za-z-]* +at:',
  ].join('|')})`,
)

/** Finds its way through the lines of one report; what does not fit is skipped, for other CPUs print in between. */
export class Reader {
  readonly lines: readonly Line[]

  constructor(lines: readonly Line[]) {
    this.lines = lines
  }

  /** The number of the last line: where the text stopped. */
  get end(): number {
    return this.lines.at(-1)!.number
  }

  /** The index of the first line from `from` on that matches, or -1. */
  find(pattern: RegExp, from = 0): number {
    for (let i = from; i < this.lines.length; i++) if (pattern.test(this.lines[i]!.text)) return i
    return -1
  }

  /** The match of the first line that does, or undefined. */
  match(pattern: RegExp, from = 0): RegExpExecArray | undefined {
    const i = this.find(pattern, from)
    return i < 0 ? undefined : pattern.exec(this.lines[i]!.text)!
  }

  /** As `find`. @throws Refused if nothing matches: the report ends too early, or is something else. */
  expect(pattern: RegExp, what: string, from = 0): number {
    const i = this.find(pattern, from)
    if (i < 0) throw this.stopped(what)
    return i
  }

  stopped(what: string): Refused {
    return new Refused(this.end, `the report stops here, before ${what}`)
  }

  /** The lock on one of the few lines after `index`, or undefined. Further down it would be another one. */
  lockAfter(index: number): Lock | undefined {
    for (const { text } of this.lines.slice(index + 1, index + 4)) {
      const lock = lockAt(text)
      if (lock !== undefined) return lock
      if (heading.test(text)) return undefined
    }
    return undefined
  }

  /** The same. @throws Refused if there is none. */
  expectLockAfter(index: number, what: string): Lock {
    const lock = this.lockAfter(index)
    if (lock !== undefined) return lock
    const line = this.lines[index + 1]
    if (line === undefined) throw this.stopped(what)
    throw new Refused(line.number, `${what} cannot be read on this line`)
  }

  /** The stack trace after `index`, up to the next heading. */
  framesAfter(index: number): readonly Frame[] {
    const next = this.find(heading, index + 1)
    return framesOf(this.lines.slice(index + 1, next < 0 ? undefined : next))
  }

  /** The stack of the task that has found all this: the last one of a report. Empty where it is missing. */
  backtrace(): readonly Frame[] {
    const start = this.find(/^stack backtrace:?/)
    if (start < 0) return []
    const end = this.find(/^(?:-> |<\/TASK>|={20}|-+\[ cut here|(?:WARNING|BUG|INFO): )/, start + 1)
    return framesOf(this.lines.slice(start + 1, end < 0 ? undefined : end))
  }
}
