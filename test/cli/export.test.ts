// SPDX-License-Identifier: Apache-2.0
import { lstatSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectRefused, Workspace } from './run.ts'
import { abba, family, quiet, selfDeadlock } from './samples.ts'

test.concurrent.each([
  ['json', /^\{\n {2}"schema": "fencecheck-model\/1"/],
  ['promela', /proctype|active|init/],
  ['dot', /^digraph /],
  ['lock-order', /^digraph lock_order/],
  ['aut', /^des \(0,\d+,19\)/],
])('export --to %s gives the same bytes on stdout, in a file, twice and from elsewhere', async (format, looks) => {
  const space = new Workspace({ 'm.ts': abba(), 'sub/x': '' })
  const one = await space.run('export', 'm.ts', '--to', format)
  expect(one.status, one.stderr).toBe(0)
  expect(one.stdout).toMatch(looks)
  await space.run('export', 'm.ts', '--to', format, '-o', 'new/out')
  expect(space.read('new/out')).toBe(one.stdout)
  const two = await space.runWith({ cwd: join(space.path, 'sub') }, 'export', '../m.ts', '--to', format)
  expect(two.stdout).toBe(one.stdout)
  expect(space.files()).toEqual(['m.ts', 'new/out', 'sub/x'])
})

test('what is exported as JSON is checked with the same verdict', async () => {
  const space = new Workspace({ 'f.ts': family })
  await space.run('export', 'f.ts', '--to', 'json', '--variant', 'buggy', '--param', 'N=3', '-o', 'f.json')
  const ran = await space.run('check', 'f.json')
  expect(ran.status, ran.stderr).toBe(0)
  expect(ran.stdout).toMatch(/buggy N=3 +violated +deadlock/)
  expect((await space.run('export', 'f.json', '--to', 'json')).stdout).toBe(space.read('f.json'))
})

test('export takes the first variant unless one is named', async () => {
  const ran = await new Workspace({ 'f.ts': family }).run('export', 'f.ts', '--to', 'json')
  expect(JSON.parse(ran.stdout)).toMatchObject({ variant: 'buggy', params: { N: 2 } })
})

test.concurrent.each([
  ['an unknown form', ['m.ts', '--to', 'tla'], 'wrong-usage'],
  ['no form', ['m.ts'], 'wrong-usage'],
  ['no model', ['--to', 'json'], 'wrong-usage'],
  ['two models', ['.', '--to', 'json'], 'ambiguous-model'],
  ['an unknown variant', ['m.ts', '--to', 'json', '--variant', 'x'], 'unknown-variant'],
  ['an unknown parameter', ['m.ts', '--to', 'json', '--param', 'N=1'], 'unknown-parameter'],
  ['another variant of a JSON model', ['self.json', '--to', 'json', '--variant', 'x'], 'unknown-variant'],
  ['another parameter of a JSON model', ['self.json', '--to', 'json', '--param', 'toString=1'], 'parameter-range'],
  ['a file that cannot be written', ['m.ts', '--to', 'json', '-o', 'm.ts/x'], 'file-unwritable'],
  ['a folder as file', ['m.ts', '--to', 'json', '-o', '.'], 'file-unwritable'],
])('export refuses %s', async (_, args, code) => {
  const space = new Workspace({ 'm.ts': quiet(), 'self.json': selfDeadlock() })
  expectRefused(await space.run('export', ...args), code)
  expect(space.files()).toEqual(['m.ts', 'self.json'])
})

test('export writes through links and to devices instead of replacing them', async () => {
  const space = new Workspace({ 'm.ts': quiet(), 'real.json': 'old' })
  symlinkSync('real.json', join(space.path, 'link.json'))
  symlinkSync('/dev/null', join(space.path, 'null'))
  for (const name of ['link.json', 'null']) {
    expect((await space.run('export', 'm.ts', '--to', 'json', '-o', name)).status).toBe(0)
    expect(lstatSync(join(space.path, name)).isSymbolicLink()).toBe(true)
  }
  expect(JSON.parse(space.read('real.json'))).toMatchObject({ id: 'test/quiet' })
})

test.concurrent.each([
  ['mermaid', /^sequenceDiagram\n/],
  ['itf', /"#meta"/],
  ['perfetto', /"traceEvents"/],
  ['dot', /^digraph waits/],
])('export --to %s takes a trace, and gives the same bytes on stdout and in a file', async (format, looks) => {
  const space = new Workspace({ 'm.ts': abba() })
  await space.run('check', 'm.ts')
  const [trace] = space.files('.fencecheck')
  const one = await space.run('export', `.fencecheck/${trace}`, 'm.ts', '--to', format)
  expect(one.status, one.stderr).toBe(0)
  expect(one.stdout).toMatch(looks)
  await space.run('export', `.fencecheck/${trace}`, 'm.ts', '--to', format, '-o', 'out')
  expect(space.read('out')).toBe(one.stdout)
})

test('export says what a form is of, and what has become of a model', async () => {
  const space = new Workspace({ 'm.ts': abba(), 'q.ts': quiet() })
  await space.run('check', 'm.ts')
  const trace = `.fencecheck/${space.files('.fencecheck')[0]}`
  expectRefused(await space.run('export', 'm.ts', '--to', 'mermaid'), 'wrong-usage')
  expectRefused(await space.run('export', 'm.ts', 'q.ts', '--to', 'dot'), 'wrong-usage')
  expectRefused(await space.run('export', trace, 'm.ts', '--to', 'promela'), 'wrong-usage')
  expectRefused(await space.run('export', trace, 'm.ts', '--to', 'dot', '--variant', 'x'), 'wrong-usage')
  expectRefused(await space.run('export', trace, 'q.ts', '--to', 'dot'), 'trace-of-another-model')
  expectRefused(await space.run('export', 'none.json', '--to', 'dot'), 'file-unreadable')
  space.put('m.ts', quiet('test/abba'))
  const ran = await space.run('export', trace, 'm.ts', '--to', 'itf')
  expectRefused(ran, 'trace-of-another-model')
  expect(ran.stderr).toContain('the model no longer does that')
})
