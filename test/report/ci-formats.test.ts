// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { githubReporter } from '#report/github'
import { githubSummary } from '#report/github-summary'
import { junitReporter } from '#report/junit'
import { standingOf } from '#report/standing'
import { tapReporter } from '#report/tap'
import { textReporter } from '#report/text-report'
import { statusOf } from '../../src/cli/exit-status.ts'
import { readCommands, readJunit, readKtap } from './formats.ts'
import { readMermaid } from './mermaid-grammar.ts'
import { broken, everything, reportedOf } from './reported.ts'

const all = await everything()

test('what passes is what the exit status takes for a pass', () => {
  const status = (i: number): number => statusOf([all[i]!.result], { interrupted: false, internal: false, errors: [] })
  expect(all.map(({ result }) => standingOf(result))).toEqual(['pass', 'fail', 'pass', 'fail', 'fail', 'undecided'])
  expect(all.map((_, i) => status(i))).toEqual([0, 1, 0, 1, 1, 3])
})

describe('junit', () => {
  test('failures are what is not as expected, errors what was not decided or not checked', () => {
    const document = junitReporter.render(all, [broken])
    expect(readJunit(document)).toEqual({ testsuite: 2, testcase: 7, failure: 3, error: 2, 'system-out': 6 })
    expect(document).toMatch(
      /<testcase classname="test\/sample" name="surprising N=1" time="0\.250" file="test\/report\/reported\.ts" line="\d+">\n +<failure message="'p'/,
    )
    expect(document).toMatch(/<error message="Not decided: [^"]*" type="unknown">/)
    expect(document).toMatch(/type="model-threw"/)
    expect(document).toContain('note: no run reaches it [never-reached]')
  })
})

describe('tap', () => {
  test('a test a model, a subtest an instance, the explanation before its line', () => {
    const document = tapReporter.render(all, [broken])
    const [model, error] = readKtap(document)
    expect(model).toMatchObject({ passes: false, name: 'test/sample' })
    expect(model!.subtests.map(({ passes, name, directive }) => [passes, name, directive])).toEqual([
      [true, 'expected N=1', undefined],
      [false, 'surprising N=1', undefined],
      [true, 'fine N=1', undefined],
      [false, 'missing N=1', undefined],
      [false, 'misused N=1', undefined],
      [false, 'fine N=2', 'TIMEOUT'],
    ])
    expect(error).toMatchObject({ passes: false, name: 'models/broken.ts', directive: 'ERROR' })
    expect(document).toMatch(/^ {2}# +1 .*lock a.*\n[^]*?^ {2}not ok 2 surprising/m)
  })
})

describe('github', () => {
  test('an annotation on the line of the model for whatever does not pass, and for notes', () => {
    const commands = readCommands(githubReporter.render(all, [broken]))
    expect(commands.map(({ name, properties }) => [name, properties['file'], properties['title']])).toEqual([
      ['error', 'models/broken.ts', 'model-threw'],
      ['error', 'test/report/reported.ts', 'test/sample surprising N=1: deadlock (cycle)'],
      ['error', 'models/sample.ts', 'test/sample missing N=1: holds'],
      ['error', 'test/report/reported.ts', 'test/sample misused N=1: misuse: unlock-not-held'],
      ['warning', 'models/sample.ts', 'test/sample fine N=2: unknown'],
      ['notice', 'models/sample.ts', 'test/sample fine N=1: never-reached'],
    ])
    expect(commands[0]).toMatchObject({ properties: { line: '3' }, data: 'the model threw: no\nfix: mend the model' })
    expect(commands[5]!.properties['line']).toBe('7')
  })

  test('the summary has a diagram of each counterexample, and a line for each instance', () => {
    const summary = githubSummary(all, [broken])
    const diagrams = [...summary.matchAll(/^```mermaid\n([^]*?)^```$/gm)].map((match) => readMermaid(match[1]!))
    expect(diagrams).toHaveLength(2)
    // Two processes, two mutexes; each process takes one and then waits for the other.
    expect(diagrams[0]!.map(([kind, ...parts]) => [kind, parts[1]])).toEqual(
      expect.arrayContaining([
        ['participant', 'p (task)'],
        ['participant', 'q (task)'],
        ['message', '->>'],
        ['message', '--x'],
      ]),
    )
    expect(summary).toContain(
      '| **fail** | <code>test/sample surprising N&#61;1</code> | violated | deadlock (cycle) |'.replace('&#61;', '='),
    )
    expect(summary.match(/^\| (?:pass|\*\*fail\*\*|\*\*undecided\*\*) \|/gm)).toHaveLength(6)
  })

  test('the summary of very many failures stays below what GitHub takes', async () => {
    const failing = await reportedOf('surprising')
    const summary = githubSummary(
      Array.from({ length: 5_000 }, () => failing),
      [],
    )
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024)
    expect(summary).toContain('4990 more')
  })
})

test('text in a file is what is printed, with what could not be checked', () => {
  const text = textReporter.render(all, [broken])
  expect(text).toMatch(/^test\/sample\n {2}expected N=1 +violated +deadlock \(cycle\) +as expected/)
  expect(text).toMatch(/6 instances: 2 hold, 3 violated, 1 unknown; 3 not as expected; 1 error\n/)
  expect(text).toMatch(/models\/broken\.ts:3: the model threw: no \[model-threw\]\n {2}fix: mend the model\n$/)
})
