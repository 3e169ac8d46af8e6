// SPDX-License-Identifier: Apache-2.0
import { evaluateKnown, type LocalKnowledge } from '#lockdep/paths/three-valued'
import type { LocalEdge, LocalGraph } from '#lockdep/paths/local-graph'
import type { Frame, Hold, LockdepEvent, Origin, OriginId, System, Transition, TransitionId } from '#system/system'
import { sameMap, type HeldLock, type HeldStack, type Place } from './held-lock.ts'
import type { Irqs, Listener } from './listener.ts'

const section = { kernel: 'dma_fence_map' } as const

/** Locks that lockdep can follow one task through (include/linux/sched.h MAX_LOCK_DEPTH). */
const deepest = 48

/** Ways to come to a node with different locks held, over all nodes. */
const mostStates = 50_000

export interface PathStep {
  readonly to: number
  readonly transition: TransitionId
  readonly at: Place
  /** What is held when it begins. */
  readonly held: HeldStack
  /** What was acquired, waited for or brought about on the way, in this order. */
  readonly heard: readonly Told[]
}

/** A map that a step has to do with; with a lock where it acquired one. */
export interface Told {
  readonly event: LockdepEvent
  readonly lock?: HeldLock
  readonly held: HeldStack
  readonly at: Place
}

/** Where a process is in a step: what it knows, and what lockdep has heard so far. */
interface Moment {
  readonly at: Place
  readonly known: LocalKnowledge
  readonly irqs: Irqs
  readonly heard: Told[]
}

/**
 * Goes every way through one process's local graph and tells lockdep what it would hear there, in the order in which the
 * process comes by. States are the nodes with what is held at each, so that every combination is heard.
 */
export class PathWalk {
  /** A process may come to one node in several ways. */
  readonly states: { node: number; stack: HeldStack; frames: readonly Frame[]; next: PathStep[] }[] = []
  /** Some way was cut: it takes ever more. */
  truncated = false
  readonly #system: System
  readonly #graph: LocalGraph
  readonly #listener: Listener
  readonly #holds: ReadonlyMap<string, readonly Hold[]>
  readonly #sections: ReadonlySet<number>
  readonly #ids = new Map<string, number>()

  /**
   * @param sections nodes at which the process would be in a signalling section if it were annotated, where the model has no
   * sections of its own
   */
  constructor(system: System, graph: LocalGraph, listener: Listener, sections: ReadonlySet<number> = new Set()) {
    this.#system = system
    this.#sections = sections
    this.#graph = graph
    this.#listener = listener
    const own = system.holds.filter(({ process, queued }) => process === graph.process && queued !== true)
    this.#holds = Map.groupBy(own, ({ object }) => object)
    this.#state(0, [], [])
    const calls = callsByLocation(system, graph.process)
    for (let i = 0; i < this.states.length && !this.truncated; i++) {
      const { location, edges } = graph.nodes[this.states[i]!.node]!
      for (const edge of edges) this.#step(i, edge)
      const gone = new Set(edges.map(({ transition }) => system.transitions[transition]!.origin))
      for (const origin of calls.get(location) ?? []) if (!gone.has(origin)) this.#arrive(i, origin)
    }
  }

  /** A call that the process knows it cannot get out of (a fence that nobody signals) is heard all the same. */
  #arrive(from: number, id: OriginId): void {
    const { node, stack, frames } = this.states[from]!
    const { process, nodes } = this.#graph
    const { known } = nodes[node]!
    const origin = this.#system.origins[id]!
    const here: Moment = { at: { process, origin: id }, known, irqs: this.#irqs(known), heard: [] }
    const held = this.#reframe(leave(stack, id, origin), frames, origin.frames, here)
    this.#call(held, { exit: '(blocked)' }, origin, here)
  }

  #step(from: number, edge: LocalEdge): void {
    const { node, stack, frames: entered } = this.states[from]!
    const { process, nodes } = this.#graph
    const transition = this.#system.transitions[edge.transition]!
    const id = transition.joint?.find((joint) => joint.process === process)?.origin ?? transition.origin
    const origin = this.#system.origins[id]!
    const at: Place = { process, origin: id }
    const isFault = transition.fault !== undefined
    if (isFault && !edge.certain) return
    const [source, target] = [nodes[node]!, nodes[edge.to]!]
    const heard: Told[] = []
    const here: Moment = { at, known: source.known, irqs: this.#irqs(source.known), heard }
    const there: Moment = isFault ? here : { at, known: target.known, irqs: this.#irqs(target.known), heard }

    const began = this.#annotate(leave(stack, id, origin), node, here)
    let held = this.#reframe(began, entered, origin.frames, here)
    // Interrupts are as the call leaves them: a lock that switches them off does so before it is taken.
    if (origin.from === source.location) held = this.#call(held, transition, origin, { ...here, irqs: there.irqs })
    if (held.some(({ waitsForItself }) => waitsForItself === true)) return
    // What is called wrongly is called all the same; what comes after that is anybody's guess.
    if (isFault) return this.#fault(transition, origin, at)
    held = this.#follow(held, transition, there)

    held = this.#annotate(held, edge.to, there)
    const [before, after] = [here.irqs, there.irqs]
    const irqsCome = (after.hardirqsOn && !before.hardirqsOn) || (after.softirqsOn && !before.softirqsOn)
    if (irqsCome) this.#listener.enable(held, after, at)
    if (held.length > deepest) {
      this.truncated = true
      return
    }
    const to = this.#state(edge.to, held, origin.frames)
    this.states[from]!.next.push({ to, transition: edge.transition, at, held: stack, heard })
  }

  /** What lockdep hears as the operation is called. */
  #call(
    stack: HeldStack,
    { exit, retry }: Pick<Transition, 'exit' | 'retry'>,
    origin: Origin,
    moment: Moment,
  ): HeldStack {
    const { at, known, heard } = moment
    let held: HeldStack = stack
    for (const event of origin.lockdep ?? []) {
      if (event.when !== undefined && evaluateKnown(event.when, known) === 0) continue
      if (event.does === 'wait' || event.does === 'owe' || event.does === 'event') heard.push({ event, held, at })
      else if (event.does === 'release') held = this.#release(held, event, at)
      else if (event.exit === undefined || event.exit === exit || exit.startsWith('('))
        held = this.#acquire(held, event, retry, origin, moment)
    }
    return held
  }

  #acquire(
    stack: HeldStack,
    event: LockdepEvent,
    retry: true | undefined,
    origin: Origin,
    { at, irqs, heard }: Moment,
  ): HeldStack {
    const lock = this.#listener.lockOf(event, at, irqs, this.#hasView(event))
    if (lock === undefined || (lock.try && retry === true)) return stack
    const around =
      event.yields === true
        ? stack.filter((held) => held.class.name !== lock.class.name || held.mode === 'write')
        : stack
    heard.push({ event, lock, held: around, at })
    if (event.does === 'touch') {
      this.#listener.acquire(around, lock, event.irqsave === true ? { ...irqs, hardirqsOn: false } : irqs, event)
      return stack
    }
    if (event.does === 'during' && stack.some((held) => held.class.name === lock.class.name)) return stack
    const during = event.does === 'during' && { within: { origin: at.origin, depth: origin.frames.length } }
    const mine = stack.some(({ map, mode }) => sameMap(map, lock.map) && (mode === 'write' || lock.mode === 'write'))
    const itself = lock.byView && mine && { waitsForItself: true as const }
    if (lock.try && itself !== false) return [...stack, { ...lock, ...itself }]
    return this.#listener.acquire(stack, { ...lock, ...during, ...itself }, irqs, event)
  }

  #release(stack: HeldStack, event: LockdepEvent, at: Place): HeldStack {
    const place = stack.findLastIndex((held) => sameMap(held.map, event.map))
    if (place !== -1) return stack.toSpliced(place, 1)
    const lock = this.#listener.lockOf(event, at, this.#irqs(this.#graph.nodes[0]!.known), false)
    if (lock !== undefined)
      this.#listener.findings.add([lock.class.name], { kind: 'unlock-balance', name: lock.class.name, at })
    return stack
  }

  /** What the process holds by what it knows itself: given up with the last view of it, and taken where no event said so. */
  #follow(stack: HeldStack, { exit }: Transition, { at, known, irqs, heard }: Moment): HeldStack {
    const ends = !exit.startsWith('(')
    let held = ends
      ? stack.filter((lock) => !lock.byView || !('object' in lock.map) || this.#holdsOf(lock.map.object, known) !== 0)
      : stack
    for (const [object, holds] of this.#holds) {
      const mode = holds.find(({ when }) => evaluateKnown(when, known) === 1)?.mode
      if (mode === undefined || held.some(({ map }) => 'object' in map && map.object === object)) continue
      const event: LockdepEvent = {
        does: 'acquire',
        map: { object },
        mode: mode === 'read' ? 'read' : 'write',
        ...(this.#system.holds.some((h) => h.object === object && h.annotates) && { layer: 'fences' as const }),
      }
      const lock = this.#listener.lockOf(event, at, irqs, true)
      if (lock === undefined) continue
      heard.push({ event, lock, held, at })
      held = this.#listener.acquire(held, lock, irqs)
    }
    return held
  }

  /** Begins or ends the section that the path would have here; not in atomic context (dma_fence_begin_signalling()). */
  #annotate(stack: HeldStack, node: number, { at, known, irqs }: Moment): HeldStack {
    const inside = this.#sections.has(node)
    const open = stack.findIndex(({ within }) => within !== undefined && 'section' in within)
    if (inside === (open !== -1)) return stack
    if (!inside) return stack.toSpliced(open, 1)
    if (this.#depth('atomic', known) > 0 || !irqs.softirqsOn) return stack
    const event: LockdepEvent = { does: 'acquire', map: section, mode: 'read', trySince: '6.18', layer: 'fences' }
    const lock = this.#listener.lockOf(event, at, irqs, false)
    if (lock === undefined) return stack
    return this.#listener.acquire(stack, { ...lock, within: { section: true } }, irqs)
  }

  /** 1 or undefined while it is, or may be, held in some mode. */
  #holdsOf(object: string, known: LocalKnowledge): number | undefined {
    const values = (this.#holds.get(object) ?? []).map(({ when }) => evaluateKnown(when, known))
    return values.some((value) => value !== undefined && value !== 0) ? 1 : values.includes(undefined) ? undefined : 0
  }

  #hasView({ map }: LockdepEvent): boolean {
    return 'object' in map && map.part === undefined && this.#holds.has(map.object)
  }

  /** Bodies that have returned give back what was held for them; those that begin take it. */
  #reframe(
    stack: HeldStack,
    before: readonly Frame[],
    now: readonly Frame[],
    { at, known, irqs, heard }: Moment,
  ): HeldStack {
    let common = 0
    while (common < before.length && before[common] === now[common]) common++
    let held: HeldStack = stack.filter(
      ({ within }) => within === undefined || !('frame' in within) || within.frame < common,
    )
    for (let frame = common; frame < now.length; frame++)
      for (const event of now[frame]!.lockdep ?? []) {
        if (event.when !== undefined && evaluateKnown(event.when, known) === 0) continue
        const lock = this.#listener.lockOf(event, at, irqs, false)
        if (lock === undefined) continue
        heard.push({ event, lock, held, at })
        held = this.#listener.acquire(held, { ...lock, within: { frame } }, irqs)
      }
    return held
  }

  #fault({ fault }: Transition, { primitive }: Origin, at: Place): void {
    if (fault!.kind !== 'misuse') return
    const { code } = fault!
    if (this.#listener.checks(primitive, code)) this.#listener.findings.add([code], { kind: 'debug-locks', code, at })
  }

  #irqs(known: LocalKnowledge): Irqs {
    const { context } = this.#system.processes[this.#graph.process]!
    return {
      context,
      hardirqsOn: this.#depth('irqOff', known, Number(context === 'hardirq')) === 0,
      softirqsOn: this.#depth('bhOff', known, Number(context === 'softirq')) === 0 && context !== 'hardirq',
    }
  }

  /** A nesting depth of the task; what it starts with where nothing in the model changes it. */
  #depth(field: 'atomic' | 'irqOff' | 'bhOff', known: LocalKnowledge, start = 0): number {
    const { name } = this.#system.processes[this.#graph.process]!
    const v = this.#system.variables.findIndex((variable) => variable.name === `task.${field}[${name}]`)
    return v === -1 ? start : (known.value(v) ?? 0)
  }

  #state(node: number, stack: HeldStack, frames: readonly Frame[]): number {
    const key = JSON.stringify([
      node,
      frames.length,
      stack.map(({ map, class: { name }, mode, try: tries, within }) => [map, name, mode, tries, within]),
    ])
    const seen = this.#ids.get(key)
    if (seen !== undefined) return seen
    this.truncated ||= this.states.length >= mostStates
    this.#ids.set(key, this.states.length)
    return this.states.push({ node, stack, frames, next: [] }) - 1
  }
}

/** What is held for a call only is given back with the first step after it: neither of the call nor of a body inside. */
function leave(stack: HeldStack, id: OriginId, { frames, enters }: Origin): HeldStack {
  return stack.filter(({ within }) => {
    if (within === undefined || !('origin' in within)) return true
    return within.origin === id || frames.length > within.depth || (enters === true && frames.length === within.depth)
  })
}

/** What a process can call at a location. */
function callsByLocation(system: System, process: number): ReadonlyMap<number, ReadonlySet<OriginId>> {
  const calls = new Map<number, Set<OriginId>>()
  for (const transition of system.transitions) {
    const { from } = system.origins[transition.origin]!
    if (transition.process !== process || from === undefined) continue
    calls.set(from, (calls.get(from) ?? new Set()).add(transition.origin))
  }
  return calls
}
