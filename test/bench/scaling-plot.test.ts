// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { medians, type Measured } from '../../bench/measured.ts'
import { escaped, scalingPlot } from '../../bench/scaling-plot.ts'

const docs = join(import.meta.dirname, '../../docs')

const fixture: Measured = {
  schema: 'fencecheck-bench/1',
  machine: {},
  limits: { seconds: 60, memoryBytes: 2 ** 32 },
  rows: [
    {
      family: 'ordered-locks',
      N: 5,
      runs: [
        { by: 'full', seconds: 0.25, verdict: 'holds', states: 4000, transitions: 9000, memoryBytes: 2 ** 26 },
        { by: 'reduced', seconds: 0.2, verdict: 'holds', states: 300, transitions: 400, memoryBytes: 2 ** 26 },
        { by: 'spin-twin', seconds: 1.5, verdict: 'holds', states: 2000, transitions: 5000, memoryBytes: 2 ** 27 },
      ],
    },
    {
      family: 'ordered-locks',
      N: 9,
      runs: [
        { by: 'reduced', seconds: 0.4, verdict: 'holds', states: 2000, transitions: 3000, memoryBytes: 2 ** 26 },
        { by: 'spin-twin', seconds: 60, stopped: 'time', states: 9_000_000, transitions: 2e7, memoryBytes: 2 ** 31 },
      ],
    },
    { family: '<not drawn>', N: 1, runs: [] },
  ],
  medians: [],
}

test('the plot of given measurements is this one', async () => {
  await expect(scalingPlot(fixture)).toMatchFileSnapshot('scaling-plot.svg')
  expect(scalingPlot(structuredClone(fixture))).toBe(scalingPlot(fixture))
})

test('a run that did not finish is drawn and told as a bound', () => {
  expect(scalingPlot(fixture)).toContain('SPIN, hand-written twin more than 9000000 states in more than 60.0 s')
  expect(scalingPlot(fixture).match(/fill="#ffffff" stroke=/g)).toHaveLength(2)
})

test('other numbers give another plot, none an empty one', () => {
  const [first, ...rest] = fixture.rows
  const [run, ...others] = first!.runs
  const moved = { ...fixture, rows: [{ ...first!, runs: [{ ...run!, states: 1 }, ...others] }, ...rest] }
  expect(scalingPlot(moved)).not.toBe(scalingPlot(fixture))
  expect(scalingPlot({ ...fixture, rows: [] })).not.toMatch(/NaN|Infinity|undefined/)
})

test('text cannot become markup', () => expect(escaped(`<a b="c">'&`)).toBe('&#60;a b=&#34;c&#34;&#62;&#39;&#38;'))

// After a change of how it is drawn, `npx vitest run test/bench/scaling-plot -u` draws the committed measurements again.
test('the committed plot and medians are what the committed measurements give', async () => {
  const measured = JSON.parse(readFileSync(join(docs, 'bench.json'), 'utf8')) as Measured
  await expect(scalingPlot(measured)).toMatchFileSnapshot(join(docs, 'bench.svg'))
  expect(measured.medians).toEqual(medians(measured.rows))
})
