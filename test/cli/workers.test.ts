// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { inShard } from '../../src/cli/shard.ts'
import { Workspace } from './run.ts'
import { abba, endless, family, quiet, switched } from './samples.ts'

const mixed = (): Record<string, string> => ({
  'm/a.ts': abba(),
  'm/b.ts': family,
  'm/c.ts': switched,
  'm/d.ts': quiet(),
})
const timeless = (text: string): string => text.replaceAll(/\d+\.\d\d s/g, '- s')
const timelessJson = (text: string): string => text.replaceAll(/"(seconds|peakMemoryBytes)": [\d.e-]+/g, '"$1": 0')

test('any number of workers prints the same', async () => {
  const space = new Workspace(mixed())
  const alone = await space.run('check', 'm', '--workers', '1')
  const three = await space.run('check', 'm', '--workers', '3')
  expect(timeless(three.stdout)).toBe(timeless(alone.stdout))
  expect([three.status, three.stderr]).toEqual([alone.status, alone.stderr])
  const [json, jsonOfThree] = [
    await space.run('check', 'm', '--json'),
    await space.run('check', 'm', '--json', '--workers', '2'),
  ]
  expect(timelessJson(jsonOfThree.stdout)).toBe(timelessJson(json.stdout))
})

test('what is wrong with one instance is told in its place, and the others are checked', async () => {
  const throws = quiet('test/throws').replace("const a = m.mutex('a')", "m.mutex('a'); const a = m.mutex('a')")
  const space = new Workspace({ ...mixed(), 'm/bb.ts': throws })
  const [alone, two] = [
    await space.run('check', 'm', '--workers', '1'),
    await space.run('check', 'm', '--workers', '2'),
  ]
  expect(two.status).toBe(2)
  expect(timeless(two.stdout)).toBe(timeless(alone.stdout))
  expect(two.stderr).toBe(alone.stderr)
  expect(two.stderr).toMatch(/there is already an object or variable called 'a'/)
})

test('a model that ends the process when it is built ends one thread, not the run', async () => {
  const exits = quiet('test/exits').replace("const a = m.mutex('a')", "process.exit(0); const a = m.mutex('a')")
  const space = new Workspace({ ...mixed(), 'm/e.ts': exits })
  const ran = await space.run('check', 'm', '--workers', '2', '--no-expect')
  expect(ran.status).toBe(2)
  expect(ran.stderr).toMatch(/m\/e\.ts: a model ended the process \[model-threw\]/)
  expect(ran.stdout).toMatch(/test\/abba\n[^]*test\/family\n[^]*test\/switched\n[^]*test\/quiet\n/)
})

test('Ctrl-C ends what is being checked with what is known, and leaves the rest', async () => {
  const three = endless.replace("summary: '", "variants: { a: 'holds', b: 'holds', c: 'holds' }, summary: '")
  const space = new Workspace({ 'm.ts': three })
  const ran = await space.runWith({ interrupts: [2500] }, 'check', 'm.ts', '--workers', '2')
  expect(ran.status, ran.stderr).toBe(130)
  expect(ran.stdout.match(/unknown because it was interrupted/g)).toHaveLength(2)
  expect(ran.stderr).toMatch(/interrupted; 2 of 3 instances were looked at/)
  expect(ran.msAfterSignal).toBeLessThan(10_000)
})

test('shards are as large as each other, and together everything', async () => {
  const list = Array.from({ length: 10 }, (_, i) => i)
  const parts = [1, 2, 3].map((index) => inShard(list, { index, count: 3 }))
  expect(parts.map((part) => part.length)).toEqual([4, 3, 3])
  expect(parts.flat().toSorted((a, b) => a - b)).toEqual(list)
  const space = new Workspace(mixed())
  const printed = await Promise.all([1, 2, 3].map((i) => space.run('check', 'm', '--shard', `${i}/3`, '--json')))
  const ids = printed.flatMap(({ stdout }) =>
    (JSON.parse(stdout) as { models: { id: string }[] }).models.map((m) => m.id),
  )
  expect(new Set(ids)).toEqual(new Set(['test/abba', 'test/family', 'test/switched', 'test/quiet']))
  for (const wrong of ['0/3', '4/3', '1', 'a/b', '1/0'])
    expect((await space.run('check', 'm', '--shard', wrong)).stderr).toMatch(/write it as i\/n with i from 1 to n/)
})

test('a shard without a model is no fault: there are more machines than models', async () => {
  const ran = await new Workspace({ 'm.ts': quiet() }).run('check', 'm.ts', '--shard', '2/2')
  expect([ran.status, ran.stderr]).toEqual([0, ''])
})
