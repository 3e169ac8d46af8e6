// SPDX-License-Identifier: Apache-2.0
import { readsOf, writesOf } from '#system/footprint'
import { moversOf } from '#system/moves'
import { hasEscapes, type Hold, type ProcessId, type System, type VarId } from '#system/system'
import type { QualifiedOptions } from './options.ts'

/** Ways to be stuck that come before what is masked. */
const stuckAnyway = ['deadlock', 'partial-deadlock', 'unsignalled-fence'] as const

/**
 * What only an escape ends is found by a search of its own, which takes whoever is stuck for stuck only then: that is so
 * if nobody is stuck anyway.
 */
export function whyNotJudgedApart(system: System, { all, kinds }: QualifiedOptions): string | undefined {
  if (!hasEscapes(system)) return undefined
  if (all || stuckAnyway.some((kind) => !kinds.has(kind)))
    return 'a wait may be given up, and what only that ends is to be told beside what is stuck anyway'
  const shared = heldByGrace(system)
  return (
    shared &&
    `a wait may be given up, and whether somebody then holds '${shared.object}' changes without a step of its own`
  )
}

/** Something that others can make a process hold, or not: only a search in full comes through every state in which it does. */
function heldByGrace({ holds, transitions }: System): Hold | undefined {
  const writers = new Map<VarId, Set<ProcessId>>()
  for (const t of transitions)
    for (const v of t.effect.flatMap(writesOf)) {
      const known = writers.get(v) ?? new Set()
      writers.set(v, known)
      for (const process of moversOf(t)) known.add(process)
    }
  return holds.find(
    ({ queued, process, when }) =>
      queued !== true &&
      [...readsOf(when)].some((v) => [...(writers.get(v) ?? [])].some((writer) => writer !== process)),
  )
}
