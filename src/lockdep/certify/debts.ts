// SPDX-License-Identifier: Apache-2.0
import { writesOf } from '#system/footprint'
import type { System, VarId } from '#system/system'
import type { LocalKnowledge } from '../paths/three-valued.ts'
import { decide } from '../paths/decide.ts'
import { Refusal } from './refusal.ts'
import type { Resources } from './resources.ts'

/**
 * For each fence that may ever be owed, an event with which it no longer is and that only what pays for it brings about.
 * @throws Refusal if there is none: a fence that is set up again, for one.
 */
export function debtEvents(system: System, { events }: Resources): readonly VarId[] {
  return system.debts.flatMap(({ object, owed, paidBy }): readonly VarId[] => {
    if (decide(owed, nothing, system) === 'never') return []
    const pays = new Set(paidBy)
    const event = [...events].find(
      (v) =>
        decide(owed, { ...nothing, value: (x) => (x === v ? 1 : undefined) }, system) === 'never' &&
        system.transitions.every(({ effect }, id) => pays.has(id) || !effect.some((set) => writesOf(set).includes(v))),
    )
    if (event === undefined)
      throw new Refusal(`${object} can be owed, and nothing shows that it stays signalled once it is`)
    return [event]
  })
}

const nothing: LocalKnowledge = { value: () => undefined, test: () => undefined }
