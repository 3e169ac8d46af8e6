// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bin, faultsOf, hasTerminals, root, Workspace } from './run.ts'
import { abba, documentOf, endless, family, quiet } from './samples.ts'

const escape = '\u001b'

describe.concurrent('what goes where', () => {
  test('results go to stdout, messages to stderr', async () => {
    const ran = await new Workspace({ 'm.ts': quiet(), 'bad.ts': 'throw 1' }).run('check', 'm.ts', 'bad.ts')
    expect(ran.stdout).not.toMatch(/model-threw/)
    expect(ran.stderr).not.toMatch(/holds/)
  })

  test('short runs say nothing about their progress', async () => {
    const ran = await new Workspace({ 'm.ts': endless }).run('check', 'm.ts', '--timeout', '1')
    expect(ran.stderr).toBe('started\n')
  })

  test('long runs say so every ten seconds where stderr is no terminal', { timeout: 120_000 }, async () => {
    const ran = await new Workspace({ 'm.ts': endless }).run('check', 'm.ts', '--timeout', '13')
    expect(ran.stderr).toMatch(/^started\ntest\/endless: [\d,]+ states \([\d,]+\/s\), .* 1\d s\n$/)
    expect(ran.status).toBe(3)
  })

  test.skipIf(!existsSync('/dev/full'))(
    'a full disk behind stdout is no success (skipped without /dev/full)',
    async () => {
      const space = new Workspace({ 'm.ts': quiet() })
      const script = `exec '${process.execPath}' '${bin}' check m.ts > /dev/full`
      const child = spawn('sh', ['-c', script], { cwd: space.path, stdio: ['ignore', 'ignore', 'pipe'] })
      let stderr = ''
      child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
      const status = await new Promise((resolve) => child.on('close', resolve))
      expect(stderr).toMatch(/\[file-unwritable\]\n {2}fix: /)
      expect(status).toBe(2)
    },
  )

  test('a reader that has seen enough is no fault', async () => {
    const space = new Workspace({ 'm.ts': family })
    const node = `'${process.execPath}' '${bin}'`
    const models = join(root, 'models/dma-fence')
    const script = `set -o pipefail; ${node} check '${models}' | head -1; echo status $?; ${node} export m.ts --to dot | head -1; ${node} check m.ts --json | true; echo status $?`
    const child = spawn('bash', ['-c', script], { cwd: space.path })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
    await new Promise((resolve) => child.on('close', resolve))
    expect(stderr).toBe('')
    expect(stdout.match(/status 0/g)).toHaveLength(2)
    expect(stdout).toMatch(/^digraph/m)
  })

  test('a model that leaves a timer running does not keep the process alive, and all is written', async () => {
    const timer = 'setInterval(() => {}, 1000)\n'
    const ran = await new Workspace({ 'm.ts': timer + abba() }).run('check', 'm.ts', '--json')
    expect(ran.status).toBe(1)
    expect(documentOf(ran.stdout).models).toHaveLength(1)
  })
})

describe('colours', () => {
  test('are not used where stdout is no terminal, nor with NO_COLOR', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    expect((await space.run('check', 'm.ts')).stdout).not.toContain(escape)
    for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '1' }, { FORCE_COLOR: '0' }] as const) {
      const ran = await space.runWith({ env: { ...env } as Record<string, string> }, 'check', 'm.ts')
      expect(ran.stdout).not.toContain(escape)
    }
  })

  test('mark the verdict with FORCE_COLOR and leave the text as it is', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    const plain = await space.run('check', 'm.ts')
    const coloured = await space.runWith({ env: { FORCE_COLOR: '1' } }, 'check', 'm.ts')
    expect(coloured.stdout).toContain(`${escape}[31mviolated`)
    const timeless = (text: string): string => text.replace(/\d+\.\d\d s/g, 'T')
    // oxlint-disable-next-line no-control-regex -- colours
    expect(timeless(coloured.stdout.replace(/\u001b\[\d+m/g, ''))).toBe(timeless(plain.stdout))
  })

  test.skipIf(!hasTerminals)(
    'are used on a terminal, unless NO_COLOR or TERM=dumb says no (skipped without the tool script)',
    async () => {
      const space = new Workspace({ 'm.ts': abba() })
      expect((await space.runOnTerminal({}, 'check m.ts')).stdout).toContain(`${escape}[31m`)
      expect((await space.runOnTerminal({ env: { NO_COLOR: '1' } }, 'check m.ts')).stdout).not.toContain(escape)
      expect((await space.runOnTerminal({ env: { TERM: 'dumb' } }, 'check m.ts')).stdout).not.toContain(escape)
    },
  )
})

describe.skipIf(!hasTerminals)('progress on a terminal (skipped without the tool script)', () => {
  test('is one line that is redrawn, never wider than the terminal, and gone at the end', async () => {
    const ran = await new Workspace({ 'm.ts': endless }).runOnTerminal({ columns: 60 }, 'check m.ts --timeout 2')
    const drawn = ran.stdout.split(`\r${escape}[K`)
    expect(drawn.length).toBeGreaterThan(3)
    for (const line of drawn.slice(1, -1)) expect(line.length).toBeLessThan(60)
    expect(drawn.at(-1)).toMatch(/unknown/)
    expect(drawn.at(-1)).not.toMatch(/waiting/)
  })

  test('is not redrawn in CI', async () => {
    const ran = await new Workspace({ 'm.ts': endless }).runOnTerminal(
      { env: { CI: 'true', NO_COLOR: '1' } },
      'check m.ts --timeout 1',
    )
    expect(ran.stdout).not.toContain(escape)
  })
})

describe('text', () => {
  test('of messages, verdicts, replays and lists has no line that ends in a blank', async () => {
    const space = new Workspace({ 'm/a.ts': abba(), 'm/f.ts': family })
    for (const args of [
      ['check', 'm'],
      ['check', 'm/a.ts'],
      ['list', 'm'],
      ['replay', '.fencecheck/test-abba.trace.json', 'm'],
    ]) {
      const ran = await space.run(...args)
      expect(ran.stdout.split('\n').filter((line) => line !== line.trimEnd())).toEqual([])
      expect(faultsOf(ran)).toEqual([])
    }
  })

  test.skipIf(!hasTerminals)('fits 80 columns in replay (skipped without the tool script)', async () => {
    const space = new Workspace({ 'm.ts': abba() })
    await space.run('check', 'm.ts')
    const ran = await space.runOnTerminal({ env: { NO_COLOR: '1' } }, 'replay .fencecheck/test-abba.trace.json m.ts')
    const [headline, ...lines] = ran.stdout.split('\r\n')
    expect(headline).toMatch(/^deadlock \(cycle\): /)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })
})
