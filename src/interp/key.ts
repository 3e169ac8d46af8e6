// SPDX-License-Identifier: Apache-2.0
import type { System } from '#system/system'

/**
 * A state packed into bytes: each location and value, less its minimum, in as many bits as its range needs. One to one,
 * so equal bytes mean equal states; as a string they are the cheapest exact key of a JavaScript `Map`.
 *
 * A state carries its packed form along, and a step changes the bytes it touches: packing each state from scratch was
 * four fifths of a search over 500 variables.
 */
export class KeyCodec {
  readonly #locations: readonly Slot[]
  readonly #values: readonly Slot[]
  readonly #length: number

  constructor(system: System) {
    const layout = new Layout()
    this.#locations = system.processes.map((p) => layout.slot(0, p.locations.length - 1))
    this.#values = system.variables.map((v) => layout.slot(v.min, v.max))
    this.#length = layout.length
  }

  pack(locations: readonly number[], values: readonly number[]): Uint8Array {
    const bytes = new Uint8Array(this.#length)
    for (const [process, at] of locations.entries()) this.setLocation(bytes, process, at)
    for (const [variable, value] of values.entries()) this.setValue(bytes, variable, value)
    return bytes
  }

  /** Changes bytes that nobody else has seen yet. */
  setLocation(bytes: Uint8Array, process: number, at: number): void {
    write(bytes, this.#locations[process]!, at)
  }

  setValue(bytes: Uint8Array, variable: number, value: number): void {
    write(bytes, this.#values[variable]!, value)
  }

  key(bytes: Uint8Array): string {
    // For a few bytes the call alone costs more than the characters.
    if (bytes.length <= 64) return String.fromCharCode.apply(null, bytes as unknown as number[])
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  }

  unpack(key: string): { readonly bytes: Uint8Array; readonly locations: number[]; readonly values: number[] } {
    const bytes = Uint8Array.from(Buffer.from(key, 'latin1'))
    const get = (slot: Slot): number => read(bytes, slot)
    return { bytes, locations: this.#locations.map(get), values: this.#values.map(get) }
  }
}

/** A field of at most 8 bits lies inside one byte; a wider one has bytes of its own, lowest first. */
interface Slot {
  readonly min: number
  readonly byte: number
  readonly shift: number
  readonly mask: number
  /** Bytes of a wide field; 0 for one that shares a byte, or has a single value. */
  readonly wide: number
}

class Layout {
  length = 0
  #filled = 8

  slot(min: number, max: number): Slot {
    const bits = max <= min ? 0 : Math.floor(Math.log2(max - min)) + 1
    if (bits > 8) {
      const slot = { min, byte: this.length, shift: 0, mask: 0, wide: Math.ceil(bits / 8) }
      this.length += slot.wide
      this.#filled = 8
      return slot
    }
    if (this.#filled + bits > 8) {
      this.#filled = 0
      this.length++
    }
    const slot = { min, byte: this.length - 1, shift: this.#filled, mask: 2 ** bits - 1, wide: 0 }
    this.#filled += bits
    return slot
  }
}

function write(bytes: Uint8Array, { min, byte, shift, mask, wide }: Slot, value: number): void {
  let rest = value - min
  if (wide === 0) {
    if (mask !== 0) bytes[byte] = (bytes[byte]! & ~(mask << shift)) | (rest << shift)
    return
  }
  for (let i = 0; i < wide; i++) {
    bytes[byte + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function read(bytes: Uint8Array, { min, byte, shift, mask, wide }: Slot): number {
  if (wide === 0) return mask === 0 ? min : min + ((bytes[byte]! >> shift) & mask)
  let value = 0
  for (let i = wide - 1; i >= 0; i--) value = value * 256 + bytes[byte + i]!
  return min + value
}
