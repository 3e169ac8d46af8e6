// SPDX-License-Identifier: Apache-2.0
import { commonOf } from './header.ts'
import type { Reader } from './reader.ts'
import type { WaitContextReport } from './report.ts'

/** 'Invalid wait context': what is being taken may sleep longer than the context allows (print_lock_invalid_wait_context()). */
export function waitContext(reader: Reader, line: number): WaitContextReport {
  const trying = reader.expect(/ is trying to lock:?$/, 'the lock that is being acquired')
  const task = /^(.{1,80}) is trying/.exec(reader.lines[trying]!.text)?.[1]
  const acquiring = reader.expectLockAfter(trying, 'the lock that is being acquired')
  const context = reader.match(/^context-\{(\d+)(?::(\d+))?\}/)
  return {
    kind: 'wait-context',
    ...commonOf(reader, line, task),
    acquiring,
    allows: context === undefined ? undefined : Number(context[2] ?? context[1]),
    frames: reader.backtrace(),
  }
}
