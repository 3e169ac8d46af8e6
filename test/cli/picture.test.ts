// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { modelLink } from '../../src/cli/model-link.ts'
import { hasTerminals, Workspace } from './run.ts'
import { abba } from './samples.ts'

const unicode = { env: { LC_ALL: 'C.UTF-8' } }
const trace = '.fencecheck/test-abba.trace.json'
const link = '\u001b]8;;file://'

describe.concurrent('the picture of a counterexample', () => {
  test('is drawn as the locale can show it, and with ASCII only if asked for', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    expect((await space.runWith(unicode, 'check', 'm.ts')).stdout).toContain('┊ ✗ lock b')
    expect((await space.run('check', 'm.ts')).stdout).toContain(': X lock b')
    for (const command of [
      ['check', 'm.ts'],
      ['replay', trace, 'm.ts'],
    ]) {
      const { stdout } = await space.runWith(unicode, ...command, '--ascii')
      // oxlint-disable-next-line no-control-regex -- ASCII is what is asked for
      expect(stdout).toMatch(/^[\n -~]+$/)
      expect(stdout).toContain(': X lock b')
    }
  })

  test('is the same when it is replayed', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    const picture = (text: string): readonly string[] =>
      text.split('\n').flatMap((line) => (/[│┊↷]|point of no return/.test(line) ? [line.trim()] : []))
    const checked = picture((await space.runWith(unicode, 'check', 'm.ts')).stdout)
    expect(checked.length).toBeGreaterThan(3)
    const bar = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/─+$/, ''))
    expect(bar(picture((await space.runWith(unicode, 'replay', trace, 'm.ts')).stdout))).toEqual(bar(checked))
  })

  test.skipIf(!hasTerminals)(
    'has links to the model on a terminal that has links, and nowhere else (skipped without the tool script)',
    async () => {
      const space = new Workspace({ 'm.ts': abba() })
      const on = async (env: Readonly<Record<string, string>>): Promise<string> =>
        (await space.runOnTerminal({ env }, 'check m.ts')).stdout
      expect(await on({ VTE_VERSION: '7600' })).toContain(`${link}${space.path}/m.ts`)
      expect(await on({})).not.toContain(link)
      expect(await on({ VTE_VERSION: '7600', FORCE_HYPERLINK: '0' })).not.toContain(link)
      expect((await space.runWith({ env: { VTE_VERSION: '7600' } }, 'check', 'm.ts')).stdout).not.toContain(link)
    },
  )

  test('never makes a link of what a trace says', () => {
    const at = modelLink('models/a.ts')
    expect(at('models/a.ts:3')).toContain(`${link}`)
    for (const other of ['/etc/passwd:1', 'b.ts:3', 'models/a.ts', '../../evil/b.ts:1'])
      expect(at(other), other).toBe(other)
    expect(at('/evil/a.ts:3'), 'where the link leads is known').not.toContain('file:///evil')
  })
})

describe.concurrent('check', () => {
  test('--all tells no more than there is', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    const ran = await space.run('check', 'm.ts', '--all', '--shortest')
    expect(ran.stdout).not.toContain('another violation')
    expect(ran.stdout).toContain('deadlock (cycle)')
  })

  test('--shortest does not go with what would make it untrue', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    for (const other of [['--depth-first'], ['--reduction', 'full'], ['--symmetry', 'on']])
      expect((await space.run('check', 'm.ts', '--shortest', ...other)).status, other[0]).toBe(2)
  })
})
