// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { Result } from '#check/result'
import { configurations } from '#check/safe-only-if'
import { settingsOf, type Setting } from '#model/switches'

type Outcome = Result['verdict']

/** A result as far as it matters here. */
const result = (switches: Setting, verdict: Outcome, more: Partial<Result> = {}): Result =>
  ({ id: 'm', variant: undefined, params: {}, switches, verdict, ...more }) as Result

/** The results of a model in every setting of its switches. */
const results = (
  switches: Readonly<Record<string, readonly [string, ...string[]]>>,
  verdict: (setting: Setting) => Outcome,
): readonly Result[] => settingsOf(switches).map((setting) => result(setting, verdict(setting)))
const safe = (all: readonly Result[]): readonly (readonly string[])[] =>
  configurations(all).map(({ safeOnlyIf }) => safeOnlyIf)

const notifiers = ['on', 'off'] as const
const platform = ['soc', 'kvm', 'gpu'] as const

describe('one switch', () => {
  test('that decides is named with its safe setting', () =>
    expect(safe(results({ notifiers }, ({ notifiers: n }) => (n === 'off' ? 'holds' : 'violated')))).toEqual([
      ['notifiers=off'],
    ]))
  test('that does not decide is not named', () => {
    for (const verdict of ['holds', 'violated', 'unknown'] as const)
      expect(safe(results({ notifiers }, () => verdict))).toEqual([])
  })
  test('of three settings is named with one or with both that are safe', () => {
    expect(safe(results({ platform }, ({ platform: p }) => (p === 'gpu' ? 'violated' : 'holds')))).toEqual([
      ['platform=soc or platform=kvm'],
    ])
    expect(safe(results({ platform }, ({ platform: p }) => (p === 'kvm' ? 'holds' : 'violated')))).toEqual([
      ['platform=kvm'],
    ])
  })
  test('is not safe in a setting that is unknown', () =>
    expect(safe(results({ platform }, ({ platform: p }) => (p === 'soc' ? 'holds' : 'unknown')))).toEqual([
      ['platform=soc'],
    ]))
})

describe('two switches', () => {
  const both = { notifiers, platform }
  test('of which one decides: the other is not named', () =>
    expect(safe(results(both, ({ notifiers: n }) => (n === 'off' ? 'holds' : 'violated')))).toEqual([
      ['notifiers=off'],
    ]))
  test('that must both be right are both named', () =>
    expect(
      safe(results(both, ({ notifiers: n, platform: p }) => (n === 'off' && p !== 'gpu' ? 'holds' : 'violated'))),
    ).toEqual([['notifiers=off', 'platform=soc or platform=kvm']]))
})

describe('what belongs together', () => {
  const pair = (more: Partial<Result>, off: Outcome): readonly Result[] => [
    result({ notifiers: 'on' }, 'violated', more),
    result({ notifiers: 'off' }, off, more),
  ]
  test('variants, parameters and models are told apart', () => {
    const all = [
      ...pair({ variant: 'a' }, 'holds'),
      ...pair({ variant: 'b' }, 'violated'),
      ...pair({ params: { N: 1 } }, 'holds'),
      ...pair({ params: { N: 2 } }, 'violated'),
      ...pair({ id: 'n' }, 'holds'),
    ]
    expect(configurations(all)).toEqual([
      { id: 'm', variant: 'a', params: {}, safeOnlyIf: ['notifiers=off'] },
      { id: 'm', variant: undefined, params: { N: 1 }, safeOnlyIf: ['notifiers=off'] },
      { id: 'n', variant: undefined, params: {}, safeOnlyIf: ['notifiers=off'] },
    ])
  })
  test('results of one variant need not follow one another', () => {
    const [on, off] = pair({ variant: 'a' }, 'holds')
    expect(safe([on!, ...pair({ variant: 'b' }, 'violated'), off!])).toEqual([['notifiers=off']])
  })
  test('what was not checked says nothing: one setting alone names no condition', () => {
    expect(safe([result({ notifiers: 'off' }, 'holds')])).toEqual([])
    expect(safe([result({ notifiers: 'on' }, 'violated')])).toEqual([])
    expect(safe([])).toEqual([])
  })
  test('a model without switches names no condition', () => expect(safe([result({}, 'holds')])).toEqual([]))
})
