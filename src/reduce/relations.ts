// SPDX-License-Identifier: Apache-2.0
import { Invariants } from '#simplify/invariants'
import type { System, TransitionId } from '#system/system'
import { Accord } from './accord.ts'
import { actionsOf, unsuspended, type Action, type Conjunct } from './actions.ts'
import { Domains } from './domains.ts'
import { finishingHandlers } from './finishing.ts'
import { Interference } from './interference.ts'
import { NecessaryEnabling, type FirstChange } from './necessary.ts'
import { Parts } from './parts.ts'
import { Reach } from './reach.ts'

/** All that the closure of a stubborn set asks of a system. Over-approximations make sets larger, never wrong. */
export interface Relations {
  readonly actions: readonly Action[]
  readonly reach: Reach
  /** Transitions of other processes that do not accord with this one. */
  conflicts(id: TransitionId): readonly TransitionId[]
  /** Transitions that leave the same location of a process of this one and do not accord with it. */
  rivals(id: TransitionId): readonly TransitionId[]
  /** Transitions that can turn the conjunct from false to true in one step. */
  lastChanges(conjunct: Conjunct): readonly TransitionId[]
  /** Transitions that change what the conjunct is about, with what they need of it; undefined if that is not one object. */
  firstChanges(conjunct: Conjunct): readonly FirstChange[] | undefined
}

/** What relations are computed by, besides the system; there to be changed by tests. */
export interface Premises {
  /** Linear sums that no transition increases. */
  readonly invariants?: Invariants
  /** The handlers that only delay others. */
  readonly delaying?: typeof finishingHandlers
}

/** The relations of a system, each computed when it is asked for. */
export function relationsOf(
  system: System,
  { invariants = new Invariants(system), delaying = finishingHandlers }: Premises = {},
): Relations {
  const actions = actionsOf(system)
  const domains = new Domains(system, actions, invariants)
  const reach = new Reach(system)
  const delayed = delaying({ system, actions, domains, reach })
  const lasting = actions.map((action) => unsuspended(system, action, delayed))
  const interference = new Interference(system, { actions, lasting }, domains, invariants)
  const accord = new Accord(system, { actions, lasting }, interference, reach)
  const necessary = new NecessaryEnabling(system, { actions, domains, parts: new Parts(system, actions) })
  return {
    actions,
    reach,
    conflicts: (id) => accord.conflicts(id),
    rivals: (id) => accord.rivals(id),
    lastChanges: (conjunct) => necessary.last(conjunct),
    firstChanges: (conjunct) => necessary.first(conjunct),
  }
}
