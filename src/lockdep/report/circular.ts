// SPDX-License-Identifier: Apache-2.0
import type { Frame } from './frame.ts'
import { commonOf } from './header.ts'
import { lockAt, type Lock } from './lock.ts'
import type { Reader } from './reader.ts'
import { Refused, type CircularReport } from './report.ts'

interface Link {
  readonly lock: Lock
  readonly frames: readonly Frame[]
  readonly line: number
}

/**
 * 'possible circular locking dependency'. The chain is printed in reverse: the frames of `-> #k` are of taking lock k
 * while lock k-1 was held; #0 is being taken now while the last one is held (print_circular_bug()).
 */
export function circular(reader: Reader, line: number): CircularReport {
  const trying = reader.find(/ is trying to acquire(?: lock)?:?$/)
  const task = trying < 0 ? undefined : /^(.{1,80}) is trying/.exec(reader.lines[trying]!.text)?.[1]
  const start = reader.find(/^the existing dependency chain/)
  const holding = reader.find(/^but task is already/)
  const links = linksOf(reader, Math.max(0, start))
  const [first, last] = [links[0]!, links.at(-1)!]
  const common = commonOf(reader, line, task)
  // Something must say that the chain begins where it seems to.
  const isHeld = common.held.some(({ locks }) => locks.some(({ name }) => name === last.lock.name))
  if (start < 0 && holding < 0 && !isHeld) throw new Refused(last.line, 'nothing says that the chain begins here')
  agree(reader, trying, first, 'is being acquired', '#0')
  agree(reader, holding, last, 'is held', `#${links.length - 1}`)
  return {
    kind: 'circular',
    ...common,
    cycle: links.map((from, k) => {
      const to = links[(k + 1) % links.length]!
      const isNew = to === first
      const by = isNew && common.tasks[0] !== undefined ? { task: common.tasks[0] } : {}
      const frames = isNew && to.frames.length === 0 ? reader.backtrace() : to.frames
      return { from: from.lock, to: to.lock, frames, line: to.line, ...by }
    }),
  }
}

/** The chain from #0 up. @throws Refused unless every number up to the highest is there. */
function linksOf(reader: Reader, from: number): readonly Link[] {
  const links = new Map<number, Link>()
  const end = reader.find(/^(?:other info that|stack backtrace)/, from)
  for (const [i, { text, number }] of reader.lines.entries()) {
    if (i < from || (end >= 0 && i >= end) || !/^-> #\d/.test(text)) continue
    const [head, k] = /^-> #(\d{1,4}):? */.exec(text) ?? ['', '']
    const lock = lockAt(text.slice(head.length))
    if (lock === undefined) throw new Refused(number, `the lock '-> #${k}' of the chain cannot be read on this line`)
    if (links.has(Number(k))) throw new Refused(number, `the chain has a second entry '-> #${k}'`)
    links.set(Number(k), { lock, frames: reader.framesAfter(i), line: number })
  }
  if (links.size === 0) throw reader.stopped('the first entry of the dependency chain')
  const highest = Math.max(...links.keys())
  for (let k = highest; k >= 0; k--)
    if (!links.has(k)) throw new Refused(reader.end, `the dependency chain has no entry '-> #${k}' up to this line`)
  if (highest === 0) throw new Refused(links.get(0)!.line, `the dependency chain has nothing but '-> #0'`)
  return Array.from({ length: highest + 1 }, (_, k) => links.get(k)!)
}

/** The sentences at the beginning say the same as the chain: else something was lost or mixed up. */
function agree(reader: Reader, sentence: number, { lock, line }: Link, what: string, entry: string): void {
  const said = sentence < 0 ? undefined : reader.lockAfter(sentence)
  if (said !== undefined && said.name !== lock.name)
    throw new Refused(line, `'${said.name}' ${what}, but ${entry} of the chain is '${lock.name}'`)
}
