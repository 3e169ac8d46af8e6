// SPDX-License-Identifier: Apache-2.0
import { framesOf, type Frame } from './frame.ts'
import { heldLocksOf, kernelOf } from './header.ts'
import type { Reader } from './reader.ts'
import type { Blocked, HungTaskReport } from './report.ts'

const blockedFor = /^INFO: task (.{1,80}):(\d+) blocked for more than \d+ seconds/
const ownedBy =
  /^INFO: task (.{1,80}):(\d+)(?: <\w+>)? (?:is )?blocked on an? .{1,40}? likely (?:last )?(?:owned|held) by (?:task )?(.{1,80}?):(\d+)\b/
const stateLine = /^task:(.{1,80}?) +state:\S+ .*?pid: ?(\d+)/
/** Before 5.11: `kworker/0:1     D28160  8749   8748 0x00000004`. */
const oldStateLine = /^(\S.{0,78}?) +[DSR] *(?:[0-9a-f]{8,16} +)?\d* *\d+ +(\d+) +\d+ 0x[0-9a-f]+/
const ends = /^(?:Showing all locks held|NMI backtrace|Kernel panic|Sending NMI|={20})/

/** Tasks that have been blocked for long, with their stacks (check_hung_task()); held locks where lockdep runs. */
export function hungTask(reader: Reader, line: number): HungTaskReport {
  const blocked = new Map<string, { line: number; frames: Frame[]; owner?: string }>()
  const ofTask = (task: string, number: number) => {
    const one = blocked.get(task) ?? { line: number, frames: [] }
    blocked.set(task, one)
    return one
  }
  let current: ReturnType<typeof ofTask> | undefined
  const stop = reader.find(ends)
  for (const { text, number } of reader.lines.slice(0, stop < 0 ? undefined : stop)) {
    const begins = blockedFor.exec(text) ?? stateLine.exec(text) ?? oldStateLine.exec(text)
    const owned = ownedBy.exec(text)
    if (owned !== null) ofTask(`${owned[1]}:${owned[2]}`, number).owner = `${owned[3]}:${owned[4]}`
    else if (begins !== null) current = ofTask(`${begins[1]}:${begins[2]}`, number)
    else current?.frames.push(...framesOf([{ text, number }]))
  }
  const all = [...blocked].map(([task, one]): Blocked => ({ task, ...one }))
  const held = heldLocksOf(reader)
  // Stacks without a frame pointer are all guesses, but they are stacks.
  if (held.length === 0 && reader.find(/\+0x[0-9a-f]+\/0x/) < 0) throw reader.stopped('the stack of the blocked task')
  return {
    kind: 'hung-task',
    kernel: kernelOf(reader),
    line,
    held,
    tasks: all.map(({ task }) => task),
    blocked: all,
  }
}
