// SPDX-License-Identifier: Apache-2.0
import { unwrapped, type Line } from './lines.ts'
import type { ReportKind } from './report.ts'
import { titleOf } from './title.ts'

/** The lines of one report, from its title to the next one's. */
export interface Passage {
  /** Undefined where the title is missing: then what follows must tell. */
  readonly kind: ReportKind | undefined
  /** The title of a report of another kind. */
  readonly unknown?: string
  readonly line: number
  readonly lines: readonly Line[]
}

/** What a report begins with that lost its title. */
const opening = /^\S.{0,80} is trying to acquire lock:?$|^the existing dependency chain/
const endOfHungTasks = /^Showing all locks held/

/** The reports in these lines, each with what follows it up to the next. */
export function passagesOf(lines: readonly Line[]): readonly Passage[] {
  const found: { kind: ReportKind | undefined; unknown?: string; line: number; lines: Line[] }[] = []
  /** The title has been seen, but not the first sentence. */
  let fresh = false
  let locksShown = false
  for (const line of lines) {
    const last = found.at(-1)
    const title = titleOf(line.text)
    const goesOn = title === 'hung-task' && last?.kind === 'hung-task' && !locksShown
    if (title !== undefined && !goesOn) {
      if (/^={20,}$/.test(last?.lines.at(-1)?.text ?? '') && last!.lines.length > 1) last!.lines.pop()
      found.push({
        kind: typeof title === 'string' ? title : undefined,
        ...(typeof title === 'object' && title),
        line: line.number,
        lines: [line],
      })
      fresh = true
      locksShown = false
      continue
    }
    const opens = opening.test(line.text)
    const isChain = line.text.startsWith('the existing')
    if (opens && !fresh && (last === undefined || !isChain))
      found.push({ kind: undefined, line: line.number, lines: [line] })
    else last?.lines.push(line)
    if (opens && !isChain) fresh = false
    locksShown ||= endOfHungTasks.test(line.text)
  }
  return found.map((passage) => ({ ...passage, lines: unwrapped(ofOneCaller(passage.lines)) }))
}

/** Where the console says who prints, lines of others have come in between. */
function ofOneCaller(lines: readonly Line[]): readonly Line[] {
  const { caller } = lines[0]!
  return caller === undefined ? lines : lines.filter((line) => line.caller === undefined || line.caller === caller)
}
