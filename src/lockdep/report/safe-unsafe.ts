// SPDX-License-Identifier: Apache-2.0
import { commonOf } from './header.ts'
import type { Lock } from './lock.ts'
import type { Reader } from './reader.ts'
import { Refused, type Dependency, type InterruptReport, type Use } from './report.ts'
import { usageBlocksOf, type UsageBlock } from './usage-blocks.ts'
import { interrupterOf } from './usage-state.ts'

/** The lock that another one depends on through printed blocks, or through none: then it is that one itself. */
interface End {
  readonly lock: Lock
  readonly use: Use
}

/**
 * 'HARDIRQ-safe -> HARDIRQ-unsafe lock order': the new dependency holding -> acquiring connects a lock that an interrupt
 * takes with one that is taken with interrupts on (print_bad_irq_dependency()).
 */
export function safeUnsafe(reader: Reader, line: number): InterruptReport {
  const trying = reader.expect(/ is trying to acquire(?: lock)?:?$/, 'the lock that is being acquired')
  const task = /^(.{1,80}?) (?:\[HC|is trying)/.exec(reader.lines[trying]!.text)?.[1]
  const acquiring = reader.expectLockAfter(trying, 'the lock that is being acquired')
  const already = reader.expect(/^and this task is already/, 'the lock that is held', trying)
  const holding = reader.expectLockAfter(already, 'the lock that is held')
  const connects = /^but this new dependency connects an? (\w+?)(?:-READ|-read)?-(?:irq-)?safe/
  const safeAt = reader.expect(connects, 'the safe lock', already)
  const { text, number } = reader.lines[safeAt]!
  const by = interrupterOf(connects.exec(text)![1]!)
  if (by === undefined) throw new Refused(number, 'this names no kind of interrupt')
  const safe = endOf(reader, safeAt, 'the safe lock')
  const unsafe = endOf(
    reader,
    reader.expect(/^to an? \S+?(?:-READ|-read)?-(?:irq-)?unsafe/, 'the unsafe lock', safeAt),
    'the unsafe lock',
  )
  return {
    kind: 'safe-unsafe',
    ...commonOf(reader, line, task),
    by,
    chain: [
      ...pathOf(reader, /^the (?:shortest )?dependencies between \S*-?(?:irq-)?safe lock and the/, safe.lock, holding),
      { from: holding, to: acquiring, frames: newTrace(reader), line: number, ...(task !== undefined && { task }) },
      ...pathOf(reader, /^the (?:shortest )?dependencies between the lock to be/, acquiring, unsafe.lock),
    ],
    inside: safe.use,
    outside: unsafe.use,
  }
}

function endOf(reader: Reader, sentence: number, what: string): End {
  const lock = reader.expectLockAfter(sentence, what)
  const became = reader.find(/which became .*at:?$/, sentence)
  const frames = became < 0 ? [] : reader.framesAfter(became)
  const reads = /-read-(?:irq-)?(?:un)?safe/i.test(reader.lines[sentence]!.text)
  return { lock, use: { reads, frames } }
}

const newTrace = (reader: Reader): Dependency['frames'] => reader.backtrace()

/** The dependencies from one lock to another, none if they are one. Blocks are printed from either end. */
function pathOf(reader: Reader, heading: RegExp, from: Lock, to: Lock): readonly Dependency[] {
  if (from.name === to.name) return []
  const start = reader.find(heading)
  const next = start < 0 ? -1 : reader.find(/^(?:stack backtrace|the (?:shortest )?dependencies)/, start + 1)
  const printed = start < 0 ? [] : usageBlocksOf(reader, start, next < 0 ? reader.lines.length : next)
  const isReverse = printed[0]?.lock.name === to.name
  const blocks = isReverse ? printed.toReversed() : printed
  const line = reader.lines[Math.max(0, start)]!.number
  if (start < 0) return [{ from, to, frames: [], line, isGap: true }]
  if (blocks[0]?.lock.name !== from.name || blocks.at(-1)?.lock.name !== to.name || blocks.length < 2)
    throw new Refused(line, `the dependencies from '${from.name}' to '${to.name}' cannot be read up to here`)
  return links(blocks, isReverse)
}

/**
 * The trace of a block is of taking its own lock where blocks are printed against the dependencies, and where the first
 * block has none (print_shortest_lock_dependencies_backwards(), 5.10); else of taking the next one.
 */
function links(blocks: readonly UsageBlock[], isReverse: boolean): readonly Dependency[] {
  const isOwn = isReverse || blocks[0]!.acquired.length === 0
  return blocks.slice(1).map((block, i) => {
    const before = blocks[i]!
    return { from: before.lock, to: block.lock, frames: (isOwn ? block : before).acquired, line: block.line }
  })
}
