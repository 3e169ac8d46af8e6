// SPDX-License-Identifier: Apache-2.0
import type { ProcessId } from '#system/system'

/** A set of processes, a bit each. */
export type ProcessSet = Int32Array

/** The empty set for as many processes. */
export const noneOf = (processes: number): ProcessSet => new Int32Array((processes + 31) >> 5)

export const has = (set: ProcessSet, process: ProcessId): boolean => (set[process >> 5]! & (1 << (process & 31))) !== 0

/** Puts a process in if `bit` is 1, and changes nothing if it is 0. */
export function put(set: ProcessSet, process: ProcessId, bit: number): void {
  set[process >> 5]! |= bit << (process & 31)
}

/** Takes everybody out; for a few words faster than `fill`. */
export function empty(set: ProcessSet): void {
  for (let w = 0; w < set.length; w++) set[w] = 0
}

/** How many of a set are not in another one. */
export function countOutside(set: ProcessSet, other: ProcessSet): number {
  let count = 0
  for (let w = 0; w < set.length; w++) count += ones(set[w]! & ~other[w]!)
  return count
}

/** Number of ones in a word, summed side by side (Warren, Hacker's Delight 5-1). */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** The process of the lowest bit of a word. */
export const lowest = (word: number): number => 31 - Math.clz32(word & -word)
