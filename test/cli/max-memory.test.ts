// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, Workspace } from './run.ts'

// test/check/memory.test.ts holds searches to their limit. What comes before one is mostly garbage, and much of it.
const why = process.platform !== 'linux' ? ' (skipped: only Linux says how large a process is)' : ''

test.skipIf(why !== '')(
  `--max-memory holds where little is searched and much is made simpler before${why}`,
  async () => {
    const peak = `process.on('exit', () => {
    const status = process.getBuiltinModule('node:fs').readFileSync('/proc/self/status', 'utf8')
    process.stderr.write('peak ' + /VmHWM:\\s+(\\d+)/.exec(status)[1])
  })`
    const space = new Workspace({ 'peak.cjs': peak })
    const model = join(root, 'models/bench/lock-pairs.ts')
    const how = ['--param', 'N=60', '--reduction', 'full', '--max-memory', '150M']
    const ran = await space.runWith({ nodeArgs: ['--require', join(space.path, 'peak.cjs')] }, 'check', model, ...how)
    expect(ran.status, ran.stderr).toBe(0)
    expect(Number(/^peak (\d+)$/m.exec(ran.stderr)![1]) * 1024).toBeLessThan(1.1 * 150 * 2 ** 20)
  },
)
