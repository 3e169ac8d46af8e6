// SPDX-License-Identifier: Apache-2.0
import { writesOf } from '#system/footprint'
import { Renumbering } from '#system/renumbering'
import type { Frame, LockdepEvent, Origin, System, Transition, TransitionId, VarId } from '#system/system'

/**
 * Replaces variables that no transition can ever change by their start value and drops transitions that can then
 * never be enabled (but keeps what explains a wait), until nothing changes. The reachable states and transitions stay the same one by one, since a
 * constant tells no two states apart.
 */
export function propagateConstants(system: System): System {
  let current = system
  for (;;) {
    const written = new Set(
      current.transitions.filter((t) => !t.guard.includes(0)).flatMap((t) => t.effect.flatMap(writesOf)),
    )
    if (written.size === current.variables.length) return current
    current = keepOnly(current, written)
  }
}

/** A wait that can never end stays, with the guard 0: an explanation has to name it. */
const isWait = (t: Transition, system: System): boolean => {
  const { waits, op } = system.origins[t.origin]!
  return t.fault === undefined && (waits !== undefined || op === 'step')
}

function keepOnly(system: System, kept: ReadonlySet<VarId>): System {
  const renumbering = new Renumbering(system, (v) => kept.has(v))
  const transitions: Transition[] = []
  const newId = new Map<TransitionId, TransitionId>()
  for (const [id, t] of system.transitions.entries()) {
    const guard = renumbering.guard(t.guard)
    const never = guard.includes(0)
    if (never && !isWait(t, system)) continue
    newId.set(id, transitions.length)
    transitions.push({ ...t, guard, effect: never ? [] : t.effect.map((assign) => renumbering.assign(assign)) })
  }
  return {
    ...renumbering.system(transitions, (ids) => ids.flatMap((id) => newId.get(id) ?? [])),
    origins: heardOnly(system.origins, renumbering),
  }
}

/** Origins without what lockdep never hears. */
function heardOnly(origins: readonly Origin[], renumbering: Renumbering): readonly Origin[] {
  const events = (heard: readonly LockdepEvent[]): readonly LockdepEvent[] =>
    heard
      .map((event) => (event.when === undefined ? event : { ...event, when: renumbering.expr(event.when) }))
      .filter(({ when }) => when !== 0)
  // Frames are compared by identity: one stays one.
  const frames = new Map<Frame, Frame>()
  const frame = (old: Frame): Frame => {
    if (old.lockdep === undefined) return old
    const made = frames.get(old) ?? { ...old, lockdep: events(old.lockdep) }
    frames.set(old, made)
    return made
  }
  return origins.map((old) => ({
    ...old,
    frames: old.frames.map(frame),
    ...(old.lockdep !== undefined && { lockdep: events(old.lockdep) }),
  }))
}
