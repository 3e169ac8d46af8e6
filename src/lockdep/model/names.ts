// SPDX-License-Identifier: Apache-2.0

/** Gives things names of their own: `x`, `x (2)`. Long ones are cut, empty ones called something. */
export class Names {
  readonly #taken = new Set<string>(['task', 'memory', 'rcu', 'dma_fence_signalling', 'page_fault'])

  unique(wanted: string): string {
    const base = (wanted.trim() || 'unnamed').slice(0, 100)
    let name = base
    for (let i = 2; this.#taken.has(name); i++) name = `${base} (${i})`
    this.#taken.add(name)
    return name
  }
}
