// SPDX-License-Identifier: Apache-2.0
import type { ReportKind } from './report.ts'

/** `WARNING: ` from 4.12 on, `[ INFO: ` before; with `[ BUG: ` and `BUG: ` for what is no dependency. */
const lead = /^(?:=+ *)?(?:\[ )?(?:WARNING|INFO|BUG): +(?:\[ BUG: +)?/

const titles: readonly (readonly [RegExp, ReportKind])[] = [
  [/^possible circular locking/, 'circular'],
  [/^possible recursive locking/, 'recursive'],
  [/^inconsistent lock state/, 'inconsistent'],
  [/^possible irq lock inversion/, 'irq-inversion'],
  [/^(?:HARDIRQ|SOFTIRQ|RECLAIM_FS)(?:-READ)?-safe -> /, 'safe-unsafe'],
  // until 2.6.20
  [/^(?:hard|soft)-(?:read-)?safe -> /, 'safe-unsafe'],
  [/^Invalid wait context/, 'wait-context'],
  [/^held lock freed/, 'held-lock-freed'],
  [/^task .{1,80}:\d+ blocked for more than \d+ seconds/, 'hung-task'],
]

/** What else lockdep and its neighbours report; read by nobody here. */
const others =
  /^(?:bad unlock balance|Nested lock was not taken|bad contention|lock held (?:when|at)|possible deadlock due to|suspicious RCU|.{1,80} still has locks held|chain_key collision|Possible PI)/

/** What a line is the title of: a kind, or what is reported that is not understood; undefined if it is no title. */
export function titleOf(text: string): ReportKind | { readonly unknown: string } | undefined {
  const start = lead.exec(text)?.[0].length
  if (start === undefined) return undefined
  const title = text.slice(start).replace(/ *\]$/, '')
  const kind = titles.find(([pattern]) => pattern.test(title))?.[1]
  return kind ?? (others.test(title) ? { unknown: title } : undefined)
}
