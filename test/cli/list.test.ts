// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { expectRefused, faultsOf, Workspace } from './run.ts'
import { documentOf, family, quiet, switched } from './samples.ts'

test('list says variants, what is expected of them, and parameters with their ranges', async () => {
  const ran = await new Workspace({ 'm/family.ts': family, 'm/quiet.ts': quiet() }).run('list', 'm')
  expect(ran.status, ran.stderr).toBe(0)
  expect(ran.stdout).toBe(`test/family  m/family.ts
    Two orders or one.
    buggy: violated: deadlock
    fixed: holds
    parameters N=2 (1 to 3, threads)
test/quiet  m/quiet.ts
    One mutex.
    -: nothing expected
`)
})

test('list --json prints the same as one document', async () => {
  const ran = await new Workspace({ 'm/family.ts': family, 'm/quiet.ts': quiet() }).run('list', 'm', '--json')
  expect(JSON.parse(ran.stdout)).toEqual({
    schema: 'fencecheck-list/1',
    models: [
      {
        id: 'test/family',
        file: 'm/family.ts',
        summary: 'Two orders or one.',
        variants: [
          { name: 'buggy', expected: { verdict: 'violated', kind: 'deadlock' } },
          { name: 'fixed', expected: { verdict: 'holds' } },
        ],
        params: { N: { min: 1, max: 3, default: 2, what: 'threads' } },
        switches: {},
      },
      {
        id: 'test/quiet',
        file: 'm/quiet.ts',
        summary: 'One mutex.',
        variants: [{ name: null, expected: null }],
        params: {},
        switches: {},
      },
    ],
    errors: [],
  })
})

test('list says switches with their settings, and what is expected in each where that depends on it', async () => {
  const space = new Workspace({ 'm.ts': switched, 'one.ts': quiet('x/one', "switches: { memory: ['short'] },") })
  const ran = await space.run('list', '.')
  expect(ran.status, ran.stderr).toBe(0)
  expect(ran.stdout).toBe(`test/switched  m.ts
    Reclaim waits, or not.
    waits notifiers=on gpu=one: violated: deadlock
    waits notifiers=on gpu=two: violated: deadlock
    waits notifiers=off gpu=one: holds
    waits notifiers=off gpu=two: holds
    nowait: holds
    switches notifiers=on (or off), gpu=one (or two)
x/one  one.ts
    One mutex.
    -: nothing expected
    switches memory=short
`)
  const { models } = documentOf((await space.run('list', '.', '--json')).stdout)
  const deadlock = { verdict: 'violated', kind: 'deadlock' }
  expect(models[0]).toMatchObject({
    switches: { notifiers: ['on', 'off'], gpu: ['one', 'two'] },
    variants: [
      {
        name: 'waits',
        expected: deadlock,
        settings: [
          { switches: { notifiers: 'on', gpu: 'one' }, expected: deadlock },
          { switches: { notifiers: 'on', gpu: 'two' }, expected: deadlock },
          { switches: { notifiers: 'off', gpu: 'one' }, expected: { verdict: 'holds' } },
          { switches: { notifiers: 'off', gpu: 'two' }, expected: { verdict: 'holds' } },
        ],
      },
      { name: 'nowait', expected: { verdict: 'holds' } },
    ],
  })
})

test('list says which setting nothing is expected for', async () => {
  const space = new Workspace({ 'm.ts': switched.replace("'notifiers=off': 'holds'", "'gpu=two': 'holds'") })
  const ran = await space.run('list', 'm.ts')
  expectRefused(ran, 'wrong-expectation', 'm.ts:2')
  expect(ran.stderr).toContain('nothing is expected for notifiers=off, gpu=one')
})

test('list loses nothing where some files cannot be loaded or built', async () => {
  const space = new Workspace({
    'm/a.ts': 'enum A { B }',
    'm/b.ts': quiet(),
    'm/c.ts': quiet('x/c').replace("m.mutex('a')", "(() => { throw new Error('late') })()"),
  })
  const text = await space.run('list', 'm')
  expect(text.status).toBe(2)
  expect(text.stdout).toMatch(/^test\/quiet {2}m\/b\.ts/)
  expect(faultsOf(text).map(({ code }) => code)).toEqual(['typescript-syntax', 'model-threw'])
  const json = await space.run('list', 'm', '--json')
  const { models, errors } = documentOf(json.stdout)
  expect(models.map(({ id }) => id)).toEqual(['test/quiet'])
  expect(errors.map(({ code }) => code)).toEqual(['typescript-syntax', 'model-threw'])
})

test('list refuses a folder without models, also with a document', async () => {
  const ran = await new Workspace({ 'm/x.txt': '' }).run('list', 'm', '--json')
  expectRefused(ran, 'no-models')
  expect(documentOf(ran.stdout)).toMatchObject({ models: [], errors: [{ code: 'no-models' }] })
})
