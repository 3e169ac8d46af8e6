// SPDX-License-Identifier: Apache-2.0
import { commonOf } from './header.ts'
import type { Reader } from './reader.ts'
import { Refused, type InconsistentReport } from './report.ts'
import { usageStateOf, useOf } from './usage-state.ts'

/** 'inconsistent lock state': one lock, in an interrupt and with interrupts on (print_usage_bug()). */
export function inconsistent(reader: Reader, line: number): InconsistentReport {
  const pattern = /^inconsistent \{([\w -]+)\} -> \{([\w -]+)\} usage/
  const found = reader.expect(pattern, 'the two states of the lock')
  const { text, number } = reader.lines[found]!
  const [, before, now] = pattern.exec(text)!
  const states = { before: usageStateOf(before!), now: usageStateOf(now!) }
  if (states.before === undefined || states.now === undefined || states.before.inside === states.now.inside)
    throw new Refused(number, `these states are not of an interrupt: '${before}' and '${now}'`)
  const takes = reader.expect(/ takes:?$/, 'who takes the lock', found)
  const task = /^(.{1,80}?) (?:\[HC|takes)/.exec(reader.lines[takes]!.text)?.[1]
  const lock = reader.expectLockAfter(takes, 'the lock that is taken')
  const registered = reader.find(/state was registered at:?$/, takes)
  const old = useOf(states.before, registered < 0 ? [] : reader.framesAfter(registered))
  const current = useOf(states.now, reader.backtrace())
  const [inside, outside] = states.before.inside ? [old, current] : [current, old]
  return {
    kind: 'inconsistent',
    ...commonOf(reader, line, task),
    lock,
    by: states.before.by,
    inside,
    outside,
  }
}
