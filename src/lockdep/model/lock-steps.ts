// SPDX-License-Identifier: Apache-2.0
import type { LockPrimitive } from '../meaning/acquisition.ts'
import type { Statement } from './plan.ts'

/** A lock of a plan. */
export interface PlannedLock {
  readonly name: string
  readonly primitive: LockPrimitive
}

/** How one path takes it. */
export interface Manner {
  readonly reads?: boolean
  readonly tries?: boolean
  /** With interrupts off. */
  readonly irqsave?: boolean
  readonly at?: string | undefined
}

interface Operations {
  readonly take: string
  readonly tries: string
  readonly release: string
  readonly takeIrqsave?: string
  readonly releaseIrqrestore?: string
}

const write: Readonly<Record<LockPrimitive, Operations>> = {
  mutex: { take: 'lock', tries: 'trylock', release: 'unlock' },
  rwsem: { take: 'downWrite', tries: 'downWriteTrylock', release: 'upWrite' },
  spinlock: {
    take: 'spinLock',
    tries: 'spinTrylock',
    release: 'spinUnlock',
    takeIrqsave: 'spinLockIrqsave',
    releaseIrqrestore: 'spinUnlockIrqrestore',
  },
  rwlock: {
    take: 'writeLock',
    tries: 'writeTrylock',
    release: 'writeUnlock',
    takeIrqsave: 'writeLockIrqsave',
    releaseIrqrestore: 'writeUnlockIrqrestore',
  },
}
const read: Readonly<Record<LockPrimitive, Operations>> = {
  ...write,
  rwsem: { take: 'downRead', tries: 'downReadTrylock', release: 'upRead' },
  rwlock: {
    take: 'readLock',
    tries: 'readTrylock',
    release: 'readUnlock',
    takeIrqsave: 'readLockIrqsave',
    releaseIrqrestore: 'readUnlockIrqrestore',
  },
}

/** The steps with the lock held around them. */
export function holding(
  { name, primitive }: PlannedLock,
  { reads = false, tries = false, irqsave = false, at }: Manner,
  body: readonly Statement[] = [],
): readonly Statement[] {
  const operations = (reads ? read : write)[primitive]
  const take = (irqsave ? operations.takeIrqsave : undefined) ?? operations.take
  const release = (irqsave ? operations.releaseIrqrestore : undefined) ?? operations.release
  const place = at === undefined ? {} : { at }
  const rest: readonly Statement[] = [...body, { op: release, on: name }]
  if (tries) return [{ op: operations.tries, on: name, ...place, exits: { got: rest, missed: [] } }]
  return [{ op: take, on: name, ...place }, ...rest]
}

/** Whether taking it may sleep. */
export const sleeps = (primitive: LockPrimitive): boolean => primitive === 'mutex' || primitive === 'rwsem'

/** The sleeping lock like it, for what is held where something sleeps: then it was no spinlock. */
export const sleeping = (primitive: LockPrimitive): LockPrimitive =>
  primitive === 'rwlock' || primitive === 'rwsem' ? 'rwsem' : 'mutex'
