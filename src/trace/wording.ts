// SPDX-License-Identifier: Apache-2.0
import { listed } from '#base/text'
import type { Wait } from '#property/wait-graph'
import type { Hazard, Hold, OriginId, ProcessId, TransitionId } from '#system/system'
import type { Ending } from './ending.ts'

/** What a process does that meets one. */
const hazards: Readonly<Partial<Record<string, string>>> = {
  'use-after-free': 'uses memory that has been given back',
  'stale-data': 'reads memory before its contents are there',
  'dropped-dependency': 'does not wait for an access that it had to be ordered with',
} satisfies Readonly<Record<Hazard, string>>

/** What a hooked body runs as. */
const hookWords: Readonly<Partial<Record<string, string>>> = {
  shrinker: 'reclaim: shrinker',
  'shrinker:fs': 'reclaim: shrinker',
  notifier: 'reclaim: MMU notifier',
  invalidate: 'MMU notifier',
  fault: 'page fault:',
  callback: 'fence callback',
}

/** Sentences, or ways to wait in one, beyond this many would bury the others. */
const mostSentences = 5

const plainModes: ReadonlySet<string> = new Set(['write', 'spin'])

/** Sentences about an ending, in kernel words. */
export class Wording<S> {
  readonly #ending: Ending<S>
  readonly #holds: readonly Hold[]
  readonly #isInevitable: boolean

  /** @param isInevitable whether it is known that nothing avoids the outcome any more */
  constructor(ending: Ending<S>, isInevitable: boolean) {
    this.#ending = ending
    this.#isInevitable = isInevitable
    this.#holds = ending.graphs.holds(ending.states.at(-1)!)
  }

  /** Who waits for what while holding what, and who alone could end it; or who does what must not be done. */
  headline(): string {
    const { outcome, path } = this.#ending
    const last = path.at(-1)
    if (this.#ending.runningOn.length > 0) return this.#headlineOfRunningOn()
    return outcome.code === undefined || last === undefined ? this.#stuckHeadline() : this.#faultHeadline(last)
  }

  holdsOf(process: ProcessId): readonly Hold[] {
    return this.#holds.filter((hold) => hold.process === process)
  }

  /** The ways in which it waits; of the idle only those that lead back to the story, if there are such. */
  waitsOf(process: ProcessId): readonly Wait[] {
    const { graph, circle } = this.#ending
    const idle = graph.idle.filter((wait) => wait.process === process)
    const back = idle.filter((wait) => wait.for.some((p) => circle.includes(p)))
    return [...graph.waits.filter((wait) => wait.process === process), ...(back.length > 0 ? back : idle)]
  }

  /** What is waited for and in which call: `mutex lock in mutex_lock()`. */
  waitPhrase({ suspendedBy, origin, step, objects, variables }: Wait): string {
    if (suspendedBy !== undefined) return `the handler '${this.#name(suspendedBy)}' that runs on top of it`
    const { op, on, primitive, call } = this.#ending.machine.system.origins[origin]!
    if (on === '' && op === 'irq' && objects.length + variables.length > 0) return raisedPhrase(objects, variables)
    // There is but one of an implicit primitive, so that a call says all: `rcu in synchronize_rcu()`.
    if (on === '' && call !== undefined && objects.length + variables.length === 0) return `${primitive} in ${call}`
    if (on === '') return stepPhrase(step, objects.length > 0 ? objects : variables)
    return objects.includes(on) || objects.length === 0
      ? `${thing(primitive, on)} in ${call ?? op}`
      : `${listed(objects)} in ${call ?? op} on ${on}`
  }

  /** An edge of the wait cycle as a sentence. */
  edgePhrase(wait: Wait): string {
    const whom = this.#enders(wait)
    const runners = wait.heldBy.map((p) => `'${this.#name(p)}', which runs on without giving it up`)
    const roles = [...whom.map((p) => this.#role(wait, p)), ...runners]
    return `'${this.#name(wait.process)}' ${this.#verb(wait)} ${this.waitPhrase(wait)} -> ${roles.length === 0 ? 'nobody' : listed(roles, 'or')}`
  }

  /**
   * Where a process stands besides its own code: in which hooked bodies, inside which calls. Empty outside of them.
   * Outermost last: `reclaim: shrinker evict, inside kmalloc(GFP_KERNEL)`.
   */
  inside(process: ProcessId, origin: OriginId | undefined): string {
    const { machine, path } = this.#ending
    const { transitions, origins } = machine.system
    const frames = origins[origin ?? -1]?.frames ?? []
    const callers = path
      .filter((id) => transitions[id]!.process === process)
      .map((id) => origins[transitions[id]!.origin]!)
    return frames
      .map(({ hook, object, body }, depth) => {
        const caller = callers.findLast(({ frames: of, call }) => of.length <= depth && call !== undefined)
        const what = `${hookWords[hook] ?? hook} ${body}${hook === 'callback' ? ` of ${object}` : ''}`
        return caller === undefined ? what : `${what}, inside ${caller.call}`
      })
      .toReversed()
      .join('; ')
  }

  #stuckHeadline(): string {
    const { graph, outcome, circle } = this.#ending
    const { kind, objects, processes, escapes } = outcome
    if (graph.core.length === 0) {
      if (kind !== 'unsignalled-fence' && processes.length > 0) return `${listed(processes)} can never move again.`
      const [are, them] = objects.length === 1 ? ['is', 'it'] : ['are', 'them']
      const who = escapes === 'off' ? 'only after a timeout or a signal does anybody' : 'nobody is left who could'
      return `${listed(objects)} ${are} published, and ${who} signal ${them}.`
    }
    const sentences = circle.slice(0, mostSentences).map((p) => this.#sentence(p))
    const more = circle.length > mostSentences ? `; and ${circle.length - mostSentences} more` : ''
    const masked = escapes === 'off' ? '; only a timeout or a signal ends this' : ''
    return `${sentences.join('; ')}${more}${masked}.`
  }

  /** `'p' (holding a) runs on for ever and can never come to rest again; it tries again and again for b.` */
  #headlineOfRunningOn(): string {
    const { runningOn, outcome } = this.#ending
    const who = runningOn.map((p) => {
      const held = this.holdsOf(p).filter((hold) => hold.queued !== true)
      return `'${this.#name(p)}'${held.length === 0 ? '' : ` (holding ${listed(held.map(withMode))})`}`
    })
    const isOne = runningOn.length === 1
    const tried = outcome.objects.map((object) => `${object}${this.#heldBy(object)}`)
    if (outcome.kind === 'no-forward-progress') {
      const what = (objects: readonly string[]): string => (objects.length === 0 ? '' : ` for ${listed(objects)}`)
      if (this.#isInevitable)
        return `${listed(who)} tries again and again${what(tried)}, in vain for ever: no schedule lets it through any more.`
      const luck = 'although everybody else who can move gets on: nothing forces a schedule that lets it through'
      return `${listed(who)} can try again and again${what(outcome.objects)}, in vain for ever, ${luck}.`
    }
    const inVain = tried.length === 0 ? '' : `; ${isOne ? 'it tries' : 'they try'} again and again for ${listed(tried)}`
    return `${listed(who)} ${isOne ? 'runs' : 'run'} on for ever and can never come to rest again${inVain}.`
  }

  /** `, which 'q' holds`; nothing if nobody does. */
  #heldBy(object: string): string {
    const holders = new Set(
      this.#holds.filter((hold) => hold.object === object && hold.queued !== true).map(({ process }) => process),
    )
    const names = this.#names(
      [...holders].map((p) => ({ p })),
      'and',
    )
    return holders.size === 0 ? '' : `, which ${names} ${holders.size === 1 ? 'holds' : 'hold'}`
  }

  /** `'p', holding a, waits for mutex b in mutex_lock(), which 'q' holds`. */
  #sentence(process: ProcessId): string {
    const { graph } = this.#ending
    const wanted = graph.shape === 'none' ? undefined : new Set(graph.objects)
    const held = this.holdsOf(process).filter((hold) => hold.queued !== true && (wanted?.has(hold.object) ?? true))
    const waits = this.waitsOf(process)
    const holding = held.length === 0 ? '' : `, holding ${listed(held.map(withMode))},`
    const place = this.inside(process, waits[0]?.origin)
    const within = place === '' ? '' : ` (in ${place})`
    const phrases = waits
      .slice(0, mostSentences)
      .map((wait) =>
        wait.suspendedBy === undefined
          ? `${this.#verb(wait)} ${this.waitPhrase(wait)}${within}${this.#hope(wait)}`
          : `is interrupted by '${this.#name(wait.suspendedBy)}' on its CPU`,
      )
    const more = waits.length > mostSentences ? `, or in ${waits.length - mostSentences} more ways` : ''
    const nothing = 'waits for a step on which nobody may rely (t.may), or for nothing at all'
    return `'${this.#name(process)}'${holding} ${phrases.join(', or ') || nothing}${more}`
  }

  #verb({ process }: Wait): string {
    return this.#ending.stuck.includes(process) ? 'waits for' : 'is idle until'
  }

  /** Who could end a wait, as a relative clause. */
  #hope(wait: Wait): string {
    const holders = [...this.#enders(wait), ...wait.heldBy].map((p) => ({ p, hold: this.#holdIn(wait, p) }))
    const holding = holders.filter(({ hold }) => hold !== undefined && hold.queued !== true)
    const queued = holders.filter(({ hold }) => hold?.queued === true)
    const by = this.#ending.machine.system.origins[wait.origin]?.waits
    const how = by === undefined ? '' : ` (${by})`
    // What a process reads it may mostly read again: it is the writer in the queue that is in its way.
    const behind =
      queued.length > 0 ? [`for which ${this.#names(queued, 'and')} ${queued.length > 1 ? 'are' : 'is'} queued`] : []
    if (wait.holdsIt) return `, ${listed(['which it holds itself', ...behind])}`
    if (holding.length + queued.length > 0) {
      const modes = [...new Set(holding.map(({ hold }) => hold!.mode))].filter((mode) => !plainModes.has(mode))
      const verb = `${holding.length > 1 ? 'hold' : 'holds'}${modes.length === 0 ? '' : ` (${modes.join(', ')})`}`
      const parts = [...(holding.length > 0 ? [`which ${this.#names(holding, 'and')} ${verb}`] : []), ...behind]
      return `, ${listed(parts)}`
    }
    const isIdle = !this.#ending.stuck.includes(wait.process)
    if (holders.length === 0) return `, and nobody is left who could ${isIdle ? 'bring that about' : `end that${how}`}`
    if (isIdle) return `, which only ${this.#names(holders, 'or')} could bring about`
    if (holders.length === 1 && holders[0]!.p === wait.process) return `, which only itself could end${how}`
    return `, which only ${this.#names(holders, 'or')} could end${how}`
  }

  #names(some: readonly { readonly p: ProcessId }[], joint: string): string {
    return listed(
      some.map(({ p }) => `'${this.#name(p)}'`),
      joint,
    )
  }

  #faultHeadline(last: TransitionId): string {
    const { machine, outcome, path } = this.#ending
    const { kind, code, detail } = outcome
    const { transitions, origins, processes } = machine.system
    const { process, origin } = transitions[last]!
    const { op, on, call } = origins[origin]!
    const place = this.inside(process, origin)
    const who = `'${this.#name(process)}'`
    const what = `${on === '' ? (call ?? op) : `${call ?? op} on ${on}`}${place === '' ? '' : ` (in ${place})`}`
    if (processes[process]!.context === 'observer' && kind !== 'assertion' && kind !== 'range') {
      const before = path.findLast((id) => processes[transitions[id]!.process]!.context !== 'observer')
      return `What is always true of '${on}' is not${before === undefined ? '' : ` after ${this.#deed(before)}`}: ${code}.`
    }
    if (code === 'invariant') return `The invariant '${detail}' does not hold.`
    if (kind === 'assertion') return `${who} asserts what is false: ${detail}.`
    if (code === 'out-of-range') return `${who} moves '${detail}' out of its range.`
    if (kind === 'range') return `${who} computes something that has no value (${code}: ${detail ?? what}).`
    if (code === 'rest-while-holding') return `${who} comes to rest while it holds ${detail}.`
    const hazard = hazards[kind]
    if (hazard !== undefined) return `${who} ${hazard} in ${what} (${code}).`
    const held = this.#holds.filter((hold) => hold.process === process && hold.queued !== true).map(withMode)
    return `${who} misuses ${what}: ${code}${held.length === 0 ? '' : `, holding ${listed(held)}`}.`
  }

  /** What a step was, and whose: `dma_fence_signal() on f by 'p'`. */
  #deed(id: TransitionId): string {
    const { transitions, origins } = this.#ending.machine.system
    const { process, origin, label } = transitions[id]!
    const { op, on, call } = origins[origin]!
    return `${on === '' ? `'${label}'` : `${call ?? op} on ${on}`} by '${this.#name(process)}'`
  }

  /** Those of the cycle who could end a wait; outside of it only somebody who alone could. */
  #enders(wait: Wait): readonly ProcessId[] {
    const { circle } = this.#ending
    return wait.for.filter((p) => circle.includes(p) || wait.for.length === 1)
  }

  #role(wait: Wait, process: ProcessId): string {
    const held = this.#holdIn(wait, process)
    const name = `'${this.#name(process)}'`
    if (wait.suspendedBy === process) return name
    if (held === undefined) return `${name}, which alone could do that`
    if (held.queued === true) return `${name}, ${held.mode}`
    return `${name}, which holds it${plainModes.has(held.mode) ? '' : ` (${held.mode})`}`
  }

  #holdIn(wait: Wait, process: ProcessId): Hold | undefined {
    return this.holdsOf(process).find((hold) => wait.objects.includes(hold.object))
  }

  #name(process: ProcessId): string {
    return this.#ending.machine.system.processes[process]!.name
  }
}

/** `a`, `a (read)`; a state of the task that is named by its mode alone: `preemption off`. */
const withMode = ({ object, mode }: Hold): string =>
  mode.includes(' ') ? mode : `${object}${plainModes.has(mode) ? '' : ` (${mode})`}`

/** There is but one `mmap_lock`: named once. */
const thing = (primitive: string, name: string): string => (primitive === name ? name : `${primitive} ${name}`)

/** A guard says itself what is waited for; of another step it is what the step looks at. */
const stepPhrase = (step: string, looksAt: readonly string[]): string => {
  if (step.startsWith('[')) {
    const end = closing(step, '[', ']') ?? step.length
    const condition = step.slice(1, end)
    return `'${closing(condition, '(', ')') === condition.length - 1 ? condition.slice(1, -1) : condition}'`
  }
  return looksAt.length === 0 ? `its step '${step}'` : `${listed(looksAt)} at its step '${step}'`
}

/** A handler is not there yet: what raises it is waited for, on whichever CPU it would have come. */
const raisedPhrase = (objects: readonly string[], variables: readonly string[]): string =>
  objects.length === 0 ? listed(variables) : `${listed(objects)} ${objects.length === 1 ? 'lets' : 'let'} it run`

/** Where the bracket at the beginning of a text is closed; undefined if there is none, or it is not. */
function closing(text: string, open: string, close: string): number | undefined {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === open) depth++
    else if (text[i] === close) depth--
    if (depth === 0) return i === 0 ? undefined : i
  }
  return undefined
}
