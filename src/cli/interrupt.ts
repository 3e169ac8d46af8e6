// SPDX-License-Identifier: Apache-2.0
import type { Terminal } from './terminal.ts'

/** What a terminal sends, and what whoever runs out of patience does: a CI's limit of time, `timeout`. */
const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * Ctrl-C, or SIGTERM, asks once to stop with what is known so far. A second one, or one while no such work is under way, ends the
 * process as the system does it, so that a model whose code never comes back can be left too.
 */
export class Interrupt {
  readonly #controller = new AbortController()
  readonly #terminal: Terminal

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Does work that looks at the signal. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const release = this.hold()
    try {
      return await work()
    } finally {
      await release()
    }
  }

  /** The same for work that goes on until the answer is called. */
  hold(): () => Promise<void> {
    const deaf = (): void => {
      for (const signal of signals) process.off(signal, abort)
    }
    const abort = (): void => {
      deaf()
      // Others may hold too.
      if (this.signal.aborted) return
      this.#terminal.error('interrupted: judging what is known so far (Ctrl-C again ends at once)')
      this.#controller.abort()
    }
    for (const signal of signals) process.on(signal, abort)
    return async () => {
      // Work that was too short to breathe has not heard of a Ctrl-C yet.
      await new Promise((resolve) => setImmediate(resolve))
      deaf()
    }
  }
}
