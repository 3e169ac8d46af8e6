// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectRefused, faultsOf, root, Workspace } from './run.ts'
import { abba, documentOf, endless, family, quiet } from './samples.ts'

describe.concurrent('exit status', () => {
  test.each([
    ['0 for what holds, with nothing expected', quiet(), [], 0],
    ['1 for a violation, with nothing expected', abba(), [], 1],
    ['0 for a violation that is expected', abba('x/y', "expect: 'deadlock'"), [], 0],
    [
      '1 for an expected violation if nobody asks for expectations',
      abba('x/y', "expect: 'deadlock'"),
      ['--no-expect'],
      1,
    ],
    ['1 for a violation of another kind than the expected one', abba('x/y', "expect: 'misuse'"), [], 1],
    ['1 for a violation where the model is expected to hold', abba('x/y', "expect: 'holds'"), [], 1],
    ['1 for a model that holds where a violation is expected', quiet('x/y', "expect: 'deadlock'"), [], 1],
    ['3 for a limit that was hit', endless, ['--max-states', '500'], 3],
  ] as const)('is %s', async (_, model, options, status) => {
    const ran = await new Workspace({ 'm.ts': model }).run('check', 'm.ts', ...options)
    expect(ran.status, ran.stderr).toBe(status)
    expect(faultsOf(ran)).toEqual([])
  })

  test('is 1 for a directory in which one of many is not as expected, and 2 if one cannot be read', async () => {
    const space = new Workspace({ 'm/a.ts': quiet('x/a'), 'm/b.ts': abba('x/b'), 'm/c.ts': quiet('x/c') })
    const ran = await space.run('check', 'm')
    expect(ran.status).toBe(1)
    expect(ran.stdout).toMatch(/3 instances: 2 hold, 1 violated, 0 unknown/)
    space.put('m/d.ts', 'throw new Error("no")')
    const broken = await space.run('check', 'm')
    expect(broken.status).toBe(2)
    expect(faultsOf(broken).map((fault) => fault.code)).toEqual(['model-threw'])
    expect(broken.stdout, 'nothing of the others is lost').toMatch(/x\/a[^]*x\/b[^]*x\/c[^]*2 hold, 1 violated/)
  })

  test('is 70 for a fault that is not the user’s, and the others are still looked at', async () => {
    const forged = `export default {
      [Symbol.for('fencecheck.ModelSource')]: true, id: 'x/forged', summary: '', variants: [undefined], params: {},
      instantiate() { return { nonsense: true } },
    }`
    const space = new Workspace({ 'm/a.js': forged, 'm/b.ts': quiet() })
    const ran = await space.run('check', 'm', '--json')
    expect(ran.status).toBe(70)
    expect(ran.stderr).toMatch(/fault of fencecheck itself/)
    expect(documentOf(ran.stdout).models.map(({ id }) => id)).toEqual(['test/quiet'])
  })
})

describe.concurrent('check --json', () => {
  test('prints one document with everything that is known of each instance', async () => {
    const space = new Workspace({ 'm/family.ts': family, 'm/quiet.ts': quiet() })
    const ran = await space.run('check', 'm', '--json', '--param', 'N=3')
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stderr).toBe('')
    const { schema, models, errors } = documentOf(ran.stdout)
    expect(schema).toBe('fencecheck-result/1')
    expect(errors).toEqual([])
    expect(models.map(({ id, variant, verdict }) => [id, variant, verdict])).toEqual([
      ['test/family', 'buggy', 'violated'],
      ['test/family', 'fixed', 'holds'],
      ['test/quiet', null, 'holds'],
    ])
    const number = expect.any(Number) as number
    expect(models[0]).toMatchObject({
      params: { N: 3 },
      kind: 'deadlock',
      shape: 'cycle',
      participants: expect.arrayContaining(['pair[1].t', 'a', 'b']) as string[],
      expected: { verdict: 'violated', kind: 'deadlock' },
      asExpected: true,
      states: number,
      visited: number,
      transitions: number,
      machine: 'engine',
      reductions: [],
      seconds: number,
      peakMemoryBytes: number,
      trace: '.fencecheck/test-family.buggy.N3.trace.json',
      findings: expect.any(Array) as unknown[],
      assumptions: expect.arrayContaining([expect.any(String)]) as unknown[],
    })
    expect(models[2]).toMatchObject({
      kind: null,
      shape: null,
      participants: [],
      expected: null,
      asExpected: null,
      trace: null,
    })
    expect(space.files('.fencecheck')).toEqual(['test-family.buggy.N3.trace.json'])
  })

  test('--machine says what executes the models, and nothing else changes', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    const ran = await Promise.all(
      ['engine', 'interpreter'].map((machine) => space.run('check', 'm.ts', '--json', '--machine', machine)),
    )
    const [engine, interpreter] = ran.map(({ stdout }) => documentOf(stdout).models[0])
    const measured = { machine: expect.any(String), seconds: expect.any(Number), peakMemoryBytes: expect.any(Number) }
    expect(engine).toMatchObject({ verdict: 'violated', machine: 'engine' })
    expect(interpreter).toMatchObject({ verdict: 'violated', machine: 'interpreter' })
    expect({ ...engine, ...measured }).toEqual({ ...interpreter, ...measured })
    expectRefused(await space.run('check', 'm.ts', '--machine', 'steam'), 'wrong-usage')
  })

  test('--reduction says how much is searched, and the verdict is the same', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    const ran = await Promise.all(
      [['none'], ['stubborn'], ['stubborn', '--check-reduction']].map((reduction) =>
        space.run('check', 'm.ts', '--json', '--reduction', ...reduction),
      ),
    )
    const [full, reduced, checked] = ran.map(({ stdout }) => documentOf(stdout).models[0]!)
    expect(full).toMatchObject({ verdict: 'violated', kind: 'deadlock', reductions: [] })
    expect(reduced).toMatchObject({ verdict: 'violated', kind: 'deadlock', reductions: ['stubborn sets'] })
    expect(Number(reduced!['states'])).toBeLessThan(Number(full!['states']))
    expect(checked!['states']).toBe(reduced!['states'])
    expectRefused(await space.run('check', 'm.ts', '--reduction', 'much'), 'wrong-usage')
  })

  test('where Node may not generate code, the interpreter runs and the verdict is the same', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    const how = { nodeArgs: ['--disallow-code-generation-from-strings'] }
    const ran = await space.runWith(how, 'check', 'm.ts', '--json')
    expect(documentOf(ran.stdout).models[0]).toMatchObject({ verdict: 'violated', machine: 'interpreter' })
    expectRefused(await space.runWith(how, 'check', 'm.ts', '--machine', 'engine'), 'too-large')
  })

  test('does not list hundreds of names', async () => {
    const ran = await new Workspace({}).run('check', join(root, 'models'), '--variant', 'x')
    expectRefused(ran, 'unknown-variant')
    expect(ran.stderr).toMatch(/there are \d{3}, such as (?:[\w-]+, ){10}[\w-]+ and [\w-]+; fencecheck list shows/)
    expect(ran.stderr.length).toBeLessThan(600)
  })

  test('prints a document also when nothing could be looked at', async () => {
    const space = new Workspace({ 'm.ts': quiet(), 'empty/README.md': '' })
    for (const [args, code] of [
      [['nowhere.ts'], 'file-unreadable'],
      [['empty'], 'no-models'],
      [['m.ts', '--variant', 'x'], 'unknown-variant'],
      [['m.ts', '--param', 'N=3'], 'unknown-parameter'],
    ] as const) {
      const ran = await space.run('check', '--json', ...args)
      expectRefused(ran, code)
      expect(documentOf(ran.stdout)).toMatchObject({ schema: 'fencecheck-result/1', models: [], errors: [{ code }] })
    }
  })

  test('names the places of what is wrong', async () => {
    const ran = await new Workspace({ 'm.ts': quiet(), 'bad.ts': '\n\nthrow 1' }).run(
      'check',
      'm.ts',
      'bad.ts',
      '--json',
    )
    const { models, errors } = documentOf(ran.stdout)
    expect(models).toHaveLength(1)
    expect(errors).toMatchObject([{ code: 'model-threw', at: 'bad.ts', fix: expect.any(String) as string }])
    expect(ran.status).toBe(2)
  })

  test('says a mistake that every variant meets once, and counts whom it keeps from being checked', async () => {
    const ran = await new Workspace({
      'm.ts': `import { model } from 'fencecheck'
export default model('test/both', { summary: '', variants: { a: 'holds', b: 'holds' } }, (m) => {
  m.thread('p', (t) => t.trylock(m.mutex('lock'), {}))
})`,
    }).run('check', 'm.ts', '--json')
    expect(ran.status).toBe(2)
    expect(ran.stderr.match(/can end with/g)).toHaveLength(1)
    expect(documentOf(ran.stdout).errors).toHaveLength(2)
  })
})

describe.concurrent('limits', () => {
  test.each([
    ['states', ['--max-states', '700']],
    ['memory', ['--max-memory', '1']],
    ['memory with a unit', ['--max-memory', '1.5K']],
    ['time', ['--timeout', '0.2s']],
    ['depth first', ['--depth-first', '--max-states', '700']],
  ])('end the search as unknown with what was covered: %s', async (_, options) => {
    const ran = await new Workspace({ 'm.ts': endless }).run('check', 'm.ts', '--json', ...options)
    expect(ran.status).toBe(3)
    const [model] = documentOf(ran.stdout).models
    expect(model).toMatchObject({ verdict: 'unknown', complete: false, asExpected: false, trace: null })
    expect(model!.because).toMatch(/limit.* states were stored, .* not expanded, to depth/)
  })

  test('say so in the text too', async () => {
    const ran = await new Workspace({ 'm.ts': endless }).run('check', 'm.ts', '--max-states', '700')
    expect(ran.stdout).toMatch(/unknown because the limit of 700 states was hit/)
  })

  test('do not hide a violation that was found before', async () => {
    const ran = await new Workspace({ 'm.ts': abba() }).run(
      'check',
      'm.ts',
      '--max-states',
      '100000',
      '--timeout',
      '1h',
    )
    expect(ran.status).toBe(1)
  })
})

describe.concurrent('selection', () => {
  test('--variant and --param choose, and concern only the models that know them', async () => {
    const space = new Workspace({ 'm/family.ts': family, 'm/quiet.ts': quiet() })
    const one = documentOf((await space.run('check', 'm', '--json', '--variant', 'fixed', '--param', 'N=1')).stdout)
    expect(one.models.map(({ id, variant, params }) => [id, variant, params])).toEqual([
      ['test/family', 'fixed', { N: 1 }],
    ])
  })

  test('--property and --ignore choose the kinds that are looked for', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    expect((await space.run('check', 'm.ts', '--property', 'misuse')).status).toBe(0)
    expect((await space.run('check', 'm.ts', '--property', 'misuse,deadlock')).status).toBe(1)
    const ignored = await space.run('check', 'm.ts', '--ignore', 'deadlock,partial-deadlock', '--json')
    expect(documentOf(ignored.stdout).models[0]!['kind']).not.toBe('deadlock')
  })

  test('refuses to look for nothing at all', async () => {
    const ran = await new Workspace({ 'm.ts': abba() }).run(
      'check',
      'm.ts',
      '--property',
      'misuse',
      '--ignore',
      'misuse',
    )
    expectRefused(ran, 'wrong-usage')
  })

  test.each([
    ['a mistyped variant', ['--variant', 'bugy'], 'unknown-variant', 'did you mean buggy?'],
    ['a mistyped parameter', ['--param', 'n=2'], 'unknown-parameter', 'did you mean N?'],
    ['a parameter out of range', ['--param', 'N=4', '--variant', 'fixed'], 'parameter-range', 'from 1 to 3'],
    ['a parameter below its range', ['--param', 'N=-1', '--variant', 'fixed'], 'parameter-range', 'from 1 to 3'],
    [
      'a parameter beyond every number',
      ['--param', `N=${'9'.repeat(30)}`, '--variant', 'fixed'],
      'parameter-range',
      '3',
    ],
    ['a name that every object has', ['--param', 'toString=1'], 'unknown-parameter', 'N'],
    ['a mistyped kind', ['--property', 'dedlock'], 'wrong-usage', 'did you mean deadlock?'],
    ['a mistyped option', ['--max-state', '4'], 'wrong-usage', 'did you mean --max-states?'],
    ['no number of states', ['--max-states', 'many'], 'wrong-usage', 'whole number'],
    ['no state at all', ['--max-states', '0'], 'wrong-usage', 'whole number'],
    ['half a state', ['--max-states', '1.5'], 'wrong-usage', 'whole number'],
    ['fewer than no states', ['--max-states', '-5'], 'wrong-usage', 'whole number'],
    ['a hexadecimal number', ['--max-states', '0x10'], 'wrong-usage', 'whole number'],
    ['no memory', ['--max-memory', '0'], 'wrong-usage', '2G'],
    ['memory in words', ['--max-memory', 'lots'], 'wrong-usage', '2G'],
    ['no time', ['--timeout', '0'], 'wrong-usage', '5m'],
    ['time in days', ['--timeout', '1d'], 'wrong-usage', '5m'],
    ['a parameter without a number', ['--param', 'N'], 'wrong-usage', 'N=3'],
    ['a parameter that is no whole number', ['--param', 'N=2.5'], 'wrong-usage', 'N=3'],
    ['an option without its value', ['--timeout'], 'wrong-usage', 'fencecheck <command> --help'],
  ])('refuses %s and says what to do', async (_, options, code, fix) => {
    const ran = await new Workspace({ 'm.ts': family }).run('check', 'm.ts', ...options)
    expectRefused(ran, code)
    expect(ran.stderr).toMatch(/\n {2}fix: /)
    expect(ran.stderr.split('fix:')[1]).toContain(fix)
    expect(ran.stdout).toBe('')
  })
})

describe.concurrent('a directory', () => {
  test('means every model in it, in order of paths, and passes over what is none', async () => {
    const space = new Workspace({
      'm/b.ts': quiet('x/b'),
      'm/a.ts': quiet('x/a'),
      'm/sub/c.mjs': quiet('x/c'),
      'm/_helper.ts': 'throw 1',
      'm/.hidden.ts': 'throw 2',
      'm/types.d.ts': 'throw 3',
      'm/a.test.ts': 'throw 4',
      'm/notes.json': '{ broken',
      'm/README.md': '# notes',
      'm/node_modules/x.ts': 'throw 5',
      'm/.fencecheck/x.trace.json': '{"schema":"fencecheck-model/1"}',
    })
    const ran = await space.run('check', 'm', 'm/a.ts', './m/b.ts', '--json')
    expect(ran.stderr).toBe('')
    expect(documentOf(ran.stdout).models.map(({ id }) => id)).toEqual(['x/a', 'x/b', 'x/c'])
  })

  test('is the folder models unless one is named', async () => {
    const space = new Workspace({ 'models/a.ts': quiet() })
    expect((await space.run('check')).status).toBe(0)
    expectRefused(await new Workspace().run('check'), 'file-unreadable', 'models')
  })
})

describe.concurrent('traces', () => {
  test('have the same bytes in every run and from every working directory', async () => {
    const space = new Workspace({ 'deep/er/m.ts': abba(), 'else/where/x': '' })
    const args = ['--trace-dir']
    await space.run('check', 'deep/er/m.ts', ...args, 'one')
    await space.run('check', 'deep/er/m.ts', ...args, 'two')
    await space.runWith({ cwd: join(space.path, 'else/where') }, 'check', '../../deep/er/m.ts', ...args, '../../three')
    const name = 'test-abba.trace.json'
    expect(space.files('one')).toEqual([name])
    expect(space.read(`two/${name}`)).toBe(space.read(`one/${name}`))
    expect(space.read(`three/${name}`)).toBe(space.read(`one/${name}`))
    expect(space.read(`one/${name}`)).not.toContain(space.path)
  })

  test('of models that would share a file each get their own', async () => {
    const space = new Workspace({
      'm/a.ts': abba('x/y-z'),
      'm/b.ts': abba('x-y/z'),
      'm/c.ts': abba('X/y-z'),
      'm/d.ts': abba('x/y-z'),
    })
    const { models } = documentOf((await space.run('check', 'm', '--json')).stdout)
    expect(new Set(models.map(({ trace }) => trace)).size).toBe(4)
    expect(space.files('.fencecheck')).toHaveLength(4)
    for (const { id, trace } of models)
      expect((JSON.parse(space.read(trace!)) as { model: { id: string } }).model.id).toBe(id)
  })

  test('go only where they are asked to, and leave nothing else behind', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    await space.run('check', 'm.ts', '--trace-dir', 'new/deep folder')
    expect(space.files()).toEqual(['m.ts', 'new/deep folder/test-abba.trace.json'])
  })

  test('that cannot be written go to stdout', async () => {
    for (const folder of ['m.ts', 'm.ts/below', '/proc/nowhere', '/dev/null/x']) {
      const space = new Workspace({ 'm.ts': abba('x/y', "expect: 'deadlock'") })
      const text = await space.run('check', 'm.ts', '--trace-dir', folder)
      expectRefused(text, 'file-unwritable')
      expect(text.stdout).toMatch(/violated/)
      const trace: unknown = JSON.parse(text.stdout.slice(text.stdout.indexOf('{\n')))
      expect(trace).toMatchObject({ schema: 'fencecheck-trace/1', model: { id: 'x/y' } })
      const json = await space.run('check', 'm.ts', '--trace-dir', folder, '--json')
      expectRefused(json, 'file-unwritable')
      const { models, errors } = documentOf(json.stdout)
      expect(models).toMatchObject([{ verdict: 'violated', trace: null, traceContent: trace }])
      expect(errors).toMatchObject([{ code: 'file-unwritable' }])
      expect(space.files()).toEqual(['m.ts'])
    }
  })

  test('replace the one of an earlier run whole', async () => {
    const space = new Workspace({ 'm.ts': abba(), '.fencecheck/test-abba.trace.json': 'x'.repeat(100_000) })
    await space.run('check', 'm.ts')
    expect(space.files('.fencecheck')).toEqual(['test-abba.trace.json'])
    expect(JSON.parse(space.read('.fencecheck/test-abba.trace.json'))).toMatchObject({ schema: 'fencecheck-trace/1' })
  })
})

test('the same model gives the same text but for time and memory', async () => {
  const timeless = (text: string): string => text.replace(/\d+\.\d\d s/g, 'T')
  const space = new Workspace({ 'm/a.ts': abba(), 'm/b.ts': family })
  const [one, two] = [await space.run('check', 'm'), await space.run('check', 'm')]
  expect(timeless(two.stdout)).toBe(timeless(one.stdout))
})

test('the catalogue of this repository is as it expects', async () => {
  const ran = await new Workspace().run('check', join(root, 'models/dma-fence'))
  expect(ran.status, ran.stderr + ran.stdout).toBe(0)
  expect(ran.stdout).toMatch(/all as expected/)
})
