// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import type { Model } from './model.ts'

/** Keys that say where a thing was written or how it is described; they do not change what a model means. */
const notContent = new Set([
  'site',
  'optional',
  'kernel',
  'summary',
  'sources',
  'abstracts',
  'expect',
  'rules',
  'label',
  'message',
  'role',
  'path',
])

/**
 * Names what a model *means*: the same hash before and after a line is moved, a comment or an expectation edited.
 * `sha256:` and 64 hexadecimal digits over the JSON text with sorted keys.
 */
export function contentHash(model: Model): string {
  const text = JSON.stringify(canonical(model))
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

/**
 * Keys in whose value every key counts: maps from names that a user chose, and the half of a rendezvous, whose `role` is no
 * description.
 */
const wholly = new Set(['params', 'switches', 'args', 'refs', 'exits', 'init', 'sync'])

function canonical(value: unknown, isWhole = false): unknown {
  if (Array.isArray(value)) return value.map((x) => canonical(x))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key, x]) => (isWhole || !notContent.has(key)) && x !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, x]) => [key, canonical(x, !isWhole && wholly.has(key))]),
  )
}
