// SPDX-License-Identifier: Apache-2.0
import { commonOf } from './header.ts'
import type { Reader } from './reader.ts'
import { Refused, type RecursiveReport } from './report.ts'

/** 'possible recursive locking': the class that is being taken is held (print_deadlock_bug()). */
export function recursive(reader: Reader, line: number): RecursiveReport {
  const trying = reader.expect(/ is trying to acquire(?: lock)?:?$/, 'the lock that is being acquired')
  const task = /^(.{1,80}) is trying/.exec(reader.lines[trying]!.text)?.[1]
  const acquiring = reader.expectLockAfter(trying, 'the lock that is being acquired')
  const already = reader.expect(/^but task is already/, 'the lock that is held', trying)
  const holding = reader.expectLockAfter(already, 'the lock that is held')
  if (acquiring.name !== holding.name)
    throw new Refused(
      reader.lines[already]!.number,
      `'${acquiring.name}' is being acquired and '${holding.name}' is held: that is no recursion`,
    )
  return { kind: 'recursive', ...commonOf(reader, line, task), acquiring, holding, frames: reader.backtrace() }
}
