// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, showSite } from '#base/errors'
import { failure } from './exit-status.ts'
import type { Terminal } from './terminal.ts'

/** What goes wrong in a command that goes on with the rest: said at once, kept for the document and the exit status. */
export class Faults {
  readonly errors: FencecheckError[] = []
  /** Something was fencecheck's own fault. */
  internal = false
  readonly #terminal: Terminal
  /** One mistake is met again in every variant of its model. */
  readonly #said = new Set<string>()

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  add(error: unknown): void {
    if (error instanceof FencecheckError) this.errors.push(error)
    else this.internal = true
    const { message } = failure(error)
    if (!this.#said.has(message)) this.#terminal.error(message)
    this.#said.add(message)
  }

  /** Does something; answers undefined if it went wrong. */
  async catch<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.add(error)
      return undefined
    }
  }

  /** The errors as they stand in a document. */
  get entries(): readonly object[] {
    return this.errors.map(({ code, message, site, fix }) => ({
      code,
      message,
      at: site === undefined ? null : showSite(site),
      fix: fix ?? null,
    }))
  }
}
