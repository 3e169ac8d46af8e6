// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { Workspace } from './run.ts'
import { abba, family, quiet } from './samples.ts'

test('simulate --step lets the user choose each step from the start until nothing can move', async () => {
  const space = new Workspace({ 'm.ts': abba() })
  const first = await space.runWith({ input: '' }, 'simulate', '--step', 'm.ts')
  expect(first.status).toBe(0)
  expect(first.stdout).toMatch(
    / {2}p at \S+\n {2}q at \S+\n {3}1 {2}p: lock a .*m\.ts:5.*\n {3}2 {2}q: lock b .*m\.ts:6/,
  )
  const walk = await space.runWith({ input: '1\n2\n' }, 'simulate', '--step', 'm.ts')
  expect(walk.stdout).toMatch(/p at \S+, holds a \(write\)/)
  const stuck = await space.runWith({ input: '1\n2\n1\n1\n1\n1\n1\n1\n1\n' }, 'simulate', '--step', 'm.ts')
  expect(stuck.stdout).toMatch(/nothing can move/)
  expect(stuck.status).toBe(0)
})

test('simulate goes back, leaves, and asks again after an answer that means nothing', async () => {
  const space = new Workspace({ 'm.ts': quiet() })
  const ran = await space.runWith(
    { input: 'b\n1\nb\n0\n99\n1.5\n__proto__\n\n\u001b[2J\nq\n' },
    'simulate',
    '--step',
    'm.ts',
  )
  expect(ran.status).toBe(0)
  const prompts = [...ran.stderr.matchAll(/step (\d+): number/g)].map(([, n]) => n)
  expect(prompts).toEqual(['1', '1', '2', '1', '1', '1', '1', '1', '1', '1'])
  expect(ran.stderr.match(/is not one of the choices/g)).toHaveLength(6)
  expect(ran.stderr).not.toContain('\u001b')
  expect(ran.stdout.match(/1 {2}p: lock a/g)).toHaveLength(9)
})

test('simulate takes a variant and parameters', async () => {
  const ran = await new Workspace({ 'f.ts': family }).run(
    'simulate',
    '--step',
    'f.ts',
    '--variant',
    'fixed',
    '--param',
    'N=1',
  )
  expect(ran.stdout).toMatch(/pair\[0\]\.t/)
  expect(ran.stdout).not.toMatch(/pair\[1\]/)
})

test('the same choices give the same bytes', async () => {
  const space = new Workspace({ 'm.ts': abba() })
  const [one, two] = [
    await space.runWith({ input: '1\n1\n' }, 'simulate', '--step', 'm.ts'),
    await space.runWith({ input: '1\n1\n' }, 'simulate', '--step', 'm.ts'),
  ]
  expect(two).toMatchObject({ stdout: one.stdout, stderr: one.stderr })
})

test('simulate finds a deadlock by seeded schedules, and says which seed finds it again', async () => {
  const space = new Workspace({ 'm.ts': abba() })
  const ran = await space.run('simulate', 'm.ts')
  expect(ran.status).toBe(1)
  expect(ran.stdout).toMatch(/violated +deadlock \(cycle\)/)
  const [, seed] = /--seed (\d+) --schedules 1 finds it again/.exec(ran.stdout)!
  const again = await space.run('simulate', 'm.ts', '--seed', seed!, '--schedules', '1')
  expect(again.status).toBe(1)
  const trace = /fencecheck replay (\S+\.trace\.json)/.exec(again.stdout)![1]!
  expect((await space.run('replay', trace, 'm.ts')).status).toBe(0)
})

test('simulate never says that a model holds', async () => {
  const ran = await new Workspace({ 'm.ts': quiet() }).run('simulate', 'm.ts', '--schedules', '20', '--json')
  expect(ran.status).toBe(3)
  const { models } = JSON.parse(ran.stdout) as { models: [{ verdict: string; because: string; simulation: object }] }
  expect(models[0]).toMatchObject({ verdict: 'unknown', simulation: { scheduler: 'pct', bugDepth: 3, schedules: 20 } })
  expect(models[0].because).toMatch(/schedules prove nothing; 20 were tried/)
})
