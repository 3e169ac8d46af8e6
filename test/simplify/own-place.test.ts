// SPDX-License-Identifier: Apache-2.0
import { at, eq } from 'fencecheck'
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

/** Somebody who looks, inside of a section that becomes one step, at where it is itself. */
const looks =
  (whereItIs: 'inside' | 'before') =>
  (m: M): void => {
    const [lock, x] = [m.mutex('lock'), m.flag('x')]
    m.thread('p', (t) => {
      t.label('before')
      t.lock(lock)
      t.label('inside')
      t.set(x, at('p', whereItIs))
      t.unlock(lock)
      t.assert(eq(x, 0))
    })
    m.thread('q', (t) => t.set(x, 0))
  }

/** Its guard is true there, and nowhere else. */
const waits = (m: M): void => {
  const lock = m.mutex('lock')
  m.thread('p', (t) => {
    t.lock(lock)
    t.label('inside')
    t.await(at('p', 'inside'))
    t.unlock(lock)
  })
}

test.each([
  ['violated', looks('inside')],
  ['holds', looks('before')],
  ['holds', waits],
] as const)('a test of the own place in a section is about the place inside: %s', async (expected, build) => {
  for (const reduction of ['none', 'stubborn', 'full'] as const) {
    const { verdict, statistics } = await check(instance(build), kernelRegistry, { reduction })
    expect(verdict, reduction).toBe(expected)
    if (reduction === 'full') expect(statistics.reductions[0]).toBe('1 leaf lock')
  }
})
