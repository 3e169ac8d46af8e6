// SPDX-License-Identifier: Apache-2.0
import { present } from '#base/assert'
import type { CallStep } from '#ir/model'
import { conjuncts, not } from '#system/expression'
import type { Expr, Frame, LocationId, ProcessId, Tag } from '#system/system'
import { maySleep, notAboutToSleep } from '../contexts.ts'
import { conditionOf, exitsOf, isHazard, type Arrow, type Entry, type Need } from '../primitive.ts'
import type { Emitter } from './emitter.ts'
import { ground, groundSets, scopeOf } from './ground.ts'
import { lockdepEvents } from './lockdep-events.ts'

/** The process that performs the operation, as far as lowering the operation needs it. */
export interface Caller {
  readonly emitter: Emitter
  readonly me: ProcessId
  /** Signals reach tasks only: kernel threads ignore them (kernel/kthread.c). */
  readonly getsSignals: boolean
  /** The hooked bodies the call is inlined from. */
  readonly frames: readonly Frame[]
  nameOf(location: LocationId): string
  addLocation(name: string, within: string): LocationId
  /** Where the hooked bodies that an arrow enters begin; `after` where there is none. */
  enterHooks(entry: Entry, object: string, after: LocationId): LocationId
}

/** One operation at one place of one process. */
export interface CallSite {
  readonly step: CallStep
  readonly from: LocationId
  readonly exits: Readonly<Record<string, LocationId>>
}

/**
 * Lowers an operation: every precondition becomes a fault transition and a conjunct of the arrows that leave the call
 * (so that a necessary enabling set sees the holder), every phase a location, every arrow a transition.
 */
export function lowerCall(caller: Caller, { step, from, exits }: CallSite, stepName: string): void {
  const { emitter, me, frames } = caller
  const { variables } = emitter
  const { op, on, args = {}, params = {} } = step.call
  const { primitive } = variables.instance(on)
  const operation = present(primitive.operations[op], `${primitive.name} has ${op}`)
  const scope = scopeOf(variables, on, me, { operation, args, params })
  const heard = lockdepEvents(operation.lockdep, scope, variables, frames, step.call)
  const origin = emitter.origin({
    op,
    on: primitive.implicit === true ? '' : on,
    primitive: primitive.name,
    step: stepName,
    ...(operation.waits !== undefined && { waits: operation.waits }),
    ...kernelCall(operation.does),
    ...(step.site !== undefined && { site: step.site }),
    ...(step.kernel !== undefined && { kernel: step.kernel }),
    ...(step.optional === true && { optional: true as const }),
    frames,
    from,
    ...(heard.length > 0 && { lockdep: heard }),
  })
  const name = primitive.implicit === true ? op : `${op} ${on}`

  const needs: Record<string, Need> = {
    ...operation.needs,
    ...(operation.sleeps === true && { 'sleep-in-atomic': maySleep, 'blocking-while-waiting': notAboutToSleep }),
  }
  const met: Expr[] = []
  for (const [code, need] of Object.entries(needs)) {
    const condition = ground(conditionOf(need), scope, variables)
    if (condition === 1) continue
    met.push(...conjuncts(condition))
    const kind = isHazard(need) ? need.kind : 'misuse'
    emitter.fault({ process: me, from, label: name, origin }, [not(condition)], { kind, code, detail: on })
  }

  const phases = new Map<string, LocationId>([['call', from]])
  const phase = (phaseName: string): LocationId => {
    const known = phases.get(phaseName)
    if (known !== undefined) return known
    const made = caller.addLocation(`${caller.nameOf(from)}.${phaseName}`, step.at)
    phases.set(phaseName, made)
    return made
  }
  const exists = ({ to = 'ok', optional, escape }: Arrow): boolean =>
    (escape !== 'signal' || caller.getsSignals) && (optional !== true || exits[to] !== undefined)
  const possible = operation.arrows.filter(exists)
  // A phase that is left only towards exits that are excluded does not become one.
  const isExit = new Set(exitsOf({ arrows: possible }))
  const arrows = possible.filter(({ to = 'ok' }) => step.excluded?.includes(to) !== true)
  const grounded = arrows.map((arrow) => ({
    arrow,
    guard: conjuncts(arrow.when === undefined ? 1 : ground(arrow.when, scope, variables)),
  }))
  const reachable = reachablePhases(grounded.filter(({ guard }) => !guard.includes(0)).map(({ arrow }) => arrow))
  for (const { arrow, guard } of grounded) {
    const exit = arrow.to ?? 'ok'
    if (guard.includes(0) || !reachable.has(arrow.from ?? 'call')) continue
    if (arrow.unexpected === true && exits[exit] === undefined) {
      const code = `unhandled-${exit}`
      const at = { process: me, from: phase(arrow.from ?? 'call'), label: name, origin }
      emitter.fault(at, [...(arrow.from === undefined ? met : []), ...guard], { kind: 'misuse', code, detail: on })
      continue
    }
    const counted = exits[exit] === undefined ? (arrow.otherwise ?? exit) : exit
    const target = isExit.has(exit) ? present(exits[counted], `exit ${counted} of ${op}`) : phase(exit)
    emitter.emit({
      process: me,
      from: phase(arrow.from ?? 'call'),
      to: arrow.enters === undefined ? target : caller.enterHooks(arrow.enters, on, target),
      guard: [...(arrow.from === undefined ? met : []), ...guard],
      effect: groundSets(arrow.set ?? [], scope, variables),
      tag: tagOf(arrow, step),
      retry: arrow.retry,
      exit: isExit.has(exit) ? counted : `(${exit})`,
      label: isExit.size > 1 || !isExit.has(exit) ? `${name} -> ${exit}` : name,
      origin,
    })
  }
}

/** The kernel function that the description of an operation begins with: `mutex_lock()`. */
function kernelCall(does: string): { readonly call?: string } {
  const call = /^[a-z_]+\([^)]*\)/.exec(does)?.[0]
  return call === undefined ? {} : { call }
}

/** The phases an operation can come to here: what it never does for this object leaves no trace in the system. */
function reachablePhases(arrows: readonly Arrow[]): ReadonlySet<string> {
  const reached = new Set(['call'])
  for (const phase of reached)
    for (const arrow of arrows) if ((arrow.from ?? 'call') === phase) reached.add(arrow.to ?? 'ok')
  return reached
}

/** A step the author declared opportunistic stays so; an escape is the arrow's own. */
const tagOf = (arrow: Arrow, step: CallStep): Tag | undefined => step.tag ?? arrow.escape
