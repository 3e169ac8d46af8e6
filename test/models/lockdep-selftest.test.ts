// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ModelSource } from 'fencecheck'
import abba from '../../models/lockdep-selftest/abba.ts'
import fourLocks from '../../models/lockdep-selftest/abbccdda.ts'
import fsReclaim from '../../models/lockdep-selftest/fs-reclaim.ts'
import readRecursion3 from '../../models/lockdep-selftest/irq-read-recursion-3.ts'
import irqsafe1 from '../../models/lockdep-selftest/irqsafe1.ts'
import queuedReadLock from '../../models/lockdep-selftest/queued-read-lock.ts'
import readRecursion from '../../models/lockdep-selftest/read-recursion.ts'
import { reason, size, verdict } from './scenario.ts'

const folder = join(import.meta.dirname, '../../models/lockdep-selftest')
const sources = await Promise.all(
  readdirSync(folder).map(
    async (file) => ((await import(join(folder, file))) as { readonly default: ModelSource }).default,
  ),
)

describe('the verdict is the one of the story', () => {
  test('each reader is behind a writer that is behind the other reader', async () => {
    expect(await reason(abba, 'rlock-writers')).toEqual([
      'deadlock cycle',
      'ab [A task] readLock B',
      'ba [B task] readLock A',
      'writer-A [A] writeLock A',
      'writer-B [B] writeLock B',
    ])
    expect(await verdict(abba, 'rlock-one-writer')).toBe('holds')
  })

  test('a reader is behind a writer that is behind itself, but not in a handler', async () => {
    expect(await reason(readRecursion, 'rlock-aa1-writer')).toEqual([
      'deadlock self',
      'reader [X1 task] readLock X1',
      'writer [X1] writeLock X1',
    ])
    expect(await verdict(readRecursion, 'rlock-aa1-in-hardirq')).toBe('holds')
  })

  test('the handler spins on top of the one that it waits for', async () => {
    expect(await reason(irqsafe1, 'hard-spin')).toEqual(['deadlock irq', 'handler [] spinLock A', 'task [A task] ?'])
  })

  test('with interrupts off a reader waits behind a writer, with bottom halves off it does not', async () => {
    expect(await reason(readRecursion3, 'hard-rlock-writer')).toContain('ba [B task task] readLock A')
    expect(await verdict(readRecursion3, 'soft-rlock-writer')).toBe('holds')
    expect(await reason(queuedReadLock, 're-er-writer')).toContain('task [B task task] readLock A')
  })

  test('the shrinker takes the lock of the one that it runs in', async () => {
    expect(await reason(fsReclaim, 'lock-in-shrinker')).toEqual(['deadlock self', 'task [lock] lock lock'])
  })
})

describe('what must differ does', () => {
  /** Variants by whether the search finds nothing though lockdep reports, or something that lockdep is silent about. */
  const differing = (verdictOf: 'holds' | 'violated', says: 'reports' | 'silent'): readonly string[] =>
    sources
      .flatMap((source) => source.variants.map((variant) => source.instantiate(variant)))
      .filter((model) => model.expect?.verdict === verdictOf && model.expect.lockdep?.plain === says)
      .map(({ id, variant }) => `${id.replace('lockdep-selftest/', '')} ${variant}`)

  test('what lockdep misses is hidden by an annotation', () => {
    expect(differing('violated', 'silent')).toEqual(['aa mutex-crossed-nested', 'nest-lock two-outer-locks'])
  })

  test('what lockdep reports and no run does: other instances, writers that are not there, another CPU, PREEMPT_RT', () => {
    // aa 6; abba 4; three locks 4; four locks 4 and 2; chain cache 1; reclaim 1; interrupts 3 and the other CPU 1; nest_lock
    // 2; queued 2; read_abba 2; read recursion 10; three events 2; wait contexts 1; wound/wait 5.
    expect(differing('holds', 'reports').length).toBe(50)
  })
})

test('states and transitions of four readers are those of four independent threads', () => {
  // Four steps each, nobody ever waits: 5^4 states; 4 threads with 4 steps in each of the 5^3 places of the others.
  expect(size(fourLocks, 'rlock')).toEqual({ states: 625, transitions: 4 * 4 * 125 })
})
