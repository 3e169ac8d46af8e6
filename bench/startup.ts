// SPDX-License-Identifier: Apache-2.0
// The whole command on one small model, against an empty Node in the same run; what is allowed is half again the empty
// Node, and 150 ms. `no cache`: the same as in a first run, when no compiled code has been kept yet.
//   npm run bench:startup           (npm run build first)
//   npm run bench:startup -- 41     so many runs of each; medians, and the best
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const runs = Number(process.argv[2] ?? 21)
const check = ['bin/fencecheck.js', 'check', 'models/dma-fence/fence-lock-abba.ts', '--json']

interface Case {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const empty: Case = { name: 'node -e 0', args: ['-e', '0'] }
const cases: readonly Case[] = [
  empty,
  { name: 'one small model', args: check },
  { name: 'one small model, no cache', args: check, env: { NODE_DISABLE_COMPILE_CACHE: '1' } },
  { name: 'fencecheck --version', args: ['bin/fencecheck.js', '--version'] },
]

function milliseconds({ args, env }: Case): number {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`)
  return performance.now() - start
}

for (const one of cases) milliseconds(one)
const times = new Map(cases.map((one) => [one, [] as number[]]))
// In turn, so that a busy moment of the machine concerns all of them.
for (let i = 0; i < runs; i++) for (const [one, all] of times) all.push(milliseconds(one))

const sorted = (one: Case): readonly number[] => times.get(one)!.toSorted((a, b) => a - b)
const best = (one: Case): number => sorted(one)[0]!
const median = (one: Case): number => sorted(one)[Math.floor(runs / 2)]!
const line = (...cells: readonly string[]): void =>
  void process.stdout.write(`${cells.map((cell, i) => (i === 0 ? cell.padEnd(28) : cell.padStart(12))).join('')}\n`)

line('', 'median ms', 'allowed', 'of allowed', 'best ms', 'of allowed')
for (const one of cases) {
  const [allowed, allowedAtBest] = [1.5 * median(empty) + 150, 1.5 * best(empty) + 150]
  const share = (part: number, whole: number): string => (part / whole).toFixed(2)
  const told = [median(one).toFixed(0), allowed.toFixed(0), share(median(one), allowed), best(one).toFixed(0)]
  line(one.name, ...told, share(best(one), allowedAtBest))
}
