// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readCommands, readHtml, readJunit, readKtap, readSarif } from '../report/formats.ts'
import { expectRefused, faultsOf, Workspace } from './run.ts'
import { abba, documentOf, quiet } from './samples.ts'

/** A model that says on stderr each time it is built. */
const counted = abba().replace('(m) => {', "(m) => { process.stderr.write('built\\n')")

describe.concurrent('check --reporter', () => {
  test('tells one search in every form asked for, text on stdout', async () => {
    const space = new Workspace({ 'm.ts': counted })
    const names = ['sarif', 'junit', 'tap', 'github', 'json', 'text', 'html']
    const plain = await space.run('check', 'm.ts')
    const ran = await space.run('check', 'm.ts', ...names.flatMap((name) => ['--reporter', `${name}=out/${name}`]))
    expect(ran.status).toBe(1)
    expect(ran.stderr).toBe('built\n')
    const timeless = (text: string): string => text.replace(/\d+\.\d\d s/g, 's')
    expect(timeless(ran.stdout)).toBe(timeless(plain.stdout))
    expect(timeless(space.read('out/text'))).toBe(timeless(plain.stdout))
    expect(readSarif(space.read('out/sarif')).results).toHaveLength(1)
    expect(readJunit(space.read('out/junit'))).toMatchObject({ failure: 1 })
    expect(readKtap(space.read('out/tap'))).toMatchObject([{ passes: false }])
    expect(readCommands(space.read('out/github'))).toMatchObject([
      { name: 'error', properties: { file: 'm.ts', line: '5' } },
    ])
    expect(documentOf(space.read('out/json'))).toMatchObject({ models: [{ kind: 'deadlock' }] })
    const { instances, sources } = readHtml(space.read('out/html')).data
    expect(instances).toMatchObject([
      { file: 'm.ts', counterexample: { source: 0, steps: [{ at: 'm.ts:5' }, { at: 'm.ts:6' }] } },
    ])
    expect(sources).toEqual([counted])
    expect(space.files('out')).toEqual(names.toSorted())
  })

  test('prints the one without a file', async () => {
    const space = new Workspace({ 'm.ts': quiet() })
    expect(readKtap((await space.run('check', 'm.ts', '--reporter', 'tap')).stdout)).toMatchObject([{ passes: true }])
    const both = await space.run('check', 'm.ts', '--json', '--reporter', 'tap=t')
    expect(documentOf(both.stdout).models).toHaveLength(1)
    expect(readKtap(space.read('t'))).toHaveLength(1)
  })

  test.each([
    ['two that print', ['--reporter', 'tap', '--reporter', 'sarif']],
    ['--json and another that prints', ['--json', '--reporter', 'text']],
    ['an unknown one', ['--reporter', 'sariff=x']],
    ['no file behind the sign', ['--reporter', 'sarif=']],
    ['one file for two', ['--reporter', 'sarif=x', '--reporter', 'tap=./x']],
  ])('refuses %s before anything is searched', async (_, args) => {
    const space = new Workspace({ 'm.ts': counted })
    const ran = await space.run('check', 'm.ts', ...args)
    expectRefused(ran, 'wrong-usage')
    expect(ran.stderr).not.toContain('built')
    expect(ran.stdout).toBe('')
    expect(space.files()).toEqual(['m.ts'])
  })

  test('a file that cannot be written is one message and status 2; the verdicts and the other files are there', async () => {
    const space = new Workspace({ 'm.ts': quiet(), old: 'old' })
    const ran = await space.run('check', 'm.ts', '--reporter', 'sarif=m.ts/x', '--reporter', 'junit=y')
    expectRefused(ran, 'file-unwritable')
    expect(ran.stdout).toMatch(/test\/quiet\n.* holds /)
    expect(readJunit(space.read('y'))).toMatchObject({ testcase: 1, error: 0 })
  })

  test('what could not be checked is in every document', async () => {
    const space = new Workspace({ 'm/a.ts': quiet(), 'm/b.ts': 'throw 1' })
    const ran = await space.run('check', 'm', '--reporter', 'sarif=s', '--reporter', 'junit=j', '--reporter', 'github')
    expect(ran.status).toBe(2)
    expect(readSarif(space.read('s')).invocations).toMatchObject([{ executionSuccessful: false }])
    expect(readJunit(space.read('j'))).toMatchObject({ testcase: 2, error: 1 })
    expect(readCommands(ran.stdout)).toMatchObject([{ name: 'error', properties: { title: 'model-threw' } }])
  })

  test('github adds the summary to what other steps have written, and says so where it cannot', async () => {
    const space = new Workspace({ 'm.ts': abba(), 'summary.md': 'before\n' })
    const summary = `${space.path}/summary.md`
    await space.runWith({ env: { GITHUB_STEP_SUMMARY: summary } }, 'check', 'm.ts', '--reporter', 'github')
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n## fencecheck: [^]*```mermaid\nsequenceDiagram\n/)
    writeFileSync(summary, '')
    await space.runWith({ env: { GITHUB_STEP_SUMMARY: summary } }, 'check', 'm.ts')
    expect(readFileSync(summary, 'utf8')).toBe('')
    const nowhere = { env: { GITHUB_STEP_SUMMARY: `${space.path}/m.ts/x` } }
    const ran = await space.runWith(nowhere, 'check', 'm.ts', '--reporter', 'github')
    expect(faultsOf(ran).map(({ code }) => code)).toEqual(['file-unwritable'])
    expect(readCommands(ran.stdout)).toHaveLength(1)
  })

  test('is in the help with every name', async () => {
    const { stdout } = await new Workspace().run('check', '--help')
    expect(stdout.replace(/\s+/g, ' ')).toContain('(text, json, github, junit, sarif, tap, html)')
  })
})
