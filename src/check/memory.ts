// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from 'node:v8'
import { thousands } from '#base/text'
import type { Search } from '#explore/explore'
import { looksAtEdges } from '#property/looks-at-edges'
import { hasEscapes, type System } from '#system/system'

/**
 * What a search that ends now will still take is known from its states. Bytes a state, measured on the
 * families of `models/bench/` and rounded up; `test/check/memory.test.ts` holds them to the limit.
 */
const costs = {
  /** Components, an order of them, and what is settled, for a future: with escapes, and again without if there are any. */
  future: 48,
  /** The row of a state, which is all that a future takes where no edge is looked at, and a search for a short way to one. */
  row: 20,
  /** The table of states holds its old slots while it fills twice as many: 4 bytes each, at most three quarters used. */
  table: 11,
  /** A `Map` does the same with 28 bytes an entry. */
  map: 56,
} as const

/** Bytes by which V8's heap may still grow, mostly its young generation, whatever the number of states; and for each transition. */
const [heapRoom, roomOfTransition] = [16 * 2 ** 20, 12 * 2 ** 10]

/** What V8 leaves uncollected to be faster, some hundred MiB, is no tenth of a limit beyond this. */
const ample = 2 ** 32

/**
 * Does work under a limit of memory. V8 lets its heap grow by several times what is in use before it collects garbage; where
 * that would count it is told to collect sooner, which takes longer where much is allocated (`Heap::ShouldOptimizeForMemoryUsage`,
 * asked at each collection).
 */
export async function sparingly<T>(maxMemoryBytes: number, work: () => Promise<T>): Promise<T> {
  if (maxMemoryBytes >= ample) return work()
  setFlagsFromString('--optimize-for-size')
  try {
    return await work()
  } finally {
    setFlagsFromString('--no-optimize-for-size')
  }
}

/** Bytes of a row of so many bits. */
const row = (bits: number): number => 4 * Math.max(1, Math.ceil(bits / 32))

/**
 * The limit on the memory of the process. A search is ended while there is room for what comes after it: the next
 * doubling of its tables and the judging of what it has found.
 */
export class MemoryLimit {
  readonly #bytes: number
  readonly #before: number
  readonly #perFuture: number
  readonly #futures: number
  /** What is noted of a state lies in rows that double all at once. */
  readonly #noted: number
  readonly #room: number

  /** @param before the resident set before the search */
  constructor(bytes: number, system: System, before: number) {
    const { processes, debts, transitions } = system
    this.#bytes = bytes
    this.#room = heapRoom + transitions.length * roomOfTransition
    this.#before = before
    this.#perFuture = looksAtEdges(system) ? costs.future + row(processes.length) + row(debts.length) : costs.row
    this.#futures = hasEscapes(system) ? 2 : 1
    this.#noted = 3 * row(processes.length) + row(debts.length)
  }

  /** Why a search has to end, if it has to. `used`: the resident set of the process, in bytes. */
  reached({ graph, store }: Search<unknown>, used: number): string | undefined {
    if (this.#bytes === Infinity) return undefined
    const said = `the memory limit of ${thousands(this.#bytes)} bytes`
    const { states } = graph
    if (this.#before + this.#room >= this.#bytes)
      return `${said} leaves too little beside the ${thousands(this.#before)} in use before the search (raise --max-memory)`
    const table = 'bytes' in store ? costs.table : costs.map
    const ahead = this.#room + states * (this.#futures * this.#perFuture + this.#noted + table)
    return used + ahead >= this.#bytes
      ? `${said} leaves no room for more beside the ${thousands(used)} in use and what judging it takes`
      : undefined
  }
}
