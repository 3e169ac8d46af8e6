// SPDX-License-Identifier: Apache-2.0

/**
 * A small seedable generator (mulberry32): 32 bits of state, so a run is named by one number. Good enough to pick
 * schedules and random models; not for anything secret.
 */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** The next 32 bits, as an unsigned number. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let x = this.#state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return (x ^ (x >>> 14)) >>> 0
  }

  /** A whole number in `0 .. bound - 1`; `bound` is at least 1. */
  below(bound: number): number {
    return Math.floor((this.next() / 2 ** 32) * bound)
  }

  /** One of the given values. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] as T
  }
}
