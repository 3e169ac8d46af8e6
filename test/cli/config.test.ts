// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Workspace } from './run.ts'
import { abba, family, quiet } from './samples.ts'

const config = (content: string): string =>
  `import { defineConfig } from 'fencecheck'\nexport default defineConfig(${content})\n`

test('fencecheck.config.ts says which models, limits, reporters and expectations', async () => {
  const space = new Workspace({
    'drivers/a.ts': quiet('x/a'),
    'models/b.ts': abba('x/b'),
    'fencecheck.config.ts': config(
      "{ models: ['drivers'], maxStates: 2, maxMemory: '2G', timeout: '5m', reporters: ['junit=out/r.xml'], traceDir: 'traces' }",
    ),
  })
  const ran = await space.run('check')
  expect(ran.stderr).toBe('')
  expect(ran.stdout).toMatch(/^x\/a\n[^]*unknown because the limit of 2 states was hit/)
  expect(ran.stdout).not.toMatch(/x\/b/)
  expect(ran.status).toBe(3)
  expect(space.read('out/r.xml')).toMatch(/x\/a/)
})

test('flags and named models win over it', async () => {
  const space = new Workspace({
    'm.ts': family,
    'fencecheck.config.ts': config("{ models: ['nowhere'], maxStates: 2, expect: false, traceDir: 'traces' }"),
  })
  const ran = await space.run('check', 'm.ts', '--max-states', '5000', '--trace-dir', 'elsewhere')
  // No expectation is compared, so the variant that deadlocks counts.
  expect(ran.status, ran.stderr).toBe(1)
  expect(space.files('elsewhere')).toHaveLength(1)
  expect(space.files('traces')).toEqual([])
})

test.each([
  ["{ maxMemory: 'plenty' }", /fencecheck\.config\.ts: maxMemory: use bytes, or a number with K, M, G or T/],
  ['{ workers: 0 }', /fencecheck\.config\.ts: workers: /],
  ['{ speed: 11 } as object', /fencecheck\.config\.ts: speed: /],
  ["{ reporters: ['sari=x'] }", /fencecheck\.config\.ts: reporters\.0: did you mean sarif\?/],
  ["{ ignore: ['deadlocks'] } as object", /fencecheck\.config\.ts: ignore\.0: /],
  ['null as never', /fencecheck\.config\.ts: the configuration: /],
])('%s is refused in one message', async (content, message) => {
  const space = new Workspace({ 'models/a.ts': quiet(), 'fencecheck.config.ts': config(content) })
  const ran = await space.run('check')
  expect([ran.status, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toMatch(message)
  expect(ran.stderr).toMatch(/fix: /)
})

test('one that does not load, or exports nothing, is refused', async () => {
  const broken = new Workspace({ 'models/a.ts': quiet(), 'fencecheck.config.ts': 'export default {' })
  expect((await broken.run('check')).stderr).toMatch(/fencecheck\.config\.ts.*the file does not parse/)
  const empty = new Workspace({ 'models/a.ts': quiet(), 'fencecheck.config.mjs': 'export {}' })
  expect((await empty.run('check')).stderr).toMatch(/fencecheck\.config\.mjs: the file has no default export/)
})
