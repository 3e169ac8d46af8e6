// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ModelSource } from 'fencecheck'
import type { LockdepSays } from '#ir/model'
import { lockdepView } from '#lockdep/view/view'
import { selftestCases, unexpressedCases, type SelftestCase } from './selftest.table.ts'

const folder = join(import.meta.dirname, '../../models/lockdep-selftest')
const sources = new Map<string, ModelSource>()
for (const file of readdirSync(folder)) {
  const { default: source } = (await import(join(folder, file))) as { default: ModelSource }
  sources.set(source.id, source)
}

/** What the model of a case says that lockdep does in a kernel as it runs, with queued rwlocks. */
const says = ({ model, variant }: SelftestCase): LockdepSays | undefined =>
  sources.get(model)!.instantiate(variant).expect?.lockdep?.plain
/** What lockdep reports, by kind. */
const reports = (entry: SelftestCase): readonly string[] => {
  const source = sources.get(entry.model)!
  return lockdepView(source.instantiate(entry.variant), source.registry, { readLock: entry.readLock }).reports.map(
    ({ kind }) => kind,
  )
}
const asSelftest = ({ expected }: SelftestCase): LockdepSays => (expected === 'FAILURE' ? 'reports' : 'silent')

describe('the cases of the self-test', () => {
  test('are all there, each once', () => {
    // 7 circles of 7 types, double unlock and initialised while held: 9 * 7 = 63. Read recursion 8, ABBA
    // of readers 6, chain cache 1, three events in 6 orders 4 * 6: 39. irqsafe1 12, 2A 6, 2B 12; 3, 4 and inversion 36
    // each; read recursion in interrupts 3 * 24: 210. Wound/wait 36. Queued 3, reclaim 3, wait contexts 9 * 4, local_lock
    // 3, one of hardirqs and softirqs, one of a name: 47. 63 + 39 + 210 + 36 + 47 = 395.
    const tests = [...selftestCases, ...unexpressedCases].map((entry) => entry.test)
    expect(new Set(tests).size).toBe(tests.length)
    expect({ cases: selftestCases.length, unexpressed: unexpressedCases.length }).toEqual({
      cases: 364,
      unexpressed: 31,
    })
  })

  test('name variants that exist, and every model is named', () => {
    for (const { test: name, model, variant } of selftestCases)
      expect(sources.get(model)?.variants, `${name}: ${model}`).toContain(variant)
    expect(new Set(selftestCases.map(({ model }) => model))).toEqual(new Set(sources.keys()))
  })

  test('differ from a kernel as it runs where read_lock() is forced to be recursive, and nowhere else', () => {
    const differing = selftestCases.filter((entry) => says(entry) !== asSelftest(entry))
    const families = new Set(differing.map((entry) => entry.test.replace(/_[123]{3}$/, '')))
    expect(differing.every(({ readLock, expected }) => readLock === 'recursive' && expected === 'SUCCESS')).toBe(true)
    expect([...families].toSorted()).toEqual([
      'AA_rlock',
      'ABBA_rlock',
      'ABBCCA_rlock',
      'ABBCCDDA_rlock',
      'ABCABC_rlock',
      'ABCDBCDA_rlock',
      'ABCDBDDA_rlock',
      'W1R2_R2R3_W3W1',
      'W1W2_R2R3_R3W1',
      'irq_inversion_hard_rlock',
      'irq_read_recursion2_hard_rlock',
      'irq_read_recursion3_hard_rlock',
      'rlock_AA1',
      'rlock_AA1B',
      'rlock_ABBA2',
    ])
  })

  test('that the lock itself warns of, and no order of locks, are that', () => {
    const cases = selftestCases.filter(({ by }) => by !== undefined)
    expect(cases.length).toBe(12)
    for (const entry of cases) expect(reports(entry), entry.test).toContain('debug-locks')
  })
})

test.each([...sources])('every variant of %s says what lockdep does', (_id, source) => {
  for (const variant of source.variants) {
    const { expect: expected } = source.instantiate(variant)
    expect(expected?.lockdep?.plain, variant).toBeDefined()
  }
})

describe('lockdep as it is built, asked of the models', () => {
  test.each(selftestCases)('$test: $expected', (entry) => {
    expect(reports(entry).length > 0 ? 'FAILURE' : 'SUCCESS', reports(entry).join()).toBe(entry.expected)
  })
})
