// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { expectRefused, Workspace } from './run.ts'
import { documentOf, quiet, switched } from './samples.ts'

const space = (): Workspace => new Workspace({ 'm.ts': switched })
const traceOf = (variant: string, setting: string): string =>
  `.fencecheck/test-switched.${variant}.${setting}.trace.json`

describe.concurrent('check', () => {
  test('looks at every variant in every setting and says what safety depends on', async () => {
    const ran = await space().run('check', 'm.ts')
    expect(ran.status, ran.stderr).toBe(0)
    const lines = ran.stdout.split('\n')
    for (const [gpu, notifiers] of [
      ['one', 'on'],
      ['two', 'on'],
      ['one', 'off'],
      ['two', 'off'],
    ])
      expect(lines.some((line) => line.startsWith(`  waits notifiers=${notifiers} gpu=${gpu} `))).toBe(true)
    expect(ran.stdout).toContain('  safe only if notifiers=off: waits\n')
    expect(ran.stdout.match(/safe only if/g)).toHaveLength(1)
    expect(ran.stdout).toMatch(/8 instances: 6 hold, 2 violated, 0 unknown; all as expected/)
  })

  test('says it in the document too, with the setting of each instance and its rules', async () => {
    const ran = await space().run('check', 'm.ts', '--json')
    const { models, ...rest } = documentOf(ran.stdout)
    expect(rest).toMatchObject({
      configurations: [{ id: 'test/switched', variant: 'waits', params: {}, safeOnlyIf: ['notifiers=off'] }],
    })
    expect(models.map(({ variant, switches, verdict, rules }) => [variant, switches, verdict, rules])).toEqual([
      ['waits', { notifiers: 'on', gpu: 'one' }, 'violated', ['R7']],
      ['waits', { notifiers: 'on', gpu: 'two' }, 'violated', ['R7']],
      ['waits', { notifiers: 'off', gpu: 'one' }, 'holds', []],
      ['waits', { notifiers: 'off', gpu: 'two' }, 'holds', []],
      ['nowait', { notifiers: 'on', gpu: 'one' }, 'holds', []],
      ['nowait', { notifiers: 'on', gpu: 'two' }, 'holds', []],
      ['nowait', { notifiers: 'off', gpu: 'one' }, 'holds', []],
      ['nowait', { notifiers: 'off', gpu: 'two' }, 'holds', []],
    ])
    for (const { assumptions, switches } of models)
      for (const [name, setting] of Object.entries(switches as Record<string, string>))
        expect(assumptions).toContain(`the switch ${name} is ${setting}`)
  })

  test('--switch narrows to a setting, and leaves the others open', async () => {
    const ran = await space().run('check', 'm.ts', '--variant', 'waits', '--switch', 'notifiers=off', '--json')
    expect(documentOf(ran.stdout).models.map(({ switches }) => switches)).toEqual([
      { notifiers: 'off', gpu: 'one' },
      { notifiers: 'off', gpu: 'two' },
    ])
    expect(documentOf(ran.stdout)).toMatchObject({ configurations: [] })
  })

  test('--switch can be repeated; the only instance says its setting with what it rests on', async () => {
    const ran = await space().run(
      'check',
      'm.ts',
      '--variant',
      'waits',
      '--switch',
      'notifiers=off',
      '--switch',
      'gpu=two',
    )
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stdout).toContain('- the switch notifiers is off')
    expect(ran.stdout).toContain('- the switch gpu is two')
    expect(ran.stdout).not.toContain('safe only if')
  })

  test('a switch that only some models have concerns those', async () => {
    const both = new Workspace({ 'm/a.ts': switched, 'm/b.ts': quiet() })
    const ran = await both.run('check', 'm', '--switch', 'notifiers=off', '--json')
    expect(documentOf(ran.stdout).models.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 4 }, () => 'test/switched'),
      'test/quiet',
    ])
  })

  test.each([
    ['a switch that no model has', ['--switch', 'notifier=off'], 'did you mean notifiers?'],
    ['a setting that it does not have', ['--switch', 'gpu=tow'], 'it has one and two'],
  ])('refuses %s', async (_, args, fix) => {
    const ran = await new Workspace({ 'm.ts': switched }).run('check', 'm.ts', '--variant', 'waits', ...args)
    expect(ran.status, ran.stderr).toBe(2)
    expect(ran.stderr).toContain('[unknown-switch]')
    expect(ran.stderr).toContain(`fix: ${fix}`)
  })

  test('refuses what is not a setting', async () => {
    for (const text of ['notifiers', '=off', 'notifiers=', 'noti fiers=off']) {
      const ran = await space().run('check', 'm.ts', '--switch', text)
      expect(ran.status, text).toBe(2)
      expect(ran.stderr, text).toContain('NAME=SETTING')
    }
  })

  test('says where nothing is expected of a setting', async () => {
    const ran = await new Workspace({
      'm.ts': switched.replace("'notifiers=off': 'holds'", "'gpu=two': 'holds'"),
    }).run('check', 'm.ts', '--variant', 'waits', '--switch', 'notifiers=off', '--switch', 'gpu=one')
    expectRefused(ran, 'wrong-expectation', 'm.ts:2')
  })

  test('refuses a model whose switch has an unknown setting', async () => {
    const ran = await new Workspace({ 'm.ts': switched.replace("['on', 'off']", "['on', 'of']") }).run('check', 'm.ts')
    expectRefused(ran, 'unknown-switch', 'm.ts:2')
  })
})

describe.concurrent('a trace', () => {
  test('has the setting, and replays in it though it is not the first one', async () => {
    const here = new Workspace({ 'm.ts': switched.replace("['on', 'off']", "['off', 'on']") })
    await here.run('check', 'm.ts')
    expect(here.files('.fencecheck')).toEqual([
      'test-switched.waits.notifierson.gpuone.trace.json',
      'test-switched.waits.notifierson.gputwo.trace.json',
    ])
    const file = traceOf('waits', 'notifierson.gputwo')
    expect(JSON.parse(here.read(file))).toMatchObject({ model: { switches: { notifiers: 'on', gpu: 'two' } } })
    const ran = await here.run('replay', file, 'm.ts')
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stderr).toBe('')
  })

  test('of a setting that the model no longer has is refused', async () => {
    const here = space()
    await here.run('check', 'm.ts')
    here.put('m.ts', switched.replace("gpu: ['one', 'two']", "gpu: ['one', 'both']"))
    expectRefused(await here.run('replay', traceOf('waits', 'notifierson.gputwo'), 'm.ts'), 'unknown-switch')
  })

  test('does not reproduce in another setting', async () => {
    const here = space()
    await here.run('check', 'm.ts')
    const file = traceOf('waits', 'notifierson.gpuone')
    here.put('other.json', here.read(file).replace('"notifiers": "on"', '"notifiers": "off"'))
    const ran = await here.run('replay', 'other.json', 'm.ts')
    expect(ran.status).toBe(1)
    expect(ran.stdout).toContain('no longer does that')
  })
})

describe.concurrent('rules', () => {
  test('are printed with a violation, in words, and with nothing else', async () => {
    const several = await space().run('check', 'm.ts', '--variant', 'waits', '--switch', 'notifiers=on')
    expect(several.stdout).toContain('    breaks R7\n')
    const one = ['--switch', 'notifiers=on', '--switch', 'gpu=one']
    const violated = await space().run('check', 'm.ts', '--variant', 'waits', ...one)
    expect(violated.stdout.replace(/\s+/g, ' ')).toContain(
      'breaks R7 (nothing that a signal needs allocates with GFP_KERNEL: shrinkers may wait for fences (K))',
    )
    const holds = await space().run('check', 'm.ts', '--variant', 'nowait')
    expect(holds.stdout).not.toContain('breaks')
  })

  test('that are unknown are refused', async () => {
    for (const [rule, meant] of [
      ['R77', 'R7'],
      ['R0', 'R'],
      ['r7', 'R7'],
    ]) {
      const ran = await new Workspace({ 'm.ts': switched.replace("['R7']", `['${rule}']`) }).run('check', 'm.ts')
      expect(ran.status, `${rule}: ${ran.stdout}`).toBe(2)
      expect(ran.stderr).toContain(rule)
      expect(ran.stderr).toContain(meant)
    }
  })
})
