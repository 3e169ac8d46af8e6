// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectRefused, faultsOf, root, Workspace, type Ran } from './run.ts'
import { abba, family, quiet, selfDeadlock } from './samples.ts'

const name = 'test-abba.trace.json'
const file = `.fencecheck/${name}`

/** Runs the tests of a folder with our vitest, and with fencecheck as it is built. */
async function runsTests(space: Workspace): Promise<Ran> {
  space.put('package.json', { type: 'module' })
  mkdirSync(join(space.path, 'node_modules'), { recursive: true })
  for (const [name, target] of [
    ['fencecheck', root],
    ['vitest', join(root, 'node_modules/vitest')],
  ] as const)
    if (!existsSync(join(space.path, 'node_modules', name))) symlinkSync(target, join(space.path, 'node_modules', name))
  return space.runWith({ script: join(root, 'node_modules/vitest/vitest.mjs') }, 'run', '--no-color')
}

/** A folder with a model and its trace. */
async function traced(model = abba()): Promise<Workspace> {
  const space = new Workspace({ 'm.ts': model })
  await space.run('check', 'm.ts')
  return space
}

let genuine: string
beforeAll(async () => {
  genuine = (await traced()).read(file)
})

interface Changeable {
  schema: unknown
  model: Record<string, unknown>
  outcome: Record<string, unknown>
  steps: Record<string, unknown>[]
  [more: string]: unknown
}
const changed = (change: (trace: Changeable) => void): string => {
  const trace = JSON.parse(genuine) as Changeable
  change(trace)
  return JSON.stringify(trace)
}

describe.concurrent('replay', () => {
  test('is 0 where the trace reproduces, and shows it', async () => {
    const ran = await (await traced()).run('replay', file, 'm.ts')
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toMatch(/lock a[^]*lock b[^]*test\/abba: reproduces deadlock in 2 steps/)
  })

  test('is what the text of check says one should run', async () => {
    const space = new Workspace({ "it's a folder/m.ts": abba() })
    const { stdout } = await space.run('check', "it's a folder/m.ts", '--trace-dir', 'my traces')
    const [, words] = /replay with: fencecheck (.+)\n/.exec(stdout)!
    expect(words).toBe(`replay 'my traces/${name}' 'it'\\''s a folder/m.ts'`)
  })

  test('gives the same bytes twice and from elsewhere', async () => {
    const space = await traced()
    const one = await space.run('replay', file, 'm.ts')
    const two = await space.runWith({ cwd: root }, 'replay', join(space.path, file), join(space.path, 'm.ts'))
    expect(two.stdout).toBe(one.stdout)
  })

  test('looks for the model in the folder models', async () => {
    const space = new Workspace({ 'models/deep/m.ts': abba(), [file]: genuine })
    expect((await space.run('replay', file)).status).toBe(0)
    expectRefused(await new Workspace({ [file]: genuine }).run('replay', file), 'no-models', file)
  })

  test('is 1 where the model no longer does that, and says which step and what is possible instead', async () => {
    const space = new Workspace({
      [file]: genuine,
      'm.ts': abba().replace('t.lock(b); t.lock(a)', 't.lock(a); t.lock(b)'),
    })
    const ran = await space.run('replay', file, 'm.ts')
    expect(ran.status).toBe(1)
    expect(ran.stdout).toMatch(/no longer does that: step 2 \(q: lock b\)/)
    expect(ran.stdout).toMatch(/possible there instead:\n {2}p: lock b/)
    expect(ran.stderr).toMatch(/has changed since/)
    const json = await space.run('replay', file, 'm.ts', '--json')
    expect(json.status).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: 'fencecheck-replay/1',
      changed: true,
      reproduces: false,
      step: 1,
      instead: ['p: lock b'],
    })
  })

  test('is 1 where the steps can be taken but lead to something else', async () => {
    const space = await traced()
    space.put(
      't.json',
      changed((t) => (t.steps.length = 1)),
    )
    const ran = await space.run('replay', 't.json', 'm.ts')
    expect(ran.status).toBe(1)
    expect(ran.stdout).toMatch(/no longer lead to deadlock/)
  })

  test('is 1 for a fault that no step of the trace is', async () => {
    const space = await traced()
    space.put(
      't.json',
      changed((t) => (t.outcome.kind = 'misuse')),
    )
    const ran = await space.run('replay', 't.json', 'm.ts')
    expect(ran.status).toBe(1)
    expect(ran.stdout).toMatch(/no longer lead to misuse/)
  })

  test('still works for a model in which only lines have moved', async () => {
    const space = new Workspace({ [file]: genuine, 'm.ts': `\n\n\n${abba()}` })
    expect((await space.run('replay', file, 'm.ts', '--json')).stdout).toMatch(/"changed": false/)
  })

  test('chooses among several files of one id the one that has not changed', async () => {
    const space = new Workspace({ 'm/a.ts': quiet('test/abba'), 'm/b.ts': abba(), [file]: genuine })
    expect((await space.run('replay', file, 'm')).status).toBe(0)
  })

  test('replays variants with their parameters, and JSON models', async () => {
    const space = new Workspace({ 'f.ts': family, 'self.json': selfDeadlock({ variant: 'v', params: { K: 2 } }) })
    await space.run('check', 'f.ts', 'self.json', '--param', 'N=3')
    expect((await space.run('replay', '.fencecheck/test-family.buggy.N3.trace.json', 'f.ts')).status).toBe(0)
    expect((await space.run('replay', '.fencecheck/test-self.v.K2.trace.json', 'self.json')).status).toBe(0)
  })
})

describe.concurrent('replay --step', () => {
  test('walks on, back and away', async () => {
    const space = await traced()
    const walked = await space.runWith({ input: '\nb\n\n\n' }, 'replay', file, 'm.ts', '--step')
    expect(walked.status, walked.stderr).toBe(0)
    expect([...walked.stdout.matchAll(/^step (\d) of 2/gm)].map(([, n]) => n)).toEqual(['1', '2', '1', '2'])
    expect(walked.stdout).toMatch(/p at \S+, holds a/)
    expect(walked.stdout).toMatch(/end: deadlock/)
    const left = await space.runWith({ input: 'q\n' }, 'replay', file, 'm.ts', '--step')
    expect(left.stdout).not.toMatch(/step 2 of 2/)
    expect((await space.run('replay', file, 'm.ts', '--step')).status, 'an end of input').toBe(0)
  })

  test('does not claim an end that is not reached', async () => {
    const space = new Workspace({
      [file]: genuine,
      'm.ts': abba().replace('t.lock(b); t.lock(a)', 't.lock(a); t.lock(b)'),
    })
    const ran = await space.runWith({ input: '\n\n\n' }, 'replay', file, 'm.ts', '--step')
    expect(ran.status).toBe(1)
    expect(ran.stdout).not.toMatch(/end: deadlock/)
    expect(ran.stdout).toMatch(/end: step 2 .* cannot be taken/)
  })

  test('cannot be a document at the same time', async () => {
    expectRefused(await (await traced()).run('replay', file, 'm.ts', '--step', '--json'), 'wrong-usage')
  })
})

describe.concurrent('replay refuses', () => {
  const broken: readonly (readonly [string, string | (() => string), string])[] = [
    ['an empty file', '', 'not-json'],
    ['text', 'dear reader', 'not-json'],
    ['a truncated trace', () => genuine.slice(0, genuine.length / 2), 'not-json'],
    ['a model', JSON.stringify(selfDeadlock()), 'wrong-version'],
    ['null', 'null', 'wrong-version'],
    ['a list', '[]', 'wrong-version'],
    ['a later version', () => changed((t) => (t.schema = 'fencecheck-trace/2')), 'wrong-version'],
    ['no version', () => changed((t) => delete t.schema), 'wrong-version'],
    ['a missing part', () => changed((t) => delete t.outcome['stuck']), 'wrong-format'],
    ['a part that nobody asked for', () => changed((t) => (t['file'] = '/etc/passwd')), 'wrong-format'],
    ['a key that is a word of JavaScript', () => genuine.replace('"exit"', '"__proto__"'), 'wrong-format'],
    ['another kind of outcome', () => changed((t) => (t.outcome['kind'] = 'boredom')), 'wrong-format'],
    ['steps that are numbers', () => changed((t) => (t.steps = [1, 2] as never)), 'wrong-format'],
    ['a path as model', () => changed((t) => (t.model['id'] = '../../etc/passwd')), 'trace-of-another-model'],
    [
      '10,000 characters as model',
      () => changed((t) => (t.model['id'] = 'x'.repeat(10_000))),
      'trace-of-another-model',
    ],
    [
      'escape codes as model',
      () => changed((t) => (t.model['id'] = '\u001b[2J\u009b31m\u202e\u0000')),
      'trace-of-another-model',
    ],
    ['escape codes as version', () => changed((t) => (t.schema = '\u001b]0;owned\u0007')), 'wrong-version'],
    ['escape codes as key', () => changed((t) => (t['\u001b[2J'] = 1)), 'wrong-format'],
    ['a variant of another model', () => changed((t) => (t.model['variant'] = '\u001b[2J')), 'trace-of-another-model'],
    ['a parameter of another model', () => changed((t) => (t.model['params'] = { N: 3 })), 'unknown-parameter'],
  ]
  test.each(broken)('%s', async (_, content, code) => {
    const space = new Workspace({ 'm.ts': abba(), 't.json': typeof content === 'string' ? content : content() })
    const ran = await space.run('replay', 't.json', 'm.ts')
    expectRefused(ran, code)
    if (code !== 'unknown-parameter') expect(ran.stderr).toContain('t.json: ')
    expect(ran.stdout).toBe('')
    expect(ran.stderr.length).toBeLessThan(1000)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(ran.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(space.files()).toEqual(['m.ts', 't.json'])
  })

  test('a trace without a variant where the model has some by now', async () => {
    const ran = await new Workspace({
      'm.ts': family.replace('test/family', 'test/abba'),
      't.json': genuine,
    }).run('replay', 't.json', 'm.ts')
    expectRefused(ran, 'trace-of-another-model', 't.json')
  })

  test('1 GB of garbage, a million wrong steps, a device that never ends, a folder, nothing', async () => {
    const space = new Workspace({ 'm.ts': abba(), 'big.json': '{' })
    truncateSync(join(space.path, 'big.json'), 2 ** 30)
    expectRefused(await space.run('replay', 'big.json', 'm.ts'), 'file-too-large', 'big.json')
    space.put('wrong.json', genuine.replace('"steps": [', `"steps": [${'1,'.repeat(1_000_000)}`))
    expectRefused(await space.run('replay', 'wrong.json', 'm.ts'), 'wrong-format', 'wrong.json')
    space.put('deep.json', `{"schema":"fencecheck-trace/1","model":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`)
    expectRefused(await space.run('replay', 'deep.json', 'm.ts'), 'wrong-format', 'deep.json')
    expectRefused(await space.run('replay', '/dev/zero', 'm.ts'), 'file-too-large', '/dev/zero')
    expectRefused(await space.run('replay', '.', 'm.ts'), 'file-unreadable', '.')
    expectRefused(await space.run('replay', 'nowhere.json', 'm.ts'), 'file-unreadable', 'nowhere.json')
    expectRefused(await space.run('replay'), 'wrong-usage')
  })

  test('a model that cannot be loaded, with the place in the model', async () => {
    const space = new Workspace({ 'm.ts': 'enum A { B }', 't.json': genuine })
    expectRefused(await space.run('replay', 't.json', 'm.ts'), 'typescript-syntax', 'm.ts:1')
  })

  test('to show escape codes of a trace that replays', async () => {
    const hostile = changed((t) => {
      t.steps[0]!['at'] = '\u001b[2J:1'
      t.steps[0]!['kernel'] = '\u001b[2J'
      t.steps[0]!['exit'] = '\u001b[2J'
      t.steps[0]!['inside'] = ['\u001b[2J \u009b31m']
      t.outcome['detail'] = '\u001b[2J'
    })
    const space = new Workspace({ 'm.ts': abba(), 't.json': hostile })
    for (const how of [[], ['--json'], ['--step']]) {
      const ran = await space.runWith({ input: '\n\n\n' }, 'replay', 't.json', 'm.ts', ...how)
      expect(ran.status, ran.stderr).toBe(0)
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(ran.stdout + ran.stderr).not.toMatch(/[\u001b\u009b]/)
      expect(faultsOf(ran)).toEqual([])
    }
  })
})

test('replay --as-test writes a test that imports the model and passes as written, with names as data', async () => {
  const id = 'test/abba'
  const hostile = "'); process.exit(7); //\u2028`${1}\u202e"
  const space = new Workspace({
    'models/m.ts': abba(id).replaceAll("m.mutex('a')", `m.mutex(${JSON.stringify(hostile)})`),
  })
  await space.run('check')
  const [trace] = space.files('.fencecheck')
  const written = await space.run('replay', `.fencecheck/${trace}`, '--as-test')
  expect(written.status).toBe(0)
  expect(written.stdout).toMatch(
    /^import \{ expect, test \} from 'vitest'\nimport 'fencecheck\/vitest'\nimport model from "\.\/models\/m\.ts"\n/,
  )
  expect(written.stdout).not.toMatch(/[^\n -~]/)
  space.put('replay.test.ts', written.stdout)
  const passed = await runsTests(space)
  expect(passed.stdout).toMatch(/Tests +1 passed/)
  expect(passed.status).toBe(0)
  // Once the model is mended it fails, and says where.
  space.put('models/m.ts', quiet(id))
  const failed = await runsTests(space)
  expect(failed.status).toBe(1)
  expect(failed.stderr).toMatch(
    /expected the trace of \d+ steps to lead test\/abba to deadlock: step \d+ .* cannot be taken/,
  )
  expect(failed.stderr).not.toMatch(/[\u2028\u202e]/)
})

test('replay --as-test of a model in JSON is refused', async () => {
  const space = new Workspace({ 'm.ts': abba() })
  const json = await space.run('export', 'm.ts', '--to', 'json')
  space.put('m.json', json.stdout)
  await space.run('check', 'm.json')
  const [trace] = space.files('.fencecheck')
  const ran = await space.run('replay', `.fencecheck/${trace}`, 'm.json', '--as-test')
  expect([ran.status, ran.stderr]).toEqual([
    2,
    expect.stringMatching(/m\.json: a test imports its model, and this one is JSON/),
  ])
})
