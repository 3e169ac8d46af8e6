// SPDX-License-Identifier: Apache-2.0
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MemoryLimit } from '#check/memory'
import type { Search } from '#explore/explore'
import type { System } from '#system/system'
import { machineUnderTest } from '../setup/machine.ts'

interface Limited {
  readonly verdict: string
  readonly because?: string
  readonly kind?: string
  readonly statistics: { readonly states: number; readonly peakMemoryBytes: number }
  readonly peakBytes: number
}

const script = fileURLToPath(new URL('limited.ts', import.meta.url))
async function limited(family: string, mebibytes: number, machine: string, reduction: string): Promise<Limited> {
  const args = ['--conditions=fencecheck-source', script, family, String(mebibytes), machine, reduction]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH: process.env['PATH'] } })
  return JSON.parse(stdout) as Limited
}

// What a process of this size is can be read on Linux only. Once, not on both machines: it says itself which it wants.
const why =
  process.platform !== 'linux'
    ? ' (skipped: only Linux says how large a process is)'
    : machineUnderTest === 'interpreter'
      ? ' (skipped: runs with the engine project, which tries both machines)'
      : ''
describe.skipIf(why !== '')(`--max-memory${why}`, () => {
  test.each([
    ['ordered-locks', 180, 'engine', 'none'],
    ['fence-farm', 180, 'engine', 'none'],
    ['fence-farm-atomic', 150, 'engine', 'stubborn'],
    ['wide', 180, 'engine', 'none'],
    ['wide', 180, 'interpreter', 'none'],
  ])('holds for the whole process: %s, %i MiB, %s, reduction %s', async (family, mebibytes, machine, reduction) => {
    const { verdict, because, statistics, peakBytes } = await limited(family, mebibytes, machine, reduction)
    const share = peakBytes / (mebibytes * 2 ** 20)
    expect(verdict).toBe('unknown')
    expect(because).toMatch(
      /^the memory limit of [\d,]+ bytes leaves no room for more beside the [\d,]+ in use .*; [\d,]+ states were stored/,
    )
    expect(statistics.peakMemoryBytes).toBeLessThanOrEqual(peakBytes)
    // Nor is much left over.
    expect(share).toBeGreaterThan(0.75)
    expect(share).toBeLessThan(1.1)
  })

  test('hides no violation that was found before', async () => {
    const { verdict, kind, peakBytes } = await limited('mistaken', 140, 'engine', 'none')
    expect([verdict, kind]).toEqual(['violated', 'misuse'])
    expect(peakBytes).toBeLessThan(1.1 * 140 * 2 ** 20)
  })

  test('that is less than what is in use already says so, and what to do', async () => {
    const { verdict, because } = await limited('wide', 20, 'engine', 'none')
    expect(verdict).toBe('unknown')
    expect(because).toMatch(
      /^the memory limit of 20,971,520 bytes leaves too little beside the [\d,]+ in use .* \(raise --max-memory\); \d+ states/,
    )
  })
})

describe('what is still to come counts', () => {
  const transitions = (tag?: 'timeout'): System['transitions'] => [{ ...(tag && { tag }) }] as never
  const system = (processes: number, tag?: 'timeout'): System =>
    ({ processes: { length: processes }, debts: [], transitions: transitions(tag) }) as never
  const search = (states: number): Search<unknown> => ({ graph: { states }, store: { bytes: 0 } }) as never
  /** How many bytes are held back. */
  const heldBack = (system: System, of: Search<unknown>): number => {
    const limit = 2 ** 40
    const memory = new MemoryLimit(limit, system, 0)
    let [low, high] = [0, limit]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (memory.reached(of, limit - middle) === undefined) high = middle
      else low = middle
    }
    return low
  }

  test('more for more states, for more processes, where escapes are judged twice', () => {
    const plain = heldBack(system(3), search(1e6))
    expect(plain).toBeGreaterThan(50e6)
    expect(heldBack(system(3), search(2e6))).toBeGreaterThan(1.7 * plain)
    expect(heldBack(system(64), search(1e6))).toBeGreaterThan(plain)
    expect(heldBack(system(3, 'timeout'), search(1e6))).toBeGreaterThan(1.4 * plain)
  })

  test('less where a single process is all there is: no edge is looked at', () => {
    const alone = (rest: boolean): System =>
      ({ processes: [{ context: 'task', locations: [{ rest }] }], debts: [], transitions: [{}] }) as never
    const resting = heldBack(alone(true), search(1e6))
    expect(heldBack(alone(false), search(1e6))).toBeLessThan(resting - 30e6)
  })

  test('nothing without a limit', () => {
    expect(new MemoryLimit(Infinity, system(3), 0).reached(search(1e9), 1e15)).toBeUndefined()
  })
})
