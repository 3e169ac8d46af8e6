// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, System, VarId } from '#system/system'
import { Unfit } from './unfit.ts'

/** A state: its words, each a signed 32-bit integer. Never changed once it is made. */
export type Packed = readonly number[]

/** The widest state taken, in words; a process or variable takes at most one. */
export const maxWords = 1024

/** Where a number lies in a packed state, as its distance from `min`. It never straddles two words. */
export interface Field {
  readonly word: number
  readonly shift: number
  /** Its bits, at the bottom of a word; 0 for what has a single value and so takes none. */
  readonly mask: number
  readonly min: number
}

/** Which bits of a packed state hold which location and which value. The one place that knows. */
export interface Layout {
  readonly words: number
  readonly locations: readonly Field[]
  readonly values: readonly Field[]
}

/**
 * Each location and value in the fewest bits that its range needs, first the locations, each in the first word that
 * has room for it.
 * @throws Unfit if a range needs more than 32 bits, or the state more than {@link maxWords} words.
 */
export function layoutOf(system: System): Layout {
  const filled: number[] = [0]
  let full = 0
  const place = (min: number, max: number, name: string): Field => {
    const width = widthOf(max - min)
    if (width > 32) throw new Unfit(`'${name}' ranges over more than 32 bits`)
    if (width === 0) return { word: 0, shift: 0, mask: 0, min }
    while (filled[full] === 32) full++
    let word = full
    while ((filled[word] ??= 0) + width > 32) word++
    if (word >= maxWords) throw new Unfit(`a state takes more than ${maxWords} words of 32 bits`)
    const shift = filled[word]!
    filled[word] = shift + width
    return { word, shift, mask: width === 32 ? -1 : 2 ** width - 1, min }
  }
  const locations = system.processes.map((p) => place(0, p.locations.length - 1, p.name))
  const values = system.variables.map((v) => place(v.min, v.max, v.name))
  return { words: filled.length, locations, values }
}

const widthOf = (span: number): number => (span <= 0 ? 0 : Math.floor(Math.log2(span)) + 1)

/** The number that a field holds. */
export const readField = (state: Packed, { word, shift, mask, min }: Field): number =>
  (((state[word]! >>> shift) & mask) >>> 0) + min

/** Puts a number of its range into a field whose bits are 0. */
function fillField(words: number[], { word, shift, min }: Field, value: number): void {
  words[word]! |= (value - min) << shift
}

/** The state with these locations and values. */
export function pack(
  layout: Layout,
  location: (process: ProcessId) => number,
  value: (variable: VarId) => number,
): Packed {
  const words = Array.from({ length: layout.words }, () => 0)
  for (const [process, field] of layout.locations.entries()) fillField(words, field, location(process))
  for (const [variable, field] of layout.values.entries()) fillField(words, field, value(variable))
  return words
}

/** Where the locations of all processes lie, in a form that is read over and over. */
export class LocationPlaces {
  readonly #words: Int32Array
  readonly #shifts: Int32Array
  readonly #masks: Int32Array

  /** @param fields each with 0 for its minimum */
  constructor(fields: readonly Field[]) {
    this.#words = Int32Array.from(fields, ({ word }) => word)
    this.#shifts = Int32Array.from(fields, ({ shift }) => shift)
    this.#masks = Int32Array.from(fields, ({ mask }) => mask)
  }

  read(state: Packed, into: Int32Array): void {
    for (let p = 0; p < this.#words.length; p++)
      into[p] = (state[this.#words[p]!]! >>> this.#shifts[p]!) & this.#masks[p]!
  }
}
