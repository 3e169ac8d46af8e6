// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bin, expectRefused, faultsOf, Workspace } from './run.ts'
import { documentOf, quiet, selfDeadlock } from './samples.ts'

const head = "import { model } from 'fencecheck'\n"
const thread = (body: string): string =>
  `${head}export default model('x/y', { summary: '' }, (m) => {\n  const a = m.mutex('a')\n  ${body}\n})\n`

describe.concurrent('a model file is refused with its place and a fix:', () => {
  test.each([
    ['one that does not parse', 'const x = 1\n\n)(', 'typescript-syntax', 'm.ts:3'],
    ['one that throws', '\n\nthrow new Error("boom")', 'model-threw', 'm.ts:3'],
    ['one that throws null', 'throw null', 'model-threw', 'm.ts'],
    ['one that throws an object', 'throw { __proto__: null }', 'model-threw', 'm.ts'],
    ['one that throws escape codes', 'throw new Error("\\u001b[2J")', 'model-threw', 'm.ts:1'],
    [
      'one that throws later',
      'setTimeout(() => { throw new Error("late") })\nawait new Promise(() => setTimeout(() => 0, 5000))',
      'model-threw',
      'm.ts:1',
    ],
    [
      'one that rejects later',
      'Promise.reject(new Error("late"))\nawait new Promise(() => setTimeout(() => 0, 5000))',
      'model-threw',
      'm.ts:1',
    ],
    ['one that waits for what never comes', 'await new Promise(() => {})', 'model-threw', 'm.ts'],
    ['one that ends the process', 'process.exit(0)', 'model-threw', 'm.ts'],
    ['an enum', 'const x = 1\nenum State { On, Off }', 'typescript-syntax', 'm.ts:2'],
    ['a namespace', 'namespace A { export const b = 1 }', 'typescript-syntax', 'm.ts:1'],
    ['parameter properties', 'class A {\n  constructor(private b: number) {}\n}', 'typescript-syntax', 'm.ts:2'],
    [
      'no default export',
      `${head}export const m = model('x/y', { summary: '' }, () => {})`,
      'no-default-export',
      'm.ts',
    ],
    ['another default export', 'export default { id: "x/y" }', 'no-default-export', 'm.ts'],
    ['null as default export', 'export default null', 'no-default-export', 'm.ts'],
    ['an empty file', '', 'no-default-export', 'm.ts'],
    ['a name that fencecheck does not export', "import { modell } from 'fencecheck'", 'file-unreadable', 'm.ts:1'],
    ['a helper that is not there', "import './helper.ts'", 'file-unreadable', 'm.ts'],
    ['a helper without its extension', "import './m'", 'file-unreadable', 'm.ts'],
    ['a package that is not there', "import 'left-pad'", 'file-unreadable', 'm.ts'],
    ['a folder as helper', "import '.'", 'file-unreadable', 'm.ts'],
    ['endless recursion while it is loaded', 'const f = (): void => f()\nf()', 'endless-recursion', 'm.ts:1'],
    ['a wrong id', `${head}\nexport default model('../../x', { summary: '' }, () => {})`, 'wrong-argument', 'm.ts:3'],
    ['a duplicate object', thread("m.mutex('a')"), 'duplicate-name', 'm.ts:4'],
    [
      'a duplicate process',
      thread("m.thread('p', (t) => t.local())\n  m.thread('p', (t) => t.local())"),
      'duplicate-name',
      'm.ts:5',
    ],
    [
      'an unknown operation',
      thread("m.thread('p', (t) => {\n    t.local()\n    t.lokc(a)\n  })"),
      'model-threw',
      'm.ts:6',
    ],
    [
      'a helper that throws',
      thread("const f = () => { throw new Error('x') }\n  m.thread('p', (t) => {\n    t.lock(a)\n    f()\n  })"),
      'model-threw',
      'm.ts:4',
    ],
    [
      'endless recursion in helpers',
      thread("const f = (t: any): void => {\n    t.lock(a)\n    f(t)\n  }\n  m.thread('p', f)"),
      'endless-recursion',
      'm.ts:5',
    ],
    [
      'an endless loop of steps',
      thread("m.thread('p', (t) => {\n    while (true) t.lock(a)\n  })"),
      'too-large',
      'm.ts:5',
    ],
    [
      '10,000 processes',
      thread("for (let i = 0; i < 10_000; i++)\n    m.thread('p' + i, (t) => t.local())"),
      'too-large',
      'm.ts:5',
    ],
    [
      '10,000 copies',
      thread("m.copies('c', 10_000, (c) => {\n    c.thread('p', (t) => t.local())\n  })"),
      'too-large',
      'm.ts:4',
    ],
    ['no process', thread(''), 'wrong-control-flow', 'm.ts'],
    [
      'a step that nothing can reach',
      thread("m.thread('p', (t) => {\n    t.end()\n    t.lock(a)\n  })"),
      'wrong-control-flow',
      'm.ts:6',
    ],
    [
      'an object of another model',
      `${head}let stolen: any\nmodel('x/a', { summary: '' }, (m) => { stolen = m.mutex('a') }).instantiate()\nexport default model('x/b', { summary: '' }, (m) => {\n  m.thread('p', (t) => {\n    t.lock(stolen)\n  })\n})`,
      'foreign-object',
      'm.ts:6',
    ],
    [
      'a default outside the range of its parameter',
      `${head}export default model('x/a', { summary: '', params: { N: { min: 3, max: 2, default: 1 } } }, () => {})`,
      'parameter-range',
      'm.ts:2',
    ],
  ] as const)('%s', async (_, text, code, place) => {
    const space = new Workspace({ 'm.ts': text })
    const ran = await space.run('check', 'm.ts')
    expectRefused(ran, code, place)
    expect(ran.stderr).not.toContain('\u001b')
    expect(space.files()).toEqual(['m.ts'])
  })
})

/** A process that waits for a condition on `x`, which may be large. */
const awaiting = (when: unknown): object =>
  selfDeadlock({
    variables: [{ name: 'x', min: 0, max: 2 ** 30, init: 0 }],
    objects: [],
    bodies: [
      {
        name: 'p',
        initial: 'L0',
        locations: [{ name: 'L0' }, { name: 'end', rest: true }],
        steps: [{ at: 'L0', when, to: 'end' }],
      },
    ],
  })

describe.concurrent('a JSON model is data:', () => {
  test.each([
    ['an empty file', '', 'not-json'],
    ['a truncated one', JSON.stringify(selfDeadlock()).slice(0, 200), 'not-json'],
    ['a later version', { schema: 'fencecheck-model/2' }, 'wrong-version'],
    ['a trace', { schema: 'fencecheck-trace/1' }, 'wrong-version'],
    ['a list', [], 'wrong-format'],
    ['something else', { name: 'package' }, 'wrong-version'],
    ['a path as id', selfDeadlock({ id: '../../x' }), 'wrong-format'],
    ['an absolute path as id', selfDeadlock({ id: '/etc/passwd' }), 'wrong-format'],
    ['a NUL in the id', selfDeadlock({ id: 'a\u0000b' }), 'wrong-format'],
    ['escape codes in the id', selfDeadlock({ id: '\u001b[2J' }), 'wrong-format'],
    ['10,000 characters as id', selfDeadlock({ id: 'x'.repeat(10_000) }), 'wrong-format'],
    ['a key that nobody asked for', selfDeadlock({ '\u001b[2J': 'require("fs")' }), 'wrong-format'],
    ['a prototype', `{"__proto__": {"schema": "fencecheck-model/1"}}`, 'wrong-version'],
    ['deep nesting', `${'['.repeat(200_000)}`, 'not-json'],
    [
      '10,000 processes',
      selfDeadlock({ processes: Array.from({ length: 10_000 }, (_, i) => ({ name: `p${i}`, body: 'p' })) }),
      'too-large',
    ],
    [
      'a duplicate name',
      selfDeadlock({
        objects: [
          { name: 'a', kind: 'mutex' },
          { name: 'a', kind: 'mutex' },
        ],
      }),
      'duplicate-name',
    ],
    ['an unknown primitive', selfDeadlock({ objects: [{ name: 'a', kind: '../mutex' }] }), 'unknown-primitive'],
    ['a range beyond 2^31', selfDeadlock({ variables: [{ name: 'x', min: 0, max: 2 ** 40, init: 0 }] }), 'wrong-range'],
    ['a product beyond 2^53', awaiting(['<', ['*', ['*', 'x', 'x'], 'x'], 1]), 'wrong-expression'],
    ['a condition of 20,001 operands', awaiting(['or', ...Array.from({ length: 20_001 }, () => 'x')]), 'too-large'],
  ])('%s is refused', async (_, content, code) => {
    const space = new Workspace({ 'm.json': content })
    const ran = await space.run('check', 'm.json')
    expectRefused(ran, code)
    expect(ran.stderr).toMatch(/^fencecheck: m\.json\b/)
    expect(ran.stderr.length).toBeLessThan(1500)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(ran.stderr).not.toMatch(/[\u0000\u001b\u009b]/)
    expect(space.files()).toEqual(['m.json'])
  })

  test.each([
    ['a path', '../../../tmp/owned'],
    ['an absolute path', '/etc/passwd'],
    ['dots', '..'],
    ['a NUL', 'a\u0000b'],
    ['escape codes', '\u001b[2J\u009b31m\u202e'],
    ['an option', '--trace-dir'],
    ['10,000 characters', 'x'.repeat(10_000)],
  ])('a variant that is %s becomes neither a path nor an escape code', async (_, variant) => {
    const space = new Workspace({ 'in/m.json': selfDeadlock({ variant }) })
    const text = await space.runWith({ cwd: join(space.path, 'in') }, 'check', 'm.json', '--trace-dir', 'traces')
    expect(text.status, text.stderr).toBe(1)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(text.stdout + text.stderr).not.toMatch(/[\u0000\u001b\u009b\u202e]/)
    const files = space.files()
    expect(files).toHaveLength(2)
    expect(files[1]).toMatch(/^in\/traces\/[A-Za-z0-9._-]{1,160}\.trace\.json$/)
    const json = await space.runWith({ cwd: join(space.path, 'in') }, 'check', 'm.json', '--json')
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(json.stdout).not.toMatch(/[\u0000\u001b\u009b\u202e]/)
    expect(documentOf(json.stdout).models[0]!.variant).toBe(variant)
    const replayed = await space.runWith({ cwd: join(space.path, 'in') }, 'replay', files[1]!.slice(3), 'm.json')
    expect(replayed.status, replayed.stderr).toBe(0)
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(replayed.stdout).not.toMatch(/[\u0000\u001b\u009b\u202e]/)
  })

  test('other text of it reaches the terminal without its escape codes', async () => {
    const hostile = '\u001b[2J\u009b31m\u202e'
    const body = (selfDeadlock() as { bodies: { steps: object[] }[] }).bodies[0]!
    const steps = [
      { at: 'L0', when: 1, set: [], to: 'L1', label: hostile, kernel: hostile, site: { file: hostile, line: 1 } },
      { at: 'L1', assert: 0, message: hostile, to: 'end', kernel: hostile, site: { file: hostile, line: 1 } },
    ]
    const model = selfDeadlock({
      summary: hostile,
      abstracts: [hostile],
      sources: [hostile],
      bodies: [{ ...body, steps }],
    })
    const space = new Workspace({ 'm.json': model })
    for (const args of [
      ['check', 'm.json'],
      ['check', 'm.json', '--json'],
      ['list', 'm.json'],
      ['list', 'm.json', '--json'],
      ['simulate', 'm.json'],
    ]) {
      const ran = await space.runWith({ input: '1\n1\n1\n' }, ...args)
      expect(ran.status, ran.stderr).toBeLessThan(2)
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(ran.stdout + ran.stderr, args.join(' ')).not.toMatch(/[\u001b\u009b\u202e]/)
    }
  })

  test('one that is larger than the limit is refused without being read', async () => {
    const space = new Workspace({ 'm.json': '{' })
    truncateSync(join(space.path, 'm.json'), 2 ** 30)
    expectRefused(await space.run('check', 'm.json'), 'file-too-large', 'm.json')
  })
})

describe.concurrent('the command line refuses', () => {
  test.each([
    ['a mistyped command', ['chekc'], 'wrong-usage', 'did you mean check?'],
    ['a file without a command', ['m.ts'], 'wrong-usage', 'fencecheck check m.ts'],
    ['a mistyped option', ['list', '--jsno'], 'wrong-usage', '--json'],
    ['an option with escape codes', ['list', '--\u001b[2J'], 'wrong-usage', ''],
    ['an argument too many', ['simulate', 'm.ts', 'n.ts'], 'wrong-usage', ''],
    ['a file that is no model', ['check', 'README.md'], 'wrong-format', '.json'],
    ['a file without an extension', ['check', 'Makefile'], 'wrong-format', '.json'],
    ['a file that is not there', ['check', 'nowhere.ts'], 'file-unreadable', ''],
    ['an empty path', ['check', ''], 'file-unreadable', ''],
    ['a path with escape codes', ['check', '\u001b[2J.ts'], 'file-unreadable', ''],
    ['a path that is too long', ['check', `${'x'.repeat(5000)}.ts`], 'file-unreadable', ''],
    ['a folder without models', ['check', 'empty'], 'no-models', 'export default model'],
  ])('%s', async (_, args, code, fix) => {
    const ran = await new Workspace({ 'm.ts': quiet(), 'README.md': '#', Makefile: 'all:', 'empty/x.txt': '' }).run(
      ...args,
    )
    expectRefused(ran, code)
    expect(ran.stderr.slice(ran.stderr.indexOf('fix:'))).toContain(fix)
    expect(ran.stderr).not.toContain('\u001b')
  })

  test('a broken file among good ones only for itself', async () => {
    const space = new Workspace({
      'm/a.ts': quiet('x/a'),
      'm/b.json': '{"schema":"fencecheck-model/1",',
      'm/c.ts': quiet('x/c'),
    })
    const ran = await space.run('check', 'm', 'nowhere')
    expect(faultsOf(ran).map(({ code }) => code)).toEqual(['file-unreadable', 'not-json'])
    expect(ran.stdout).toMatch(/x\/a[^]*x\/c[^]*2 hold/)
    expect(ran.status).toBe(2)
  })
})

test('nothing at all prints the help to stderr, help prints it to stdout', async () => {
  const space = new Workspace()
  const nothing = await space.run()
  expect(nothing).toMatchObject({ status: 2, stdout: '' })
  expect(nothing.stderr).toMatch(/^Usage: fencecheck/)
  const help = await space.run('--help')
  expect(help).toMatchObject({ status: 0, stderr: '' })
  expect(help.stdout).toMatch(/Exit status: 0 as expected/)
  expect((await space.run('check', '--help')).stdout).toMatch(/--max-states/)
  expect((await space.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

describe.concurrent('too old a Node', () => {
  const expectTooOld = ({ status, stderr }: { readonly status: number | null; readonly stderr: string }): void => {
    expect(status).toBe(2)
    expect(stderr).toMatch(
      /^fencecheck: this is Node 1?\d?2?\d\.\d+\.\d+ .*needs Node 24[^]*\n {2}fix: .*`npm ci`.*`npm install --save-dev node@24`/,
    )
    expect(stderr).not.toMatch(/^ {4}at /m)
  }

  test('is refused with what to do, as a version that only says it is old', async () => {
    const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.1'}})`
    expectTooOld(await new Workspace().runWith({ nodeArgs: ['--import', pretend] }, 'list'))
  })

  const old = ['/usr/bin/node', '/usr/local/bin/node'].find((node) => {
    const major = Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 24)
    return major < 24
  })
  test.skipIf(old === undefined)('is refused by a real one (skipped where the system has none)', () => {
    expectTooOld(spawnSync(old!, [bin, 'list'], { encoding: 'utf8' }))
  })
})
