// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectRefused, faultsOf, root, Workspace, type Ran } from './run.ts'

const report = (name: string): string => readFileSync(join(root, 'test/lockdep/reports', `${name}.txt`), 'utf8')

interface Document {
  readonly schema: string
  readonly reports: readonly Readonly<Record<string, unknown>>[]
  readonly refused: readonly { readonly line: number; readonly why: string }[]
}
const documentOf = ({ stdout }: Ran): Document => JSON.parse(stdout) as Document

test('lockdep --json prints the document', async () => {
  const space = new Workspace({ 'report.txt': report('circular-reclaim') })
  const ran = await space.run('lockdep', 'report.txt', '--json')
  expect(ran.status, ran.stderr).toBe(1)
  expect(documentOf(ran)).toEqual({
    schema: 'fencecheck-lockdep/1',
    reports: [
      {
        kind: 'circular',
        kernel: '6.11.2-pump+',
        line: 3,
        classes: ['&pump->valve_lock', 'fs_reclaim', 'dma_fence_map'],
        edges: [
          { from: '&pump->valve_lock', to: 'fs_reclaim', kind: 'reclaim' },
          { from: 'fs_reclaim', to: 'dma_fence_map', kind: 'fence-wait' },
          { from: 'dma_fence_map', to: '&pump->valve_lock', kind: 'fence-signalling-section' },
        ],
        heldLocks: ['(wq_completion)pump-reset', '(work_completion)(&pump->reset)', 'dma_fence_map'],
        tasks: ['kworker/u8:2/77'],
        verdict: 'violated',
        why: expect.stringContaining('waits for dma_fence dma_fence_map') as string,
      },
    ],
    refused: [],
  })
  expect(ran.stderr).toBe('')
  expect((await space.run('lockdep', 'report.txt', '--json')).stdout).toBe(ran.stdout)
})

test('lockdep tells a person the circle, the verdict and how it comes about', async () => {
  const ran = await new Workspace({ 'report.txt': report('circular-reclaim') }).run('lockdep', 'report.txt')
  expect(ran.status).toBe(1)
  for (const said of [
    'circular, line 3, kernel 6.11.2-pump+, kworker/u8:2/77',
    'fs_reclaim  [reclaim]\n      taken by a system call holding &pump->valve_lock, in pump_calibrate+0x55/0x1b0 [pump]',
    'violated',
    'pump_calibrate()',
    'report.txt:30, pump_close_valves+0x24/0x90 [pump]',
    'this rests on',
  ])
    expect(ran.stdout).toContain(said)
})

test('a circle that fits is a table', async () => {
  const ran = await new Workspace({ 'r.txt': report('circular-2.6.18') }).run('lockdep', 'r.txt')
  expect(ran.stdout).toMatch(
    /^ {2}lock class +kind +taken by +holding +where\n {2}&boat->sail +ordinary-lock +a system call /m,
  )
})

test.concurrent.each([
  ['circular-trylock', 0, 'holds'],
  ['circular-page-fault', 1, 'violated'],
  ['wait-context-rt', 3, 'unknown'],
])('lockdep %s ends with %i', async (name, status, verdict) => {
  const space = new Workspace({ 'r.txt': report(name) })
  const ran = await space.run('lockdep', 'r.txt')
  expect(ran.status, ran.stderr).toBe(status)
  expect(ran.stdout).toMatch(new RegExp(`^  ${verdict}`, 'm'))
  const json = await space.run('lockdep', 'r.txt', '--json')
  expect(json.status).toBe(status)
  expect(documentOf(json).reports[0]).toMatchObject({ verdict })
})

test('lockdep reads stdin', async () => {
  const ran = await new Workspace().runWith({ input: report('recursive-one-object') }, 'lockdep', '-', '--json')
  expect(ran.status, ran.stderr).toBe(1)
  expect(documentOf(ran).reports[0]).toMatchObject({ kind: 'recursive', verdict: 'violated' })
  const empty = await new Workspace().runWith({ input: '' }, 'lockdep', '-')
  expectRefused(empty, 'wrong-format', '<stdin>:1')
})

test('what is refused is said with its line, and the other reports come out', async () => {
  const space = new Workspace({ 'r.txt': report('several') })
  const ran = await space.run('lockdep', 'r.txt', '--json')
  expect(ran.status).toBe(2)
  expect(documentOf(ran)).toMatchObject({
    reports: [{ kind: 'circular' }, { kind: 'held-lock-freed' }],
    refused: [{ line: 40 }, { line: 43 }],
  })
  expect(faultsOf(ran).map(({ code, text }) => [code, text.split(': ')[0]])).toEqual([
    ['wrong-format', 'r.txt:40'],
    ['wrong-format', 'r.txt:43'],
  ])
  const text = await space.run('lockdep', 'r.txt')
  expect(text.status).toBe(2)
  expect(text.stdout).toContain('circular, line 1')
  expect(text.stdout).toContain('held-lock-freed, line 47')
})

test('lockdep --line takes one report of several', async () => {
  const space = new Workspace({ 'r.txt': report('several') })
  const ran = await space.run('lockdep', 'r.txt', '--line', '1', '--json')
  expect(ran.status, ran.stderr).toBe(0)
  expect(documentOf(ran)).toMatchObject({ reports: [{ line: 1 }], refused: [] })
  expectRefused(await space.run('lockdep', 'r.txt', '--line', '2'), 'wrong-usage', 'r.txt')
})

test('lockdep --write saves the model, and it has the same verdict', async () => {
  const space = new Workspace({ 'r.txt': report('circular-flush-quoted-wrapped') })
  expect((await space.run('lockdep', 'r.txt', '--write', 'out/model.ts')).status).toBe(1)
  const text = space.read('out/model.ts')
  expect(text).toContain(`m.workqueue('(wq_completion)tank#2', { memReclaim: true })`)
  const ran = await space.run('check', 'out/model.ts')
  expect(ran.status, ran.stderr).toBe(1)
  expect(ran.stdout).toMatch(/violated +deadlock \(cycle\)/)
})

test.concurrent.each([
  ['several reports', 'several', ['--write', 'm.ts'], ['wrong-format', 'wrong-format', 'wrong-usage']],
  ['a report without a model', 'held-lock-freed', ['--write', 'm.ts'], ['not-exportable']],
  ['a file that cannot be written', 'circular-trylock', ['--write', 'r.txt/m.ts'], ['file-unwritable']],
])('lockdep --write refuses %s', async (_, name, args, codes) => {
  const space = new Workspace({ 'r.txt': report(name) })
  const ran = await space.run('lockdep', 'r.txt', ...args)
  expect(ran.status).toBe(2)
  expect(faultsOf(ran).map(({ code }) => code)).toEqual(codes)
  expect(space.files()).toEqual(['r.txt'])
  expect(ran.stdout).not.toBe('')
})

test('lockdep refuses wrong usage', async () => {
  const space = new Workspace({ 'r.txt': 'hello\n', 'sub/x': '' })
  expectRefused(await space.run('lockdep'), 'wrong-usage')
  expectRefused(await space.run('lockdep', 'none.txt'), 'file-unreadable', 'none.txt')
  expectRefused(await space.run('lockdep', 'sub'), 'no-models')
  expectRefused(await space.run('lockdep', 'r.txt'), 'wrong-format', 'r.txt:2')
  expectRefused(await space.run('lockdep', 'r.txt', '--line', '0'), 'wrong-usage')
})

test('nothing of a report steers a terminal or a CI service', async () => {
  const evil = 'x\u001b[2J\u009b2J\u202e##[error]y'
  const text = report('circular-page-fault')
    .replaceAll('&well->rim', evil)
    .replaceAll('bucket/9', `::error::${evil}/9`)
    .replaceAll('[well]', `[${evil}]`)
  const space = new Workspace({ 'r.txt': text })
  for (const args of [[], ['--json']]) {
    const ran = await space.run('lockdep', 'r.txt', ...args)
    expect(ran.status, ran.stderr).toBe(1)
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(ran.stdout + ran.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|##\[|^\s*::/m)
  }
})

test('a limit that is hit makes it unknown', async () => {
  const space = new Workspace({ 'r.txt': report('circular-page-fault') })
  const ran = await space.run('lockdep', 'r.txt', '--max-states', '2', '--json')
  expect(ran.status, ran.stderr).toBe(3)
  expect(documentOf(ran).reports[0]).toMatchObject({ verdict: 'unknown' })
})
