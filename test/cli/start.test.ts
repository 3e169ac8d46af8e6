// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root, Workspace } from './run.ts'
import { quiet } from './samples.ts'

/** How fast a start is says `npm run bench:startup`; here is what it rests on, and that nothing depends on that. */

test('the command consists of few files, and imports nothing that is not among them', () => {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.js'))
  const importsOf = (file: string): string[] =>
    [...readFileSync(join(root, 'dist', file), 'utf8').matchAll(/^(?:import|export) .*from "(.*)";$/gm)].map(
      (m) => m[1]!,
    )
  const loaded = new Set(['cli/main.js'])
  for (const file of loaded) for (const from of importsOf(file)) loaded.add(join(dirname(file), from))
  expect(loaded.size).toBeLessThan(6)
  for (const file of files)
    for (const from of importsOf(file)) {
      if (file.startsWith('testing/') && ['vitest', 'fast-check'].includes(from)) continue
      expect(from, file).toMatch(/^\.\.?\//)
      expect(files).toContain(join(dirname(file), from))
    }
  expect(readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES'), 'utf8')).toMatch(
    /^commander\n[^]*^immutable\n[^]*^valibot\n/m,
  )
})

const cached = { NODE_COMPILE_CACHE: '' }
const check = (space: Workspace, env: Readonly<Record<string, string>>) =>
  space.runWith({ env: { ...cached, ...env } }, 'check', 'm.ts')

test.each([
  ['HOME', '.cache/fencecheck/check'],
  ['XDG_CACHE_HOME', 'fencecheck/check'],
])('compiled code is kept below %s, where nobody else can write', async (variable, folder) => {
  const space = new Workspace({ 'm.ts': quiet() })
  const ran = await check(space, { HOME: '', [variable]: space.path })
  expect(ran.status, ran.stderr).toBe(0)
  expect(space.files(folder).length).toBeGreaterThan(2)
  expect(statSync(join(space.path, folder)).mode & 0o777).toBe(0o700)
})

test('compiled code that is broken changes nothing', async () => {
  const space = new Workspace({ 'm.ts': quiet() })
  const first = await check(space, { HOME: space.path })
  const kept = space.files('.cache').map((file) => join(space.path, '.cache', file))
  expect(kept.length).toBeGreaterThan(2)
  for (const file of kept) writeFileSync(file, readFileSync(file).fill(7, 40))
  const again = await check(space, { HOME: space.path })
  expect({ status: again.status, stderr: again.stderr }).toEqual({ status: 0, stderr: '' })
  expect(again.stdout.replace(/\d\.\d\d s/, '')).toBe(first.stdout.replace(/\d\.\d\d s/, ''))
})

test.each([
  ['is not there', '/nowhere/at/all'],
  ['takes no folder', '/proc'],
  ['is a file', '/dev/null'],
  ['is relative', 'here'],
  ['is empty', ''],
])('a HOME that %s is no fault, and nothing is kept', async (_, HOME) => {
  const space = new Workspace({ 'm.ts': quiet() })
  const ran = await check(space, { HOME })
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' })
  expect(space.files()).toEqual(['m.ts'])
})

test('a cache that cannot be written is no fault', async () => {
  const space = new Workspace({ 'm.ts': quiet() })
  mkdirSync(join(space.path, '.cache'))
  space.put('.cache/fencecheck', 'a file')
  const ran = await check(space, { HOME: space.path })
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' })
})
