// SPDX-License-Identifier: Apache-2.0
import type { System } from '#system/system'
import { stateOf, type State } from './state.ts'

/**
 * A state as a string and back: each location and value, less its minimum, in as many bits as its range needs, the
 * bits packed into characters of 8. One to one, so equal keys mean equal states; a short string is the cheapest exact
 * key of a JavaScript `Map`.
 */
export interface KeyCodec {
  key(state: State): string
  state(key: string): State
}

interface Slot {
  readonly min: number
  readonly bits: number
}

export function keyCodec(system: System): KeyCodec {
  const width = (values: number): number => (values <= 1 ? 0 : Math.ceil(Math.log2(values)))
  const locations = system.processes.map((p): Slot => ({ min: 0, bits: width(p.locations.length) }))
  const values = system.variables.map((v): Slot => ({ min: v.min, bits: width(v.max - v.min + 1) }))
  return {
    key(state) {
      const packer = new Packer()
      state.locations.forEach((at, p) => packer.put(at, locations[p]!.bits))
      state.values.forEach((value, v) => packer.put(value - values[v]!.min, values[v]!.bits))
      return packer.finish()
    },
    state(key) {
      const unpacker = new Unpacker(key)
      const read = ({ min, bits }: Slot): number => min + unpacker.take(bits)
      return stateOf(locations.map(read), values.map(read))
    },
  }
}

/** Fills characters from the low bits up. Arithmetic, not shifts, since a field may have up to 33 bits. */
class Packer {
  #chars: number[] = []
  #pending = 0
  #fill = 0

  put(value: number, bits: number): void {
    this.#pending += value * 2 ** this.#fill
    this.#fill += bits
    while (this.#fill >= 8) {
      this.#chars.push(this.#pending % 256)
      this.#pending = Math.floor(this.#pending / 256)
      this.#fill -= 8
    }
  }

  finish(): string {
    if (this.#fill > 0) this.#chars.push(this.#pending)
    let text = ''
    for (let i = 0; i < this.#chars.length; i += 4096) text += String.fromCharCode(...this.#chars.slice(i, i + 4096))
    return text
  }
}

class Unpacker {
  readonly #key: string
  #next = 0
  #pending = 0
  #fill = 0

  constructor(key: string) {
    this.#key = key
  }

  take(bits: number): number {
    while (this.#fill < bits) {
      this.#pending += this.#key.charCodeAt(this.#next++) * 2 ** this.#fill
      this.#fill += 8
    }
    const range = 2 ** bits
    const value = this.#pending % range
    this.#pending = Math.floor(this.#pending / range)
    this.#fill -= bits
    return value
  }
}
