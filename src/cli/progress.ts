// SPDX-License-Identifier: Apache-2.0
import { printable, thousands } from '#base/text'
import type { Progress } from '#check/options'

/** Progress on stderr: one redrawn line on a terminal that somebody watches, a line every ten seconds elsewhere. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream
  readonly #redraws: boolean
  readonly #interval: number
  #next: number | undefined
  #drawn = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.#redraws = stream.isTTY === true && !process.env['CI'] && process.env['TERM'] !== 'dumb'
    this.#interval = this.#redraws ? 200 : 10_000
  }

  show(name: string, { states, transitions, frontier, depth, seconds, memoryBytes }: Progress): void {
    const now = performance.now()
    this.#next ??= now + this.#interval
    if (now < this.#next) return
    this.#next = now + this.#interval
    const rate = Math.round(states / Math.max(seconds, 0.001))
    const text = printable(
      `${name}: ${thousands(states)} states (${thousands(rate)}/s), ${thousands(transitions)} transitions, ${thousands(frontier)} waiting, depth ${depth}, ${Math.round(memoryBytes / 2 ** 20)} MiB, ${Math.round(seconds)} s`,
    )
    if (!this.#redraws) this.#stream.write(`${text}\n`)
    else this.#stream.write(`\r\u001b[K${text.slice(0, (this.#stream.columns || 80) - 1)}`)
    this.#drawn = this.#redraws
  }

  /** Takes the line away before anything else is written. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K')
    this.#drawn = false
    this.#next = undefined
  }
}
