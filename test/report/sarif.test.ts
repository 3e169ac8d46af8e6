// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { check } from '#check/check'
import type { Model } from '#ir/model'
import { defineModels } from '#model/model'
import { fingerprintOf } from '#report/fingerprint'
import type { Reported } from '#report/reporter'
import { sarifReporter } from '#report/sarif'
import { kernelPrimitives } from '#semantics/primitives/index'
import { kernelRegistry, type M } from '../fixtures/models.ts'
import { readSarif } from './formats.ts'
import { broken, everything, reportedOf, takeBoth } from './reported.ts'

const resultsOf = (reported: readonly Reported[]): ReturnType<typeof readSarif>['results'] =>
  readSarif(sarifReporter.render(reported, [])).results

test('what is not as expected or not decided is a result, and nothing else', async () => {
  const told = resultsOf(await everything()).map(({ ruleId, level, locations, message }) => [
    ruleId,
    level,
    locations[0]!.physicalLocation?.artifactLocation.uri,
    message.text.split(':')[0],
  ])
  expect(told).toEqual([
    ['deadlock', 'error', 'test/report/reported.ts', 'test/sample surprising N=1'],
    ['not-as-expected', 'error', 'models/sample.ts', 'test/sample missing N=1'],
    ['misuse', 'error', 'test/report/reported.ts', 'test/sample misused N=1'],
    ['undecided', 'warning', 'models/sample.ts', 'test/sample fine N=2'],
  ])
})

test('a thread flow a process; together, by execution order, they are the schedule', async () => {
  const reported = await reportedOf('surprising')
  const [result] = resultsOf([reported])
  const { threadFlows } = result!.codeFlows![0]!
  expect(threadFlows.map(({ id }) => id)).toEqual(['p', 'q'])
  const steps = threadFlows.flatMap(({ id, locations }) =>
    locations.map(({ executionOrder, kinds, location }) => ({
      executionOrder,
      id,
      kinds,
      text: location.message!.text,
    })),
  )
  const schedule = steps
    .filter(({ kinds }) => kinds[0] !== 'danger')
    .toSorted((a, b) => a.executionOrder - b.executionOrder)
  const { steps: traced } = reported.result.violation!.trace
  expect(schedule.map(({ id, text }) => [id, text])).toEqual(traced.map(({ process, step }) => [process, step]))
  expect(schedule.map(({ executionOrder }) => executionOrder)).toEqual(traced.map((_, i) => i + 1))
  // Each takes its first mutex and stands before its second.
  expect(schedule.map(({ kinds }) => kinds)).toEqual([
    ['acquire', 'lock'],
    ['acquire', 'lock'],
  ])
  expect(steps.filter(({ kinds }) => kinds[0] === 'danger').map(({ executionOrder }) => executionOrder)).toEqual([3, 3])
})

test('files that could not be checked make the execution unsuccessful', () => {
  const { invocations, results } = readSarif(sarifReporter.render([], [broken]))
  expect(invocations).toMatchObject([
    { executionSuccessful: false, toolConfigurationNotifications: [{ level: 'error' }] },
  ])
  expect(results).toEqual([])
})

const deadlock = (build: (m: M) => void, id = 'test/lines'): Model =>
  defineModels(kernelPrimitives)(id, { summary: 'Two orders.' }, build).instantiate()
const fingerprint = async (model: Model): Promise<string> => fingerprintOf(await check(model, kernelRegistry))

test('the fingerprint stays when lines, schedules and bystanders change, and not when the violation does', async () => {
  const first = await fingerprint(
    deadlock((m) => {
      const [a, b] = [m.mutex('a'), m.mutex('b')]
      m.thread('p', (t) => takeBoth(t, a, b))
      m.thread('q', (t) => takeBoth(t, b, a))
    }),
  )
  expect(first).toMatch(/^[0-9a-f]{32}$/)
  const moved = await fingerprint(
    deadlock((m) => {
      const [a, b, c] = [m.mutex('a'), m.mutex('b'), m.mutex('c')]
      m.thread('bystander', (t) => takeBoth(t, c, b))
      m.thread('p', (t) => {
        t.local('thinks')
        t.lock(a)

        t.lock(b)
        t.unlock(b)
        t.unlock(a)
      })
      m.thread('q', (t) => takeBoth(t, b, a))
    }),
  )
  expect(moved).toBe(first)
  const others = [
    deadlock((m) => {
      const a = m.mutex('a')
      m.thread('p', (t) => takeBoth(t, a, a))
    }),
    deadlock((m) => {
      const [a, b] = [m.mutex('a'), m.mutex('c')]
      m.thread('p', (t) => takeBoth(t, a, b))
      m.thread('q', (t) => takeBoth(t, b, a))
    }),
    deadlock((m) => {
      const [a, b] = [m.mutex('a'), m.mutex('b')]
      m.thread('p', (t) => takeBoth(t, a, b))
      m.thread('q', (t) => takeBoth(t, b, a))
    }, 'test/another'),
  ]
  const all = [first, ...(await Promise.all(others.map(fingerprint)))]
  expect(new Set(all).size).toBe(4)
})

test('instances with the same cycle of classes are told once', async () => {
  const reported = await Promise.all([1, 2].map((N) => reportedOf('copies', { N })))
  const results = resultsOf(reported)
  expect(results).toHaveLength(1)
  expect(results[0]).toMatchObject({ occurrenceCount: 2 })
  expect(results[0]!.message.text).toMatch(/^test\/sample copies N=1: .* Also in test\/sample copies N=2\.$/)
})
