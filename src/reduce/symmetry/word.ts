// SPDX-License-Identifier: Apache-2.0
import type { Reader } from '#system/expression'
import type { ProcessId, System, VarId } from '#system/system'

/** A location or value of a state, less the least it can be; `size` numbers are possible. */
interface Field {
  readonly of: ProcessId | VarId
  readonly isLocation: boolean
  readonly min: number
  /** What it is multiplied with within its 32-bit word, and the word. */
  readonly factor: number
  readonly word: number
}

/**
 * The word of a copy, or of what is in no copy: where its processes are and what its variables are worth, written in
 * mixed radix into as few 32-bit words as that takes. One to one.
 */
export class Word {
  readonly length: number
  readonly #fields: readonly Field[]

  constructor(system: System, processes: readonly ProcessId[], variables: readonly VarId[]) {
    const fields: Field[] = []
    let [word, product] = [0, 1]
    const place = (of: number, isLocation: boolean, min: number, size: number): void => {
      if (product * size > 2 ** 32) {
        word++
        product = 1
      }
      fields.push({ of, isLocation, min, factor: product, word })
      product *= size
      // A range beyond 32 bits has two words to itself.
      if (size > 2 ** 32) word++
    }
    for (const p of processes) place(p, true, 0, system.processes[p]!.locations.length)
    for (const v of variables) {
      const { min, max } = system.variables[v]!
      place(v, false, min, max - min + 1)
    }
    this.#fields = fields
    this.length = word + 1
  }

  /** Writes the word of a state into `into`, from index `at` on. */
  write<S>(state: S, reader: Reader<S>, into: Int32Array, at: number): void {
    for (let w = 0; w < this.length; w++) into[at + w] = 0
    for (const { of, isLocation, min, factor, word } of this.#fields) {
      const number = (isLocation ? reader.location(state, of) : reader.value(state, of)) - min
      if (number >= 2 ** 32) into[at + word + 1] = Math.floor(number / 2 ** 32)
      // Sums of exact products below 2^32: what is stored is their lowest 32 bits, so all of them.
      into[at + word]! += factor * number
    }
  }
}
