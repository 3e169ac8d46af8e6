// SPDX-License-Identifier: Apache-2.0
import { commonOf } from './header.ts'
import type { Reader } from './reader.ts'
import type { HeldLockFreedReport } from './report.ts'

/** 'held lock freed!' (print_freed_lock_bug()). */
export function heldLockFreed(reader: Reader, line: number): HeldLockFreedReport {
  const pattern = /^(.{1,80}) is freeing memory /
  const freeing = reader.expect(pattern, 'who frees which memory')
  const task = pattern.exec(reader.lines[freeing]!.text)?.[1]
  const lock = reader.expectLockAfter(freeing, 'the lock in that memory')
  return { kind: 'held-lock-freed', ...commonOf(reader, line, task), lock, frames: reader.backtrace() }
}
