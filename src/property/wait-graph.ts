// SPDX-License-Identifier: Apache-2.0
import type { Shape } from '#ir/model'
import { changersOf, type Changers } from '#system/changers'
import { impliedWithout } from '#system/contrary-faults'
import { canEnable } from '#system/enables'
import { evaluator } from '#system/expression'
import { readsOf } from '#system/footprint'
import { isNet } from '#system/lone-process'
import type { Machine } from '#system/machine'
import { moversOf } from '#system/moves'
import {
  isEscape,
  isMay,
  type Expr,
  type Hold,
  type LocationId,
  type OriginId,
  type ProcessId,
  type System,
  type Transition,
  type TransitionId,
  type VarId,
} from '#system/system'
import type { Control } from './control.ts'

/** One way in which a stuck process waits: a transition that would take it on, and who stands in the way. */
export interface Wait {
  readonly process: ProcessId
  readonly origin: OriginId
  /** The step it cannot take, by its label. */
  readonly step: string
  /** Objects whose state makes the guard false. Empty for a wait on plain variables, or under a handler. */
  readonly objects: readonly string[]
  /** Plain variables that do. */
  readonly variables: readonly string[]
  /** Who alone could end it, as far as stuck themselves: holders of the objects, else whoever could still do it. */
  readonly for: readonly ProcessId[]
  /** The process cannot move because this handler runs on top of it. */
  readonly suspendedBy?: ProcessId
  /** It holds one of the objects itself. */
  readonly holdsIt: boolean
  /** Processes that run on for ever in its way: that hold the object, or the handler on top of it. */
  readonly heldBy: readonly ProcessId[]
}

export interface WaitGraph {
  readonly waits: readonly Wait[]
  /** The same of those that rest and that the core waits for, such as an engine without a job. */
  readonly idle: readonly Wait[]
  readonly shape: Shape
  /** The smallest set of processes that wait for each other; without a cycle, those that wait for nobody. */
  readonly core: readonly ProcessId[]
  /** What the core waits for. */
  readonly objects: readonly string[]
}

/** Who waits for whom among processes that can never move again. */
export class WaitGraphs<S> {
  readonly #machine: Machine<S>
  readonly #control: Control
  readonly #written: System
  readonly #holds: readonly { readonly hold: Hold; readonly when: (state: S) => number }[]
  /** What a condition is worth, and who could make it true, by the condition as the guard has it. */
  readonly #conditions = new Map<Expr, Condition<S>>()
  readonly #enablers = new Map<string, readonly TransitionId[]>()
  readonly #isNet: boolean
  readonly #changing: Changers
  /** By transition, which of its conjuncts are no condition to wait for. */
  readonly #unawaited = new Map<TransitionId, ReadonlySet<string>>()
  #lookedAtAnywhere: readonly VarId[] | undefined
  readonly #lookedAtThere: (readonly VarId[])[][] = []
  #faultsAt: ReadonlyMap<string, readonly Transition[]> | undefined

  /**
   * @param written the system of the control graph, with everything that guards say; those of the machine's may lack what
   * always holds, and then do not tell all that a step cannot bring about
   */
  constructor(machine: Machine<S>, control: Control, written = machine.system) {
    this.#machine = machine
    this.#control = control
    this.#written = written
    this.#holds = machine.system.holds.map((hold) => ({ hold, when: evaluator(hold.when, machine) }))
    this.#isNet = isNet(written)
    this.#changing = changersOf(written)
  }

  /**
   * Devices and workers that rest for good are part of it too: an engine that idles because a stuck process has not pushed
   * the job yet hands the wait back to that process. Only the stuck ones are ever named as involved.
   *
   * @param canMove who may yet move, of those that rest: so it does not depend on the state in which somebody is stuck
   */
  at(
    state: S,
    stuck: readonly ProcessId[],
    escapes: 'on' | 'off',
    canMove: (process: ProcessId) => boolean = () => false,
  ): WaitGraph {
    const enabled = new Set(this.#machine.enabled(state))
    const held = this.holds(state)
    const resting = [...this.#machine.system.processes.keys()].filter(
      (p) => this.#restsForNow(p, state, enabled, escapes) && !canMove(p),
    )
    const nodes = [...stuck, ...resting]
    const waits = nodes.flatMap((process) => this.#waitsOf(process, state, held, nodes, escapes))
    const reach = reachability(nodes, waits)
    // Where there is nobody else, nobody else could bring about what is waited for.
    const [cycle] = this.#isNet && stuck.length > 0 ? [stuck] : cyclesOf(stuck, reach)
    const core = cycle ?? stuck.filter((p) => stuck.every((q) => !reach.get(p)!.has(q)))
    const inner = waits.filter((wait) => core.includes(wait.process))
    const isBetween = (p: ProcessId): boolean =>
      core.some((q) => reach.get(q)!.has(p)) && (cycle === undefined || core.some((q) => reach.get(p)!.has(q)))
    return {
      waits: waits.filter((wait) => stuck.includes(wait.process)),
      idle: waits.filter(({ process }) => !stuck.includes(process) && isBetween(process)),
      shape: cycle === undefined ? 'none' : shapeOf(core, inner),
      core,
      objects: [...new Set(inner.flatMap((wait) => wait.objects))].sort(),
    }
  }

  /**
   * What the graph of a state hangs on besides who is stuck and who can move, as text: where processes are, and what is
   * looked at by the steps that they could take there, by holders and by handlers.
   */
  lookedAt(state: S): string {
    const { processes, holds } = this.#machine.system
    this.#lookedAtAnywhere ??= [
      ...new Set([
        ...holds.flatMap(({ when }) => [...readsOf(when)]),
        ...processes.flatMap(({ suspended }) => suspended.flatMap(({ when }) => [...readsOf(when)])),
      ]),
    ]
    const values = (variables: readonly VarId[]): string => variables.map((v) => this.#machine.value(state, v)).join()
    const there = processes.keys().map((p) => {
      const at = this.#machine.location(state, p)
      return `${at}:${values(this.#lookedAtFrom(p, at))}`
    })
    return [values(this.#lookedAtAnywhere), ...there].join(' ')
  }

  #lookedAtFrom(process: ProcessId, at: LocationId): readonly VarId[] {
    const known = (this.#lookedAtThere[process] ??= [])
    return (known[at] ??= [
      ...new Set(
        this.#control
          .leaving(process, at)
          .flatMap((id) => this.#machine.system.transitions[id]!.guard.flatMap((g) => [...readsOf(g)])),
      ),
    ])
  }

  /** What each process holds or queues for. */
  holds(state: S): readonly Hold[] {
    return this.#holds.filter(({ when }) => when(state) !== 0).map(({ hold }) => hold)
  }

  /**
   * What keeps a process that cannot move in its place, by {@link lacking}. Empty if it is entitled to a step that it can
   * take: escapes, and what merely may happen, do not count.
   */
  hindrances(process: ProcessId, state: S, enabled = this.#machine.enabled(state)): readonly string[] {
    if (this.ways(process, enabled).length > 0) return []
    const steps = this.#alternatives(process, this.#machine.location(state, process), 'off')
    return [...new Set(steps.flatMap((id) => this.lacking(id, process, state)))].sort()
  }

  /** The steps of a process among these that it is entitled to. */
  ways(process: ProcessId, steps: readonly TransitionId[]): readonly TransitionId[] {
    return steps.filter((id) => {
      const t = this.#machine.system.transitions[id]!
      return !isMay(t.tag) && !isEscape(t.tag) && moversOf(t).includes(process)
    })
  }

  /**
   * Why a process cannot take a step: the objects that the step looks at, or else the plain variables, or its label; or
   * the handler that runs on top of the process.
   */
  lacking(id: TransitionId, process: ProcessId, state: S): readonly string[] {
    const { processes, transitions } = this.#machine.system
    const handler = this.#handlerOn(process, state)
    if (handler !== undefined) return [processes[handler]!.name]
    const { objects, variables } = this.#lookedAt(id, state)
    return objects.length > 0 ? objects : variables.length > 0 ? variables : [transitions[id]!.label]
  }

  #handlerOn(process: ProcessId, state: S): ProcessId | undefined {
    const { suspended } = this.#machine.system.processes[process]!
    return suspended.find(({ when }) => evaluator(when, this.#machine)(state) !== 0)?.by
  }

  /** Nobody waits for a conjunct whose contrary is a fault: once the rest holds, that would be reported. */
  #unawaitedIn(id: TransitionId): ReadonlySet<string> {
    const known = this.#unawaited.get(id)
    if (known !== undefined) return known
    const { transitions } = this.#written
    this.#faultsAt ??= Map.groupBy(
      transitions.filter(({ fault }) => fault !== undefined),
      stepOf,
    )
    const { guard } = transitions[id]!
    const found = impliedWithout(this.#faultsAt.get(stepOf(transitions[id]!)) ?? [], guard)
    this.#unawaited.set(id, found)
    return found
  }

  /** The false conjuncts of a step that cannot be taken, and what they look at: objects, or else plain variables. */
  #lookedAt(
    id: TransitionId,
    state: S,
  ): { readonly falsified: readonly Expr[]; readonly objects: string[]; readonly variables: readonly string[] } {
    const { system } = this.#machine
    const { guard, origin } = system.transitions[id]!
    const unawaited = this.#unawaitedIn(id)
    const falsified = guard.filter((g) => this.#conditionOf(g).value(state) === 0 && !unawaited.has(JSON.stringify(g)))
    const { on } = system.origins[origin]!
    const looked = falsified.flatMap((g) => [...readsOf(g)].map((v) => system.variables[v]!))
    // What is shared is what is waited for; ranks and notes that processes keep only say how they stand to it.
    const shared = looked.filter(({ owner, object }) => owner === undefined && object !== undefined)
    const objects = [...new Set(shared.map(({ object }) => object!))].sort()
    if (objects.length === 0 && on !== '') objects.push(on)
    return {
      falsified,
      objects,
      variables: looked.filter(({ object }) => object === undefined).map(({ name }) => name),
    }
  }

  /** At a resting location, and nothing it is entitled to do is possible. */
  #restsForNow(process: ProcessId, state: S, enabled: ReadonlySet<TransitionId>, escapes: 'on' | 'off'): boolean {
    const at = this.#machine.location(state, process)
    const { locations, context } = this.#machine.system.processes[process]!
    if (context === 'observer' || !locations[at]!.rest) return false
    const alternatives = this.#alternatives(process, at, escapes)
    return alternatives.length > 0 && alternatives.every((id) => !enabled.has(id))
  }

  /** The steps that would take a process on, if they could be taken. */
  #alternatives(process: ProcessId, at: LocationId, escapes: 'on' | 'off'): readonly TransitionId[] {
    return this.#control.leaving(process, at).filter((id) => {
      const { tag, fault } = this.#machine.system.transitions[id]!
      return fault === undefined && !isMay(tag) && !(escapes === 'off' && isEscape(tag))
    })
  }

  #waitsOf(
    process: ProcessId,
    state: S,
    held: readonly Hold[],
    stuck: readonly ProcessId[],
    escapes: 'on' | 'off',
  ): Wait[] {
    const { system } = this.#machine
    const at = this.#machine.location(state, process)
    const handler = this.#handlerOn(process, state)
    const alternatives = this.#alternatives(process, at, escapes)
    if (handler !== undefined) {
      const origin = system.transitions[alternatives[0] ?? -1]?.origin ?? -1
      const isStuck = stuck.includes(handler)
      const whom = { for: isStuck ? [handler] : [], heldBy: isStuck ? [] : [handler] }
      return [{ process, origin, step: '', objects: [], variables: [], suspendedBy: handler, holdsIt: false, ...whom }]
    }
    const byOrigin = new Map<OriginId, Wait>()
    for (const id of alternatives) {
      const wait = this.#waitOn(process, id, state, held, stuck)
      const same = byOrigin.get(wait.origin)
      byOrigin.set(wait.origin, same === undefined ? wait : merge(same, wait))
    }
    return [...byOrigin.values()]
  }

  #waitOn(process: ProcessId, id: TransitionId, state: S, held: readonly Hold[], stuck: readonly ProcessId[]): Wait {
    const { system } = this.#machine
    const { origin, label, joint = [] } = system.transitions[id]!
    const { falsified, objects, variables } = this.#lookedAt(id, state)
    const holders = held.filter(
      (hold) => objects.includes(hold.object) && !(hold.queued === true && hold.process === process),
    )
    const inTheWay = [...new Set(holders.map((hold) => hold.process))]
    const partners = joint.filter((move) => this.#machine.location(state, move.process) !== move.from)
    // Whoever gives the wait up tidies away what it noted for it, and so makes the condition true; that ends no wait.
    const givesUp = (t: TransitionId): boolean =>
      system.transitions[t]!.process === process && isEscape(system.transitions[t]!.tag)
    const couldEnd = (other: ProcessId): boolean => {
      if (partners.some((move) => move.process === other)) return true
      const future = this.#control.future(other, this.#machine.location(state, other))
      return falsified.some((g) =>
        this.#enablersOf(g).some(
          (t) => t !== id && system.transitions[t]!.process === other && future.has(t) && !givesUp(t),
        ),
      )
    }
    const enders = inTheWay.length > 0 ? inTheWay : stuck.filter(couldEnd)
    // What the process itself would do later ends its wait only if nobody else could.
    const others = enders.filter((p) => p !== process)
    const holdsIt = holders.some((hold) => hold.process === process && hold.queued !== true)
    const whom = holdsIt || others.length === 0 ? enders : others
    return {
      process,
      origin,
      step: label,
      objects,
      variables,
      for: whom.filter((p) => stuck.includes(p)),
      holdsIt,
      heldBy: inTheWay.filter((p) => !stuck.includes(p)),
    }
  }

  #conditionOf(e: Expr): Condition<S> {
    const known = this.#conditions.get(e) ?? { value: evaluator(e, this.#machine), enablers: undefined }
    this.#conditions.set(e, known)
    return known
  }

  /** The transitions that can make a condition true. */
  #enablersOf(e: Expr): readonly TransitionId[] {
    return (this.#conditionOf(e).enablers ??= this.#findEnablers(e))
  }

  #findEnablers(e: Expr): readonly TransitionId[] {
    // Steps of a net share most of their conditions.
    const text = JSON.stringify(e)
    const known = this.#enablers.get(text)
    if (known !== undefined) return known
    const found = this.#changing(e).filter((t) => canEnable(this.#written, t, e))
    this.#enablers.set(text, found)
    return found
  }
}

const stepOf = ({ process, from, origin }: Transition): string => `${process} ${from} ${origin}`

interface Condition<S> {
  readonly value: (state: S) => number
  enablers: readonly TransitionId[] | undefined
}

const merge = (a: Wait, b: Wait): Wait => ({
  ...a,
  objects: [...new Set([...a.objects, ...b.objects])].sort(),
  variables: [...new Set([...a.variables, ...b.variables])].sort(),
  holdsIt: a.holdsIt || b.holdsIt,
  for: [...new Set([...a.for, ...b.for])].sort((x, y) => x - y),
  heldBy: [...new Set([...a.heldBy, ...b.heldBy])],
})

function shapeOf(core: readonly ProcessId[], waits: readonly Wait[]): Shape {
  if (core.length === 1 || waits.some((wait) => wait.holdsIt)) return 'self'
  if (waits.some((wait) => wait.suspendedBy !== undefined && core.includes(wait.suspendedBy))) return 'irq'
  const alternatives = core.map((p) => waits.filter((wait) => wait.process === p).length)
  return alternatives.some((n) => n > 1) ? 'knot' : 'cycle'
}

/** Whom each process waits for, directly or through others. */
function reachability(
  nodes: readonly ProcessId[],
  waits: readonly Wait[],
): ReadonlyMap<ProcessId, ReadonlySet<ProcessId>> {
  const next = new Map(nodes.map((n) => [n, new Set(waits.filter((w) => w.process === n).flatMap((w) => w.for))]))
  return new Map(
    nodes.map((n) => {
      const reached = new Set(next.get(n))
      for (const m of reached) for (const k of next.get(m) ?? []) reached.add(k)
      return [n, reached] as const
    }),
  )
}

/** Sets of stuck processes that wait for each other, smallest first, then in order of the processes. */
function cyclesOf(stuck: readonly ProcessId[], reach: ReadonlyMap<ProcessId, ReadonlySet<ProcessId>>): ProcessId[][] {
  const cyclic = stuck.filter((n) => reach.get(n)!.has(n))
  const groups = cyclic.map((n) => cyclic.filter((m) => reach.get(n)!.has(m) && reach.get(m)!.has(n)))
  const first = groups.filter((group, i) => group[0] === cyclic[i])
  return first.sort((a, b) => a.length - b.length || a[0]! - b[0]!)
}
