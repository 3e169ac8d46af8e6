// SPDX-License-Identifier: Apache-2.0
import { circular } from './circular.ts'
import { heldLockFreed } from './held-lock-freed.ts'
import { hungTask } from './hung-task.ts'
import { inconsistent } from './inconsistent.ts'
import { irqInversion } from './irq-inversion.ts'
import { linesOf } from './lines.ts'
import { passagesOf, type Passage } from './passages.ts'
import { Reader } from './reader.ts'
import { recursive } from './recursive.ts'
import { Refused, type LockReport, type Refusal, type ReportKind } from './report.ts'
import { safeUnsafe } from './safe-unsafe.ts'
import { waitContext } from './wait-context.ts'

const parsers: Readonly<Record<ReportKind, (reader: Reader, line: number) => LockReport>> = {
  circular,
  recursive,
  inconsistent,
  'irq-inversion': irqInversion,
  'safe-unsafe': safeUnsafe,
  'wait-context': waitContext,
  'held-lock-freed': heldLockFreed,
  'hung-task': hungTask,
}

/** The reports in a text, in its order, and what looks like one but was not understood. */
export interface Parsed {
  readonly reports: readonly LockReport[]
  readonly refused: readonly Refusal[]
}

/**
 * Reads lockdep and hung-task reports as people paste them: with prefixes, quoted, wrapped, several in one text. Takes
 * time linear in the text. A text without any report is refused as a whole.
 */
export function parseReports(text: string): Parsed {
  const reports: LockReport[] = []
  const refused: Refusal[] = []
  for (const passage of passagesOf(linesOf(text)))
    try {
      reports.push(reportOf(passage))
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      refused.push({ line: error.line, why: error.message })
    }
  if (reports.length === 0 && refused.length === 0)
    refused.push({ line: text.split('\n').length, why: 'there is no lockdep or hung-task report up to this line' })
  return { reports, refused }
}

function reportOf(passage: Passage): LockReport {
  const { line, lines, unknown } = passage
  if (unknown !== undefined) throw new Refused(line, `reports of this kind are not read: '${unknown}'`)
  const reader = new Reader(lines)
  return parsers[passage.kind ?? kindWithoutTitle(reader)](reader, line)
}

/** @throws Refused if it cannot be told without the title. */
function kindWithoutTitle(reader: Reader): ReportKind {
  if (reader.find(/^the existing dependency chain/) >= 0) return 'circular'
  if (reader.find(/^May be due to missing lock nesting/) >= 0) return 'recursive'
  throw new Refused(reader.lines[0]!.number, 'the title of this report is missing, and it has no dependency chain')
}
