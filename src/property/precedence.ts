// SPDX-License-Identifier: Apache-2.0
import type { ProcessId, System } from '#system/system'
import { lockClasses } from './lock-class.ts'

/**
 * A text for whom and what a violation is about: of several that are equally small the one with the first text is told.
 * What plays the same part in the copies of a group counts as one at first: so what is told is the same, up to which
 * copy, whichever of those that are alike a search has stored.
 */
export type Precedence = (processes: readonly ProcessId[], objects: readonly string[], shape?: string) => string

export function precedence(system: System): Precedence {
  const { processes, symmetries } = system
  const objectClass = lockClasses(system)
  const first = new Map<ProcessId, ProcessId>()
  for (const { copies } of symmetries)
    for (const copy of copies)
      for (const [place, p] of copy.processes.entries()) first.set(p, copies[0]!.processes[place]!)
  return (some, objects, shape = '') =>
    JSON.stringify([
      some.map((p) => processes[first.get(p) ?? p]!.name).sort(),
      objects.map(objectClass).sort(),
      shape,
      some.map((p) => processes[p]!.name),
      objects,
    ])
}

/** Orders texts by their code units, which no locale changes. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
