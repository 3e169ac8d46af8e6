// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { expectRefused, Workspace } from './run.ts'

const abba = `import { model } from 'fencecheck'
export default model('test/abba', { summary: 's', variants: { buggy: 'deadlock', ordered: 'holds' } }, (m, variant) => {
  const [a, b] = [m.mutex('a'), m.mutex('b')]
  m.thread('p', (t) => { t.lock(a); t.lock(b); t.unlock(b); t.unlock(a) })
  m.thread('q', (t) => {
    const [x, y] = variant === 'buggy' ? [b, a] : [a, b]
    t.lock(x); t.lock(y); t.unlock(y); t.unlock(x)
  })
})
`
const missed = `import { model } from 'fencecheck'
export default model('test/missed', { summary: 's', expect: 'deadlock' }, (m) => {
  const [a, f] = [m.mutex('a'), m.fence('f')]
  m.thread('waiter', (t) => { t.lock(a); t.wait(f); t.unlock(a) })
  m.thread('signaller', (t) => { t.publish(f); t.lock(a); t.unlock(a); t.signal(f) })
})
`

describe.concurrent('lockdep of models', () => {
  test('is a table of both answers, with false alarms and misses told apart', async () => {
    const space = new Workspace({ 'models/abba.ts': abba, 'models/missed.ts': missed })
    const ran = await space.run('lockdep', 'models')
    expect(ran.status, ran.stderr).toBe(0)
    const rows = ran.stdout.split('\n').map((line) => line.trim().split(/ {2,}/))
    expect(rows.slice(0, 4)).toEqual([
      ['model', 'search', 'plain', 'annotated', 'cross-release', 'exact', 'any number'],
      ['test/abba buggy', 'deadlock (cycle)', 'reports', 'reports', 'reports', 'reports', '-'],
      ['test/abba ordered', 'holds', '-', '-', '-', '-', 'proven'],
      ['test/missed', 'deadlock (cycle)', 'MISSED', 'reports', 'reports', 'reports', '-'],
    ])
    expect(ran.stdout).toMatch(/plain: +1 caught, 1 missed, 0 false alarms\n/)
    expect(ran.stdout).toContain('1 instance cannot deadlock, however many of their paths run')
  })

  test('of one instance is every report, with lines of the model', async () => {
    const space = new Workspace({ 'abba.ts': abba })
    const ran = await space.run('lockdep', 'abba.ts', '--variant', 'buggy')
    for (const said of [
      'WARNING: possible circular locking dependency detected',
      'a -> b: taken by p in mutex_lock() on b at abba.ts:4, holding (a){+.+.}-{4:4}, by p in mutex_lock() on a at abba.ts:4',
      'Possible unsafe locking scenario:',
      '*** DEADLOCK ***',
    ])
      expect(ran.stdout.replaceAll(/\n {2}(?=\S)/g, ' ')).toContain(said)
  })

  test('whether any number of paths is safe is said only where that was looked for', async () => {
    const expecting = abba.replace("'holds' }", "{ kind: 'holds', lockdep: { plain: 'silent' } } }")
    const space = new Workspace({ 'abba.ts': expecting })
    const answers = async (...args: string[]): Promise<readonly unknown[]> => {
      const ran = await space.run('check', 'abba.ts', '--json', ...args)
      return (JSON.parse(ran.stdout) as { models: readonly { lockdep?: unknown }[] }).models.map((one) => one.lockdep)
    }
    const silent = { plain: 'silent', annotated: 'silent', 'cross-release': 'silent', exact: 'silent' }
    expect(await answers()).toEqual([undefined, silent])
    expect(await answers('--variant', 'ordered')).toEqual([{ ...silent, anyNumber: true }])
  })

  test('--json prints the document', async () => {
    const space = new Workspace({ 'missed.ts': missed })
    const ran = await space.run('lockdep', 'missed.ts', '--json')
    const document = JSON.parse(ran.stdout) as { schema: string; models: readonly Record<string, unknown>[] }
    expect(document.schema).toBe('fencecheck-lockdep-view/1')
    expect(document.models).toMatchObject([
      {
        id: 'test/missed',
        verdict: 'violated',
        modes: {
          plain: { says: 'silent', agreement: 'missed', reports: [] },
          exact: { says: 'reports', agreement: 'caught', reports: [{ kind: 'circular', classes: ['a', 'f'] }] },
        },
        certificate: null,
      },
    ])
  })

  test('is what check says of one instance too', async () => {
    const space = new Workspace({ 'abba.ts': abba })
    const one = await space.run('check', 'abba.ts', '--variant', 'ordered')
    expect(one.stdout).toContain('lockdep as it is: silent')
    expect(one.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'cannot deadlock, however many of these paths run: whoever waits for one of these owes only what comes after it: b, a',
    )
    expect((await space.run('check', 'abba.ts')).stdout).not.toContain('lockdep')
  })

  test('what lockdep is expected to say is compared', async () => {
    const expects = (says: string): string =>
      missed.replace("expect: 'deadlock'", `expect: { kind: 'deadlock', lockdep: { plain: '${says}' } }`)
    const space = new Workspace({
      'right.ts': expects('silent'),
      'wrong.ts': expects('reports'),
      'odd.ts': expects('x'),
    })
    expect((await space.run('check', 'right.ts')).status).toBe(0)
    const wrong = await space.run('check', 'wrong.ts')
    expect(wrong.status).toBe(1)
    expect(wrong.stdout).toContain('expected lockdep (plain) to be reports, got silent')
    expectRefused(await space.run('check', 'odd.ts'), 'wrong-expectation')
  })

  test('--certificate writes a proof, --verify asks the checker alone', async () => {
    const space = new Workspace({ 'abba.ts': abba })
    const about = ['lockdep', 'abba.ts', '--variant'] as const
    expect((await space.run(...about, 'ordered', '--certificate', 'c.json')).status).toBe(0)
    const certificate = space.read('c.json')
    expect(JSON.parse(certificate)).toMatchObject({
      classes: [
        { name: 'b', rank: 0 },
        { name: 'a', rank: 1 },
      ],
    })
    const accepted = await space.run(...about, 'ordered', '--verify', 'c.json')
    expect([accepted.status, accepted.stdout]).toEqual([0, 'accepted: no number of these paths can deadlock\n'])
    const other = await space.run(...about, 'buggy', '--verify', 'c.json')
    expect([other.status, other.stdout]).toEqual([1, 'rejected: it is for another model\n'])
    space.put('c.json', certificate.replace('"rank": 1', '"rank": 2'))
    const changed = await space.run(...about, 'ordered', '--verify', 'c.json')
    expect([changed.status, changed.stdout]).toEqual([1, expect.stringMatching(/^rejected: /)])

    expectRefused(await space.run(...about, 'buggy', '--certificate', 'd.json'), 'not-exportable')
    expect(space.files('.')).not.toContain('d.json')
    expectRefused(await space.run('lockdep', 'abba.ts', '--verify', 'c.json'), 'wrong-usage')
    space.put('c.json', certificate.slice(0, 40))
    expectRefused(await space.run(...about, 'ordered', '--verify', 'c.json'), 'not-json', 'c.json')
    space.put('c.json', '{"schema": "fencecheck-certificate/1", "model": 1}')
    expectRefused(await space.run(...about, 'ordered', '--verify', 'c.json'), 'wrong-format', 'c.json')
  })

  test('--read-lock recursive is how the self-test of the kernel is run', async () => {
    const twice = `import { model } from 'fencecheck'
export default model('test/twice', { summary: 's', expect: { kind: 'holds', lockdep: { plain: 'reports' } } }, (m) => {
  const l = m.rwlock('l')
  m.thread('p', (t) => { t.readLock(l); t.readLock(l); t.readUnlock(l); t.readUnlock(l) })
})
`
    const space = new Workspace({ 'twice.ts': twice })
    const plain = async (...args: readonly string[]): Promise<unknown> => {
      const ran = await space.run('lockdep', 'twice.ts', '--json', ...args)
      expect(ran.status, ran.stderr).toBe(0)
      return (JSON.parse(ran.stdout) as { models: { modes: { plain: { says: string } } }[] }).models[0]!.modes.plain
        .says
    }
    expect(await plain()).toBe('reports')
    expect(await plain('--read-lock', 'queued')).toBe('reports')
    expect(await plain('--read-lock', 'recursive')).toBe('silent')
  })

  test('refuses what is neither', async () => {
    const space = new Workspace({ 'a.ts': 'export default 1', 'b.json': '{' })
    expectRefused(await space.run('lockdep', 'a.ts'), 'no-default-export')
    expectRefused(await space.run('lockdep', 'b.json'), 'not-json')
    expectRefused(await space.run('lockdep', 'nowhere.ts'), 'file-unreadable')
    expectRefused(await space.run('lockdep', 'a.ts', '--annotations', '5.10'), 'wrong-usage')
  })
})
