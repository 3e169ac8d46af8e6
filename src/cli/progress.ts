// SPDX-License-Identifier: Apache-2.0
import { thousands } from '#base/text'
import type { Progress } from '#check/options'

/** Progress on stderr: one redrawn line on a terminal, a line every ten seconds elsewhere. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream
  #next = 0
  #drawn = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(name: string, { states, transitions, frontier, depth, seconds, memoryBytes }: Progress): void {
    const now = performance.now()
    const terminal = this.#stream.isTTY === true
    if (this.#next === 0) this.#next = now + (terminal ? 200 : 10_000)
    if (now < this.#next) return
    this.#next = now + (terminal ? 200 : 10_000)
    const rate = Math.round(states / Math.max(seconds, 0.001))
    const text = `${name}: ${thousands(states)} states (${thousands(rate)}/s), ${thousands(transitions)} transitions, ${thousands(frontier)} waiting, depth ${depth}, ${Math.round(memoryBytes / 2 ** 20)} MiB, ${Math.round(seconds)} s`
    if (!terminal) this.#stream.write(`${text}\n`)
    else this.#stream.write(`\r\u001b[K${text.slice(0, (this.#stream.columns || 80) - 1)}`)
    this.#drawn = terminal
  }

  /** Takes the line away before anything else is written. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K')
    this.#drawn = false
    this.#next = 0
  }
}
