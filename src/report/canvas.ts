// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { Style } from './words.ts'

export type Tone = keyof Style

/** One line of characters, each with a tone. What is put there is made harmless; colours come around it when it is shown. */
export class Canvas {
  readonly #cells: { text: string; tone: Tone | undefined }[] = []

  /** Writes text from a column on, over whatever is there. */
  put(at: number, text: string, tone?: Tone): void {
    for (const [i, char] of [...printable(text).replace(/[\t\n]/g, ' ')].entries()) {
      while (this.#cells.length <= at + i) this.#cells.push({ text: ' ', tone: undefined })
      this.#cells[at + i] = { text: char, tone }
    }
  }

  isBlank(at: number): boolean {
    return (this.#cells[at]?.text ?? ' ') === ' '
  }

  /** How many characters from a column on are free, up to a limit. */
  roomFrom(at: number, limit: number): number {
    let end = at
    while (end < limit && this.isBlank(end)) end++
    return end === limit ? limit - at : Math.max(0, end - at - 1)
  }

  /** A column no further left than `wanted`, up to `at`, from which on all is free up to `at`. */
  shifted(at: number, wanted: number): number {
    let start = at
    while (start > Math.max(0, wanted) && this.isBlank(start - 1)) start--
    return start === at || this.isBlank(start - 1) ? start : start + 1
  }

  show(style: Style): string {
    let shown = ''
    const end = this.#cells.findLastIndex(({ text }) => text !== ' ') + 1
    for (let i = 0; i < end;) {
      const { tone } = this.#cells[i]!
      let run = ''
      for (; i < end && this.#cells[i]!.tone === tone; i++) run += this.#cells[i]!.text
      shown += tone === undefined || run.trim() === '' ? run : style[tone](run)
    }
    return shown
  }
}
