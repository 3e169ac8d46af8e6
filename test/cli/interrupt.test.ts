// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Interrupt } from '../../src/cli/interrupt.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { Workspace } from './run.ts'
import { documentOf, endless, quiet } from './samples.ts'

test('Ctrl-C ends a big search soon with 130 and what is known so far', async () => {
  const ran = await new Workspace({ 'm.ts': endless }).runWith({ interrupts: [1500] }, 'check', 'm.ts')
  expect(ran.status, ran.stderr).toBe(130)
  expect(ran.stdout).toMatch(/unknown because it was interrupted; [\d,]+\s+states\s+were\s+stored/)
  expect(ran.stderr).toContain('Ctrl-C again ends at once')
  expect(ran.stderr).toMatch(/interrupted; 1 of 1 instances/)
  expect(ran.msAfterSignal).toBeLessThan(8000)
})

test('SIGTERM, as a limit of time sends it, does the same', async () => {
  const ran = await new Workspace({ 'm.ts': endless }).runWith(
    { interrupts: [1500], signals: ['SIGTERM'] },
    'check',
    'm.ts',
  )
  expect(ran.status, ran.stderr).toBe(130)
  expect(ran.stdout).toMatch(/unknown because it was interrupted; [\d,]+\s+states\s+were\s+stored/)
})

test('Ctrl-C leaves one document with the results until then', async () => {
  const space = new Workspace({ 'm/a.ts': quiet('x/a'), 'm/b.ts': endless, 'm/c.ts': quiet('x/c') })
  const ran = await space.runWith({ interrupts: [1000] }, 'check', 'm', '--json')
  expect(ran.status, ran.stderr).toBe(130)
  const { models } = documentOf(ran.stdout)
  expect(models.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['x/a', 'holds'],
    ['test/endless', 'unknown'],
  ])
  expect(models[1]!['states']).toBeGreaterThan(0)
  expect(models[1]!.because).toMatch(/interrupted/)
})

test('a second Ctrl-C does no harm', async () => {
  const ran = await new Workspace({ 'm.ts': endless }).runWith({ interrupts: [1000, 30] }, 'check', 'm.ts')
  expect([ran.status === 130, ran.signal === 'SIGINT']).toContain(true)
  expect(ran.msAfterSignal).toBeLessThan(8000)
})

test('after one signal the system hears the others', async () => {
  const heard = (): readonly number[] => ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal))
  const before = heard()
  const interrupt = new Interrupt({ error: () => {} } as Partial<Terminal> as Terminal)
  const release = interrupt.hold()
  expect(heard()).toEqual(before.map((n) => n + 1))
  process.emit('SIGINT')
  expect(interrupt.signal.aborted).toBe(true)
  expect(heard()).toEqual(before)
  await release()
})

test('Ctrl-C among many instances that are each too short to look up is heard', async () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`m/${i + 1000}.ts`, quiet(`x/m${i}`)]))
  const first = quiet('x/first').replace("m.mutex('a')", "(process.stderr.write('started\\n'), m.mutex('a'))")
  const ran = await new Workspace({ ...many, 'm/0.ts': first }).runWith({ interrupts: [0] }, 'check', 'm', '--json')
  // Between two checks, while the model's own code runs, the system ends the process: to a shell that is 130 as well.
  expect([ran.status === 130, ran.signal === 'SIGINT'], String(ran.status)).toContain(true)
})

test.each([
  ['a model that never comes back while it is loaded', "process.stderr.write('started\\n')\nfor (;;);"],
  [
    'a model that never comes back while it is built',
    quiet().replace("m.mutex('a')", "(() => { process.stderr.write('started\\n'); for (;;); })()"),
  ],
])('Ctrl-C ends %s', async (_, text) => {
  const ran = await new Workspace({ 'm.ts': text }).runWith({ interrupts: [200] }, 'check', 'm.ts')
  expect([ran.status === 130, ran.signal === 'SIGINT']).toContain(true)
})
