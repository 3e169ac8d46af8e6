// SPDX-License-Identifier: Apache-2.0
import { lockAt, type Lock } from './lock.ts'
import type { Reader } from './reader.ts'
import type { HeldLocks } from './report.ts'

const release = /^(\d+\.\d+[\w.+~-]*)(?: .*)?(?:#\d|[Tt]ainted)/
const taintedFirst = /(?:Not tainted|[Tt]ainted: ?[A-Z ]*) +(\d+\.\d+[\w.+~-]*) /

/** The kernel that printed the report: the line after the title, or the one about the task. */
export function kernelOf(reader: Reader): string | undefined {
  const next = /^(\d+\.\d+\.\d+[\w.+~-]*)$/.exec(reader.lines[1]?.text ?? '')?.[1]
  if (next !== undefined) return next
  const near = reader.lines.slice(1, 6).map(({ text }) => release.exec(text)?.[1] ?? taintedFirst.exec(text)?.[1])
  const said = near.find((version) => version !== undefined)
  return (
    said ?? reader.match(/^(?:CPU: \d+|Pid: \d+,) .*(?:Not tainted|[Tt]ainted: ?[A-Z ]*) +(\d+\.\d+[\w.+~-]*) /)?.[1]
  )
}

const listed = /^(?:\d+ locks?|\d+ locks? are|1 lock) held by (.{1,80}?):?$/

/** Which tasks hold which locks, outermost first. A lock taken in an inlined function is printed several times. */
export function heldLocksOf(reader: Reader): readonly HeldLocks[] {
  const found: { task: string; locks: Map<number, Lock> }[] = []
  for (const { text } of reader.lines) {
    const task = listed.exec(text)?.[1]
    const entry = /^#(\d{1,4}): +(.*)$/.exec(text)
    const lock = entry === null ? undefined : lockAt(entry[2]!)
    if (task !== undefined) found.push({ task, locks: new Map() })
    else if (lock !== undefined && !found.at(-1)?.locks.has(Number(entry![1])))
      found.at(-1)?.locks.set(Number(entry![1]), lock)
  }
  return found.map(({ task, locks }) => ({
    task,
    locks: [...locks].toSorted(([a], [b]) => a - b).map(([, lock]) => lock),
  }))
}

/** What every report has. `task` is who the first sentence is about. */
export function commonOf(reader: Reader, line: number, task: string | undefined) {
  const held = heldLocksOf(reader)
  const tasks = [...new Set([...(task === undefined ? [] : [task]), ...held.map((list) => list.task)])]
  return { kernel: kernelOf(reader), line, held, tasks }
}
