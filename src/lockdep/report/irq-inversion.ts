// SPDX-License-Identifier: Apache-2.0
import { commonOf } from './header.ts'
import type { Lock } from './lock.ts'
import type { Reader } from './reader.ts'
import { Refused, type Dependency, type InterruptReport } from './report.ts'
import { usageBlocksOf, type UsageBlock } from './usage-blocks.ts'
import { interrupterOf } from './usage-state.ts'

/**
 * 'possible irq lock inversion': a lock has just been taken in an interrupt and leads to one that is taken with
 * interrupts on, or the other way round (print_irq_inversion_bug()).
 */
export function irqInversion(reader: Reader, line: number): InterruptReport {
  const changed = reader.expect(/ just changed the state of(?: lock)?:?$/, 'the lock whose state has changed')
  const task = /^(.{1,80}) just changed/.exec(reader.lines[changed]!.text)?.[1]
  const lock = reader.expectLockAfter(changed, 'the lock whose state has changed')
  const pattern =
    /^but this lock (took|was taken by) another, (HARDIRQ|SOFTIRQ|RECLAIM_FS|hard|soft)(?:-READ|-read)?(?:-irq)?-?(?:safe|unsafe) lock/
  const sentence = reader.expect(pattern, 'what that lock has to do with another')
  const { text, number } = reader.lines[sentence]!
  const [, relation, word] = pattern.exec(text)!
  const other = reader.expectLockAfter(sentence, 'the other lock')
  const by = interrupterOf(word!)
  if (by === undefined) throw new Refused(number, `'${word}' is no kind of interrupt`)
  const start = reader.find(/^the (?:shortest )?dependencies between (?:2nd|the lock)/)
  const end = reader.find(/^stack backtrace/)
  const printed = start < 0 ? [] : usageBlocksOf(reader, start, end < 0 ? reader.lines.length : end)
  const [safe, unsafe] = relation === 'took' ? [lock, other] : [other, lock]
  const chain = chainOf(printed, safe, unsafe, relation === 'took', number)
  const framesOf = (name: Lock, inside: boolean) =>
    printed
      .find((block) => block.lock.name === name.name)
      ?.states.find(({ state }) => state.by === by && state.inside === inside)
  const [inside, outside] = [framesOf(safe, true), framesOf(unsafe, false)]
  return {
    kind: 'irq-inversion',
    ...commonOf(reader, line, task),
    by,
    chain,
    inside: { reads: inside?.state.reads === true, frames: inside?.frames ?? [] },
    outside: { reads: outside?.state.reads === true, frames: outside?.frames ?? [] },
  }
}

/**
 * The dependencies from the safe lock to the unsafe one. The search went from the lock that has changed to the other one
 * and is printed backwards: from where it led. So the blocks are in the order of the dependencies if it went against
 * them (`was taken by`), and then the trace of a block is of taking the next lock, else of taking its own.
 * Without blocks (cut off) the two locks alone are known.
 */
export function chainOf(
  printed: readonly UsageBlock[],
  safe: Lock,
  unsafe: Lock,
  isReverse: boolean,
  line: number,
): readonly Dependency[] {
  const blocks = isReverse ? printed.toReversed() : printed
  if (blocks.length < 2) return [{ from: safe, to: unsafe, frames: [], line, isGap: true }]
  const [first, last] = [blocks[0]!, blocks.at(-1)!]
  if (first.lock.name !== safe.name || last.lock.name !== unsafe.name)
    throw new Refused(
      first.line,
      `the dependencies lead from '${first.lock.name}' to '${last.lock.name}', not from '${safe.name}' to '${unsafe.name}'`,
    )
  return blocks.slice(1).map((block, i) => {
    const before = blocks[i]!
    const of = isReverse ? block : before
    return { from: before.lock, to: block.lock, frames: of.acquired, line: of.line }
  })
}
