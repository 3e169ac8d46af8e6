// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Result } from '#check/result'

/** The folder that the traces of one run go to. Each instance has a file of its own, the same in every run. */
export class TraceFolder {
  readonly #path: string
  readonly #taken = new Set<string>()

  constructor(path: string) {
    this.#path = path
  }

  /** The file for a result. Names of models are data: only harmless characters of them reach the path. */
  fileFor({ id, variant, params, switches }: Pick<Result, 'id' | 'variant' | 'params' | 'switches'>): string {
    const choices = Object.entries({ ...params, ...switches }).map(([name, value]) => `${name}${value}`)
    const stem = harmless([id, variant, ...choices])
    let name = stem
    for (let i = 2; this.#taken.has(name.toLowerCase()); i++) name = `${stem}.${i}`
    this.#taken.add(name.toLowerCase())
    return join(this.#path, `${name}.trace.json`)
  }
}

function harmless(parts: readonly (string | undefined)[]): string {
  const name = parts.filter((part) => part !== undefined).join('.')
  const plain = name.replaceAll('/', '-')
  const safe = plain
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[.-]+/, '_')
    .slice(0, 120)
  return safe === plain ? safe : `${safe}.${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
