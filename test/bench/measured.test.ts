// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { medians, ratio, type Row, type Run } from '../../bench/measured.ts'
import { read } from '../../bench/spin.ts'

const row = (...runs: readonly Run[]): Row => ({ family: 'any', N: 1, runs })
const ours: Run = { by: 'reduced', seconds: 0.5, states: 10, verdict: 'holds' }

describe('a ratio', () => {
  test("compares with the better of SPIN's two texts", () => {
    const exported: Run = { by: 'spin-exported', seconds: 2, states: 400, verdict: 'holds' }
    const twin: Run = { by: 'spin-twin', seconds: 3, states: 100, verdict: 'holds' }
    expect(ratio(row(ours, exported, twin), 'reduced', 'seconds')).toEqual({ value: 4, atLeast: false })
    expect(ratio(row(ours, exported, twin), 'reduced', 'states')).toEqual({ value: 10, atLeast: false })
  })

  test('is a lower bound where SPIN did not finish, and nothing where we did not', () => {
    const stopped: Run = { by: 'spin-twin', seconds: 60, states: 5000, stopped: 'time' }
    expect(ratio(row(ours, stopped), 'reduced', 'seconds')).toEqual({ value: 120, atLeast: true })
    expect(ratio(row({ ...ours, stopped: 'memory' }, stopped), 'reduced', 'seconds')).toBeUndefined()
    expect(ratio(row(ours), 'reduced', 'seconds')).toBeUndefined()
    expect(ratio(row(ours, stopped), 'default', 'states')).toBeUndefined()
  })
})

test('a median over bounds is a bound only if one of them may lie above it', () => {
  const against = (seconds: number, stopped?: 'time'): Row =>
    row(ours, { by: 'spin-twin', seconds, states: 10, ...(stopped && { stopped }) })
  const of = (...rows: readonly Row[]) =>
    medians(rows).find(({ what, of: group }) => what === 'faster' && group === 'all')!.ratio
  expect(of(against(1), against(2), against(60, 'time'))).toEqual({ value: 4, atLeast: false })
  expect(of(against(1, 'time'), against(2), against(3))).toEqual({ value: 4, atLeast: true })
})

test('medians are told of all rows, and of those that are long work for SPIN', () => {
  const against = (...seconds: readonly number[]): Row =>
    row(ours, ...seconds.map((s, i): Run => ({ by: i === 0 ? 'spin-twin' : 'spin-exported', seconds: s, states: 10 })))
  const told = medians([against(1), against(2), against(40), against(30, 12), against(9, 50)])
  const faster = told
    .filter(({ what }) => what === 'faster')
    .map(({ of, ratio: { value }, least, rows }) => [of, value, least.value, rows])
  // Half a second of ours against 1, 2, 9, 12 and 40.
  expect(faster).toEqual([
    ['all', 18, 2, 5],
    ['long', 24, 24, 2],
  ])
})

describe("SPIN's report", () => {
  const report = (first: string, errors = 0): string => `${first}
State-vector 52 byte, depth reached 42, errors: ${errors}
    34378 states, stored
    35521 states, matched
1.2657e+08 transitions (= stored+matched)
  128.730       total actual memory usage`

  test('is read', () => {
    const told = { states: 34_378, transitions: 126_570_000, memoryBytes: 134_983_188 }
    expect(read(report(''))).toEqual({ verdict: 'holds', ...told })
    expect(read(report('pan:1: invalid end state (at depth 9)', 1))).toEqual({ verdict: 'violated', ...told })
  })

  test.each([
    ['Interrupted', 'time'],
    ['pan: reached -DMEMLIM bound', 'memory'],
    ['error: max search depth too small', 'depth'],
  ])('that says "%s" is no verdict', (line, stopped) => {
    expect(read(report(line))).toMatchObject({ stopped })
    expect(read(report(line)).verdict).toBeUndefined()
  })

  test('of another form is refused', () => expect(() => read('what?')).toThrow('has no errors'))
})
