// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root, Workspace } from './run.ts'

const nodeFolder = dirname(process.execPath)

test(
  'the packed package, installed in an empty folder, gives a project that passes as written',
  { timeout: 300_000 },
  () => {
    const space = new Workspace()
    const env = { ...process.env, PATH: `${nodeFolder}:${process.env['PATH']}`, CI: 'true', NO_COLOR: '1' }
    const run = (command: string, ...args: string[]): string =>
      execFileSync(command, args, { cwd: space.path, env, encoding: 'utf8', stdio: 'pipe' })
    // As it is built: packing would build it again.
    run('npm', 'pack', root, '--ignore-scripts', '--silent')
    const [tarball] = space.files().filter((file) => file.endsWith('.tgz'))
    space.put('package.json', { private: true, type: 'module' })
    run(
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--silent',
      `./${tarball}`,
    )
    expect(run('npx', 'fencecheck', 'init')).toMatch(/wrote fencecheck\.config\.ts\nwrote models\/reset-waits\.ts\n/)
    const checked = run('npx', 'fencecheck', 'check')
    expect(checked).toMatch(/wait-under-lock +violated +deadlock \(cycle\) +as expected/)
    expect(checked).toMatch(/wait-first +holds +as expected/)
    // The vitest of this repository, so that the test does not need all of its packages again.
    mkdirSync(join(space.path, 'node_modules'), { recursive: true })
    symlinkSync(join(root, 'node_modules/vitest'), join(space.path, 'node_modules/vitest'))
    const tested = run(process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--no-color')
    expect(tested).toMatch(/Tests +2 passed/)
  },
)

test('what is there is not overwritten, and then nothing is written', async () => {
  const space = new Workspace({ 'p/models/reset-waits.ts': 'mine' })
  const ran = await space.run('init', 'p')
  expect([ran.status, ran.stdout]).toEqual([2, ''])
  expect(ran.stderr).toMatch(/p\/models\/reset-waits\.ts is there already \[file-unwritable\]/)
  expect(space.files()).toEqual(['p/models/reset-waits.ts'])
  expect(space.read('p/models/reset-waits.ts')).toBe('mine')
})

test('a folder with a package.json keeps it; one without gets one', async () => {
  const space = new Workspace({ 'a/package.json': '{}' })
  expect((await space.run('init', 'a')).status).toBe(0)
  expect(space.read('a/package.json')).toBe('{}')
  expect((await space.run('init', 'b')).status).toBe(0)
  expect(JSON.parse(space.read('b/package.json'))).toMatchObject({ scripts: { check: 'fencecheck check' } })
})
