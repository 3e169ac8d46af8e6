// SPDX-License-Identifier: Apache-2.0
import { invariant, present } from '#base/assert'
import type { Model, ModelProcess } from '#ir/model'
import { conjuncts, not } from '#system/expression'
import type { Assign, Expr, LocationId, Process, ProcessId } from '#system/system'
import { canBeInterrupted, deliverable, isHandler } from '../contexts.ts'
import type { Emitter } from './emitter.ts'
import { groundAssigns, groundExpr } from './expressions.ts'
import { ground, scopeOf } from './ground.ts'
import type { Lowering } from './lowering.ts'

/**
 * Interrupt handlers run *on top of* a process, which cannot move until the handler has returned.
 * Each handler has one bit for each process it may run on, in that process's word: set when it is raised there,
 * cleared by its return. A handler as a process of its own would lose the self-deadlock of a spinlock taken in
 * process context and again in the handler.
 */
export class Handlers {
  readonly #model: Model
  readonly #emitter: Emitter
  /** on[target] -> the handlers that may run on top of it, with the bit that says so. */
  readonly #onTop = new Map<ProcessId, { readonly by: ProcessId; readonly when: Expr }[]>()
  readonly #bits = new Map<ProcessId, Map<ProcessId, number>>()

  constructor(model: Model, emitter: Emitter) {
    this.#model = model
    this.#emitter = emitter
    for (const [handler, process] of model.processes.entries()) {
      if (!isHandler(process)) continue
      const bits = new Map<ProcessId, number>()
      for (const target of this.#targets(handler, process)) {
        const name = `on[${process.name}][${model.processes[target]!.name}]`
        const bit = emitter.variables.internal({ name, min: 0, max: 1, init: 0, owner: target, object: 'cpu' })
        bits.set(target, bit)
        const list = this.#onTop.get(target) ?? []
        this.#onTop.set(target, list)
        list.push({ by: handler, when: { v: bit } })
      }
      this.#bits.set(handler, bits)
    }
  }

  suspended(process: ProcessId): Process['suspended'] {
    return this.#onTop.get(process) ?? []
  }

  /** Lowers a handler: idle, raised on top of somebody, its body, return. Answers where it waits. */
  lower(lowering: Lowering): LocationId {
    const { me } = lowering
    const process = present(this.#model.processes[me])
    const handler = process.handler ?? {}
    const { variables, locations } = this.#emitter
    const idle = lowering.addLocation('idle', 'idle', true)
    const leave = lowering.addLocation('return', 'return')
    const start = lowering.body(process.body, leave)
    const bits = present(this.#bits.get(me))
    const place = { variables, locations, me }
    const raised = handler.when === undefined ? [] : conjuncts(groundExpr(handler.when, place))
    const set = groundAssigns(handler.set ?? [], place)
    const site = process.site === undefined ? {} : { site: process.site }
    const origin = (op: string): number =>
      this.#emitter.origin({ op, on: '', primitive: '', step: `${process.name} ${op}`, frames: [], ...site })
    const raise = origin('irq')
    // An interrupt that nothing raises may come at any time, but nobody can rely on it.
    const tag = handler.when === undefined ? 'environment' : undefined
    const emit = (where: string, guard: readonly Expr[], effect: readonly Assign[]): void =>
      this.#emitter.emit({
        process: me,
        from: idle,
        to: start,
        guard: [...raised, ...guard],
        effect: [...set, ...effect],
        exit: where,
        label: `irq ${where}`,
        tag,
        origin: raise,
      })
    for (const [target, bit] of bits) {
      const on = present(this.#model.processes[target])
      const guard = [...this.#interruptible(process, target), ...this.suspended(target).map(({ when }) => not(when))]
      emit(`on ${on.name}`, guard, [{ to: bit, value: 1 }])
    }
    if (handler.idleCpu !== false) emit('on another cpu', [], [])
    this.#emitter.emit({
      process: me,
      from: leave,
      to: idle,
      guard: [],
      effect: [...bits.values()].map((bit): Assign => ({ to: bit, value: 0 })),
      exit: 'ok',
      label: 'return from interrupt',
      origin: origin('iret'),
    })
    return idle
  }

  /** The target has this kind of interrupt on; a handler only while it runs. */
  #interruptible(handler: ModelProcess, target: ProcessId): readonly Expr[] {
    invariant(handler.context === 'hardirq' || handler.context === 'softirq', 'a handler is hardirq or softirq')
    const { variables, locations } = this.#emitter
    const enabled = ground(deliverable[handler.context], scopeOf(variables, 'task', target), variables)
    const on = present(this.#model.processes[target])
    return [...conjuncts(enabled), ...(isHandler(on) ? [not(locations.test(on.name, ['idle']))] : [])]
  }

  /** The named processes, or every task and worker; a hardirq also comes on top of a softirq. */
  #targets(me: ProcessId, process: ModelProcess): readonly ProcessId[] {
    const { processes } = this.#model
    const ids = [...processes.keys()].filter((id) => id !== me)
    const named = process.handler?.on
    return named === undefined
      ? ids.filter((id) => canBeInterrupted(processes[id]!, process))
      : named.map((name) => processes.findIndex((p) => p.name === name))
  }
}
