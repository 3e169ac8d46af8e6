// SPDX-License-Identifier: Apache-2.0
import { asyncProperty, assert, check as checkProperty, property, sample } from 'fast-check'
import { describe, expect, test } from 'vitest'
import '#testing/vitest'
import { drivers, modelOf, schedules, soundRules, type Rule } from '#testing/fast-check'
import { ownerOf, type Driver } from '#testing/driver'
import { obeying, renumbered, rules } from '#testing/rules'

const without = (left: Rule, ...instead: Rule[]): Rule[] => [...soundRules.filter((rule) => rule !== left), ...instead]

describe('every random driver that obeys the rules is free of deadlocks', () => {
  test('all of them', { timeout: 120_000 }, async () => {
    await assert(
      asyncProperty(drivers(), async (driver) => {
        await expect(driver.model).toBeDeadlockFree()
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  // What is left of the failure when a rule is weakened is the smallest driver that needs the rule.
  test.each<[string, Rule[], number, RegExp]>([
    ['lock-order', without('lock-order'), 2, /lock0 \{ lock0 \{\} \}|lock1 \{ lock0 \{\} \}/],
    ['R1', without('R1'), 1, /^thread0: -$/],
    ['R32', without('R32'), 2, /wait fence\d; signal fence\d/],
    ['R10', without('R10'), 2, /lock0 \{\}; signal fence(\d)\n.*lock0 \{ wait fence\1 \}/],
    ['the last part of R10', without('R10', 'R10-direct'), 3, /lock0 \{ lock1 \{\} \}/],
  ])('but not without %s', { timeout: 120_000 }, async (_, obey, threads, shape) => {
    const size = { threads: 3, locks: 3, fences: 2, actions: 2 }
    const failed = await checkProperty(
      asyncProperty(drivers({ obey, ...size }), async (driver) => {
        await expect(driver.model).toBeDeadlockFree()
      }),
      { numRuns: 20_000, seed: 3 },
    )
    const [driver] = failed.counterexample!
    expect(driver.threads.length).toBeLessThanOrEqual(threads)
    expect(String(driver)).toMatch(shape)
    // The failure shows our counterexample.
    expect(String(failed.errorInstance)).toMatch(/expected testing\/driver to be free of deadlocks/)
    expect(String(failed.errorInstance)).toMatch(/deadlock \(|unsignalled-fence/)
    // Seed and path find it again.
    const again = await checkProperty(
      asyncProperty(drivers({ obey, ...size }), async (d) => expect(d.model).toBeDeadlockFree()),
      { seed: failed.seed, path: failed.counterexamplePath!, endOnFailure: true },
    )
    expect(String(again.counterexample![0])).toBe(String(driver))
  })
})

describe('rules', () => {
  test('what obeys a rule is left as it is by it', () => {
    assert(
      property(drivers({ obey: [] }), (driver) => {
        const once = obeying(driver, new Set(rules))
        expect(obeying(once, new Set(rules))).toEqual(once)
        expect(renumbered(renumbered(once))).toEqual(renumbered(once))
      }),
    )
  })

  test('each fence is signalled by the thread it belongs to, and by no other', () => {
    for (const driver of sample(drivers({ obey: ['R1'] }), 200))
      for (let fence = 0; fence < driver.fences; fence++)
        for (const [i, thread] of driver.threads.entries()) {
          const signals = JSON.stringify(thread).split(`{"signal":${fence}}`).length - 1
          expect(signals).toBe(ownerOf(driver, fence) === i ? 1 : 0)
        }
  })
})

describe('schedules', () => {
  const driver: Driver = {
    threads: [[{ lock: 0, inside: [{ lock: 1, inside: [] }] }], [{ lock: 1, inside: [] }]],
    locks: 2,
    fences: 0,
  }

  test('runs are runs of the model', () => {
    assert(
      property(schedules(modelOf(driver)), (run) => {
        expect(run.fault).toBeUndefined()
        expect(run.history('lock0.held[thread0]').every((held) => held <= 1)).toBe(true)
        expect(run.ended).toBe(run.settled)
      }),
    )
  })

  test('they shrink to the shortest that fails', () => {
    const result = checkProperty(
      property(schedules(modelOf(driver)), (run) => !run.steps.some((step) => step.startsWith('thread1'))),
      { seed: 1 },
    )
    expect(result.counterexample![0].steps).toEqual(['thread1: lock lock1'])
  })

  test('a name that is no variable is refused', () => {
    const [run] = sample(schedules(modelOf(driver)), 1)
    expect(() => run!.history('nothing')).toThrow(/is called 'nothing'/)
  })
})
