// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { Counterexample } from '#page/data'
import { pageData } from '#report/page-data'
import { chunkRows, fit, layOut } from '../../src/page/browser/chart-layout.ts'
import { momentOf, telling } from '../../src/page/browser/moment.ts'
import { layOutGraph } from '../../src/page/browser/wait-graph-layout.ts'
import { handshakeReported, longReported } from './samples.ts'

const counterexample = pageData([await handshakeReported(2)], []).instances[0]!.counterexample!

/** Who holds and waits for what, in a line each. */
const standings = (of: Counterexample, step: number): readonly string[] =>
  momentOf(of, step).rows.map(({ process, holds, waitsFor, since, next }) =>
    [process, holds.map(({ name, since }) => `${name}@${since}`), waitsFor, since ?? '', next ?? ''].join(' | '),
  )

// The steps are those of the comment beside the model.
test('the moments of the handshake', () => {
  expect(counterexample.steps.map(({ process, step }) => `${process}: ${step}`)).toEqual([
    'ioctl: lock r',
    'ioctl: complete c',
    'worker: waitForCompletion c',
    'worker: lock s',
    'worker: signal f',
    'ioctl: wait f',
  ])
  const expected = [
    ['ioctl |  |  |  | lock r', 'worker |  | c | 0 | waitForCompletion c'],
    ['ioctl | r (write)@1 |  |  | complete c', 'worker |  | c | 0 | waitForCompletion c'],
    ['ioctl | r (write)@1 | f | 2 | wait f', 'worker |  |  |  | waitForCompletion c'],
    ['ioctl | r (write)@1 | f | 2 | wait f', 'worker |  |  |  | lock s'],
    ['ioctl | r (write)@1 | f | 2 | wait f', 'worker | s (write)@4 |  |  | signal f'],
    ['ioctl | r (write)@1 |  |  | wait f', 'worker | s (write)@4 | r | 5 | lock r'],
    [
      'ioctl | r (write)@1 | mutex s in mutex_lock() | 6 | lock s',
      'worker | s (write)@4 | mutex r in mutex_lock() | 5 | lock r',
    ],
  ]
  for (const [step, rows] of expected.entries()) expect(standings(counterexample, step), `${step}`).toEqual(rows)
})

test('who waits for whom: holders, else who ends it in the run', () => {
  const waits = (step: number): readonly object[] => momentOf(counterexample, step).waits.map((wait) => ({ ...wait }))
  expect(waits(1)).toEqual([{ process: 'worker', object: 'c', on: ['ioctl'], isHeld: false }])
  expect(waits(4)).toEqual([{ process: 'ioctl', object: 'f', on: ['worker'], isHeld: false }])
  expect(waits(5)).toEqual([{ process: 'worker', object: 'r', on: ['ioctl'], isHeld: true }])
  expect(waits(6)).toEqual([
    { process: 'ioctl', object: 's', on: ['worker'], isHeld: true },
    { process: 'worker', object: 'r', on: ['ioctl'], isHeld: true },
  ])
  expect(telling(counterexample, momentOf(counterexample, 4))).toBe('Step 4 of 6: worker: lock s. ioctl waits for f.')
})

describe('the layout of the chart', () => {
  test('gives each lane its own text where there is room, and all lanes one where there is not', () => {
    const wide = layOut(counterexample, 900)
    expect(wide.isCompact).toBe(false)
    expect(wide.columns.map(({ lane, letter }) => `${letter} ${lane.process}`)).toEqual(['A ioctl', 'B worker'])
    expect(wide.width).toBe(900)
    expect(wide.rows).toBe(7)
    expect(wide.hasBlockedRow).toBe(true)
    const narrow = layOut(counterexample, 330)
    expect(narrow.isCompact).toBe(true)
    expect(narrow.width).toBeLessThanOrEqual(330)
  })

  test('bars that overlap in time do not overlap in place', async () => {
    const long = pageData([await longReported(400)], []).instances[0]!.counterexample!
    for (const of of [counterexample, long])
      for (const { holds, waits } of layOut(of, 900).columns) {
        const bars = [...holds, ...waits]
        for (const [i, a] of bars.entries())
          for (const b of bars.slice(i + 1).filter((other) => other.x === a.x))
            expect(Math.max(a.interval.from, b.interval.from)).toBeGreaterThanOrEqual(
              Math.min(a.interval.to ?? Infinity, b.interval.to ?? Infinity),
            )
      }
    expect(Math.ceil((long.steps.length + 2) / chunkRows)).toBeGreaterThan(10)
  })

  test('a text is cut at whole characters', () => {
    expect(fit('short', 100)).toBe('short')
    const cut = fit('😀'.repeat(10_000), 73)
    expect([...cut]).toHaveLength(10)
    expect(cut.isWellFormed()).toBe(true)
  })
})

test('the wait graph places everybody inside the picture, and ends no edge nowhere', () => {
  for (const n of [1, 2, 3, 5, 40]) {
    const waits = Array.from({ length: n }, (_, i) => ({
      process: `p${i}`,
      object: `o${i}`,
      on: [`p${(i + 1) % n}`],
      isHeld: true,
    }))
    const { nodes, edges, width, height } = layOutGraph(waits)
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length)
    for (const { x, y } of [...nodes, ...edges]) {
      expect(x).toBeGreaterThan(0)
      expect(x).toBeLessThan(width)
      expect(y).toBeGreaterThan(0)
      expect(y).toBeLessThan(height)
    }
    expect(edges.every(({ path }) => !path.includes('NaN'))).toBe(true)
    expect(edges.length).toBe(n <= 16 ? n : 15)
  }
})
