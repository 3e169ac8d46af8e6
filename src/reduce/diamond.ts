// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import type { TransitionId } from '#system/system'

/**
 * Checks a stubborn set by what it promises, with no part of how it was found: along everything that can happen outside
 * the set, nothing enables or disables a member, and each enabled member commutes with each step. Returns what is broken,
 * as text, or undefined. Looks at no more than `limit` states.
 */
export function brokenDiamond<S>(
  machine: Machine<S>,
  start: S,
  isMember: (id: TransitionId) => boolean,
  limit = 2_000,
): string | undefined {
  const store = machine.store()
  const label = (id: TransitionId): string => {
    const { process, label: step } = machine.system.transitions[id]!
    return `${machine.system.processes[process]!.name}: ${step}`
  }
  store.add(start)
  for (let at = 0; at < store.size && at < limit; at++) {
    const u = store.get(at)
    const enabled = machine.enabled(u)
    const members = enabled.filter(isMember)
    for (const x of enabled) {
      if (isMember(x)) continue
      const w = machine.fire(u, x)
      const after = new Set(machine.enabled(w).filter(isMember))
      const lost = members.find((t) => !after.has(t))
      if (lost !== undefined) return `'${label(x)}' outside the set disables '${label(lost)}'`
      if (after.size > members.length) return `'${label(x)}' outside the set enables a member`
      for (const t of members) {
        const v = machine.fire(u, t)
        if (!machine.enabled(v).includes(x)) return `'${label(t)}' disables '${label(x)}', which is outside the set`
        const [one, other] = [machine.fire(v, x), machine.fire(w, t)]
        if (!same(machine, one, other)) return `'${label(t)}' and '${label(x)}' do not commute`
      }
      store.add(w)
    }
  }
  return undefined
}

/** Whether two states are one. */
function same<S>(machine: Machine<S>, a: S, b: S): boolean {
  const store = machine.store()
  store.add(a)
  return store.add(b) === 0
}
