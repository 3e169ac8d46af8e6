// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { Workspace } from './run.ts'
import { abba, documentOf, quiet } from './samples.ts'

test('the folder of a test is outside of every package', () => {
  const { path } = new Workspace()
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder))
    expect(existsSync(join(folder, 'package.json')), folder).toBe(false)
})

test.each(['m.ts', 'm.mts', 'm.mjs', 'm.js', 'with blank/m ö.ts'])(
  'a model outside of any package works as %s',
  async (name) => {
    const ran = await new Workspace({ [name]: quiet() }).run('check', name)
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stderr).toBe('')
  },
)

test.each([
  ['says nothing of modules', { name: 'x' }],
  ['is CommonJS', { type: 'commonjs' }],
  ['is made of modules', { type: 'module' }],
])('a model in a package that %s works without a warning', async (_, manifest) => {
  const space = new Workspace({
    'package.json': manifest,
    'm.ts': `import './helper.ts'\n${quiet()}`,
    'helper.ts': 'export {}',
  })
  const ran = await space.run('check', 'm.ts')
  expect(ran.status, ran.stderr).toBe(0)
  expect(ran.stderr).toBe('')
})

test('the fencecheck that a model imports is the running one, whatever is installed beside it', async () => {
  const space = new Workspace({
    'node_modules/fencecheck/package.json': { name: 'fencecheck', type: 'module', exports: './index.js' },
    'node_modules/fencecheck/index.js': 'throw new Error("another fencecheck")',
    'lib/helper.ts': "import { model } from 'fencecheck'\nexport const make = model\n",
    'm.ts': quiet().replace("import { model } from 'fencecheck'", "import { make as model } from './lib/helper.ts'"),
  })
  const ran = await space.run('check', 'm.ts')
  expect(ran.status, ran.stderr).toBe(0)
})

test('places in a model outside of any package are its file and line', async () => {
  const space = new Workspace({ 'm.ts': abba() })
  const { models } = documentOf((await space.run('check', 'm.ts', '--json')).stdout)
  expect(space.read(models[0]!.trace!)).toContain('"at": "m.ts:5"')
})
