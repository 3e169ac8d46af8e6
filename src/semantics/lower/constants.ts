// SPDX-License-Identifier: Apache-2.0
import { conjuncts, isLocationTest, mapLeaves } from '#system/expression'
import { writesOf } from '#system/footprint'
import type {
  Assign,
  Expr,
  Frame,
  LocationTest,
  LockdepEvent,
  Origin,
  System,
  Target,
  Transition,
  VarId,
  VarRead,
} from '#system/system'

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
  const renumbered = new Map([...kept].sort((a, b) => a - b).map((old, i) => [old, i]))
  const leaf = (e: number | VarRead | LocationTest): Expr => {
    if (typeof e === 'number' || isLocationTest(e)) return e
    const v = renumbered.get(e.v)
    return v === undefined ? system.variables[e.v]!.init : { v }
  }
  // The steps of a call share most of their conditions.
  const known = new Map<Expr, Expr>()
  const expr = (e: Expr): Expr => {
    const made = known.get(e) ?? mapLeaves(e, leaf)
    known.set(e, made)
    return made
  }
  const target = (to: Target): Target =>
    typeof to === 'number'
      ? renumbered.get(to)!
      : (['at', expr(to[1]), ...(to.slice(2) as VarId[]).map((v) => renumbered.get(v)!)] as const)
  const assign = ({ to, value }: Assign): Assign => ({ to: target(to), value: expr(value) })
  const transitions: Transition[] = []
  const newId = new Map<number, number>()
  for (const [id, t] of system.transitions.entries()) {
    const guard = t.guard.flatMap((g) => conjuncts(expr(g)))
    const never = guard.includes(0)
    if (never && !isWait(t, system)) continue
    newId.set(id, transitions.length)
    const conditions = never ? [0] : guard.filter((g) => typeof g === 'object')
    transitions.push({ ...t, guard: conditions, effect: never ? [] : t.effect.map(assign) })
  }
  const events = (heard: readonly LockdepEvent[]): readonly LockdepEvent[] =>
    heard
      .map((event) => (event.when === undefined ? event : { ...event, when: expr(event.when) }))
      .filter(({ when }) => when !== 0)
  // Frames are compared by identity: one stays one.
  const frames = new Map<Frame, Frame>()
  const frame = (old: Frame): Frame => {
    if (old.lockdep === undefined) return old
    const made = frames.get(old) ?? { ...old, lockdep: events(old.lockdep) }
    frames.set(old, made)
    return made
  }
  const origin = (old: Origin): Origin => ({
    ...old,
    frames: old.frames.map(frame),
    ...(old.lockdep !== undefined && { lockdep: events(old.lockdep) }),
  })
  return {
    ...system,
    origins: system.origins.map(origin),
    variables: system.variables.filter((_, v) => kept.has(v)),
    transitions,
    processes: system.processes.map((process) => ({
      ...process,
      suspended: process.suspended.map(({ by, when }) => ({ by, when: expr(when) })).filter(({ when }) => when !== 0),
    })),
    debts: system.debts.map((debt) => ({
      ...debt,
      owed: expr(debt.owed),
      paidBy: debt.paidBy.flatMap((id) => newId.get(id) ?? []),
    })),
    holds: system.holds.map((hold) => ({ ...hold, when: expr(hold.when) })).filter((hold) => hold.when !== 0),
    symmetries: system.symmetries.map((symmetry) => ({
      ...symmetry,
      copies: symmetry.copies.map((copy) => ({
        ...copy,
        variables: copy.variables.flatMap((v) => renumbered.get(v) ?? []),
      })),
    })),
  }
}
