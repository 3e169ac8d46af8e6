// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, test } from 'vitest'
import { check } from '#check/check'
import type { ResultViolation } from '#check/result'
import type { ModelSource } from '#model/model'
import { asciiSymbols, unicodeSymbols } from '#report/symbols'
import { traceText } from '#report/trace-text'
import { colourStyle, plainStyle } from '#report/words'
import misuse from '../../models/dma-fence/fence-wait-in-irq.ts'
import abbaWithFence from '../../models/dma-fence/fence-lock-abba.ts'
import starvedTrylock from '../../models/amdgpu/kfd-restore-livelock.ts'
import threeParties from '../../models/dma-fence/fence-lock-readside.ts'
import unsignalledFence from '../../models/drm-sched/sched-deleted-jobs-unsignalled.ts'
import selfThroughReclaim from '../../models/reclaim/kfd-dqm-lock-gfp.ts'
import { abba, told } from '../trace/told.ts'

const bundled = (source: ModelSource, variant: string) => async (): Promise<ResultViolation> => {
  const { violation } = await check(source.instantiate(variant), source.registry)
  return violation!
}

/** Models that show something different each; a partial deadlock is not among the bundled ones. */
const shown = {
  'self-through-reclaim': bundled(selfThroughReclaim, 'nofs-scope'),
  'abba-with-fence': bundled(abbaWithFence, 'buggy'),
  'three-parties': bundled(threeParties, 'queued-writer'),
  'unsignalled-fence': bundled(unsignalledFence, 'freed-unsignalled'),
  misuse: bundled(misuse, 'callback'),
  'goes-round': bundled(starvedTrylock, 'concurrent-works'),
  'partial-with-irq': () =>
    told((m) => {
      const lock = m.spinlock('lock')
      m.thread('job-timeout', (t) => (t.spinLock(lock), t.spinUnlock(lock)))
      m.irq('fault-irq', (t) => (t.spinLock(lock), t.spinUnlock(lock)))
      m.thread('vblank', (t) => t.loop(() => t.local('count')))
    }),
} as const

describe.each(Object.entries(shown))('%s', (name, make) => {
  let violation: ResultViolation
  beforeAll(async () => {
    // The test runner moves lines about.
    violation = JSON.parse(JSON.stringify(await make()).replaceAll(/\.ts:\d+/g, '.ts:42')) as ResultViolation
  })

  test.each([80, 120])('in %d columns', async (width) => {
    const { trace, explanation } = violation
    for (const [kind, symbols] of Object.entries({ utf8: unicodeSymbols, ascii: asciiSymbols })) {
      const text = traceText(trace, explanation, { style: plainStyle, width, symbols })
      await expect(text).toMatchFileSnapshot(`golden/${name}.${width}.${kind}.txt`)
      const longest = Math.max(...text.split('\n').map((line) => [...line].length))
      expect(longest, 'nothing is wider than the terminal').toBeLessThanOrEqual(width)
      // oxlint-disable-next-line no-control-regex -- ASCII is what is asked for
      if (kind === 'ascii') expect(text).toMatch(/^[\n -~]*$/)
    }
  })

  test('says the same with colours, which it puts around words only', async () => {
    const { trace, explanation } = violation
    const plain = traceText(trace, explanation, { style: plainStyle, width: 100 })
    const coloured = traceText(trace, explanation, { style: colourStyle, width: 100 })
    // oxlint-disable-next-line no-control-regex -- colours
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain)
    expect(coloured).not.toBe(plain)
  })

  test('shows every step and every lock that is held', async () => {
    const { trace, explanation } = violation
    const text = traceText(trace, explanation, { style: plainStyle, width: 300 })
    for (const { step } of trace.steps) expect(text).toContain(step)
    const chart = text.slice(text.search(/^step /m))
    const locks = explanation.course.lanes.flatMap(({ holds }) =>
      holds.filter(({ queued, mode }) => queued !== true && !mode.includes(' ')),
    )
    expect([...chart.matchAll(/┌(?!│)/g)].length).toBe(locks.filter(({ from }) => from > 0).length)
  })
})

describe('what is drawn is what is so', () => {
  const draw = async (change: (violation: ResultViolation) => ResultViolation = (same) => same): Promise<string> => {
    const { trace, explanation } = change(await told(abba))
    return traceText(trace, explanation, { style: plainStyle, width: 80 })
  }

  test('a bar lasts from the step that takes a lock to the one that gives it back', async () => {
    const lines = (await draw()).split('\n')
    const first = lines.findIndex((line) => line.startsWith('step'))
    expect(lines.slice(first, first + 5)).toEqual([
      'step     p            q',
      '   1  ┌  lock a',
      '↷  2  │            ┌  lock b',
      '      ─── point of no return: from here on nothing avoids it',
      '      │┊ ✗ lock b  │┊ ✗ lock a',
    ])
  })

  test('a mistake in the course shows', async () => {
    const genuine = await draw()
    const wrong = await draw((violation) => {
      const { course } = violation.explanation
      const lanes = course.lanes.map((lane) => ({ ...lane, holds: lane.holds.map((hold) => ({ ...hold, from: 2 })) }))
      return { ...violation, explanation: { ...violation.explanation, course: { ...course, lanes } } }
    })
    expect(wrong).not.toBe(genuine)
  })

  test('hostile names neither steer the terminal nor break the columns', async () => {
    const { trace, explanation } = await told(abba)
    const hostile = '\u001b[2J\u202e\n\t' + 'x'.repeat(10_000)
    const text = traceText(
      { ...trace, steps: trace.steps.map((step) => ({ ...step, step: hostile, inside: [hostile] })) },
      {
        ...explanation,
        table: explanation.table.map((row) => ({ ...row, at: hostile, blockedAt: hostile, waitsFor: hostile })),
      },
      { style: plainStyle, width: 80 },
    )
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    const chart = text.slice(text.search(/^step /m)).split('\n')
    for (const line of chart) expect([...line].length).toBeLessThanOrEqual(80)
  })
})
