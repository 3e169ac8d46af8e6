// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, Workspace } from './run.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** Without what differs from run to run and from folder to folder. */
const lasting = (text: string): string =>
  text
    .replace(/\d+\.\d\d s/g, 'T s')
    .replace(/replay with: .*/g, 'replay with')
    .trim()

test('the example of README is what the command prints', async () => {
  const [, args, printed] = /^\$ npx fencecheck (.*)\n([^]*?)^```$/m.exec(readme)!
  const file = /models\/\S+\.ts/.exec(args!)![0]
  const space = new Workspace({ 'package.json': '{}', [file]: readFileSync(join(root, file), 'utf8') })
  const ran = await space.runWith({ env: { LC_ALL: 'C.UTF-8' } }, ...args!.split(' '))
  expect(ran.status).toBe(0)
  expect(lasting(ran.stdout)).toBe(lasting(printed!))
})

test('the model of README has the verdicts that it expects', async () => {
  const model = /^```ts\n([^]*?)^```$/m.exec(readme)![1]!
  const ran = await new Workspace({ 'reset.ts': model }).run('check', 'reset.ts')
  expect(ran.status, ran.stderr).toBe(0)
  expect(ran.stdout).toContain('all as expected')
})
