// SPDX-License-Identifier: Apache-2.0
import type { Registry } from '#semantics/registry'
import type { Context, LockdepEvent } from '#system/system'
import { dependencyOf, DependencyGraph } from './dependency-graph.ts'
import { Findings } from './findings.ts'
import { sameMap, type HeldLock, type HeldStack, type Place } from './held-lock.ts'
import type { ClassOf, LockClass } from './lock-class.ts'
import { Usages } from './usage.ts'
import { isValidContext } from './wait-context.ts'

/** What lockdep is told of the CPU at the moment. */
export interface Irqs {
  readonly context: Context
  readonly hardirqsOn: boolean
  readonly softirqsOn: boolean
}

/** How the kernel is built. */
export interface Build {
  /** Fence signalling is annotated, in the form of that kernel; not at all where this is left out. */
  readonly annotations?: '6.12' | '6.18'
  /** `recursive`: read_lock() may nest in task context too, as on rwlocks that are not queued. */
  readonly readLock: 'queued' | 'recursive'
}

/**
 * __lock_acquire() of one process after another (kernel/locking/lockdep.c; read at 6.18): what is held is told to it and
 * comes back from it; what it learns goes into the graph, the usage states and the findings.
 */
export class Listener {
  readonly graph = new DependencyGraph()
  readonly usages = new Usages()
  readonly findings = new Findings()
  /** Every class that was taken. */
  readonly classes = new Map<string, LockClass>()
  readonly #registry: Registry
  readonly #classOf: ClassOf
  readonly #build: Build

  constructor(registry: Registry, classOf: ClassOf, build: Build) {
    this.#registry = registry
    this.#classOf = classOf
    this.#build = build
  }

  /** Whether a lock of this kind looks at the precondition by itself. */
  checks(primitive: string, code: string): boolean {
    return this.#registry.get(primitive)?.debugLocks?.includes(code) === true
  }

  /** The lock that an event is about; undefined where lockdep has no map of it, or is not built to hear of it. */
  lockOf(event: LockdepEvent, at: Place, irqs: Irqs, byView: boolean): HeldLock | undefined {
    const known = this.#classOf(event.map, event.subclass)
    if (known === undefined || ((event.layer ?? known.layer) === 'fences' && this.#build.annotations === undefined))
      return undefined
    const tries = event.try === true || (event.trySince !== undefined && this.#build.annotations === event.trySince)
    return { class: known, map: event.map, mode: this.#modeOf(event, known, irqs), try: tries, at, byView }
  }

  /** The stack with the lock taken, after everything that is checked when that happens. */
  acquire(stack: HeldStack, lock: HeldLock, irqs: Irqs, event: Pick<LockdepEvent, 'nest' | 'sync'> = {}): HeldStack {
    this.classes.set(lock.class.name, lock.class)
    const { nest } = event
    const nested = nest !== undefined && stack.some((held) => sameMap(held.map, nest))
    if (nest !== undefined && !nested) this.findings.add([lock.class.name], { kind: 'nest-lock', next: lock })
    // A further lock of the class right inside the last one, under the lock that puts them in order, is one with it.
    if (nested && stack.at(-1)?.class.name === lock.class.name) return [...stack, lock]
    if (!isValidContext(lock, stack, irqs.context))
      this.findings.add([lock.class.name, ...stack.map((held) => held.class.name)], {
        kind: 'wait-context',
        next: lock,
        held: stack,
        ...(['hardirq', 'softirq'].includes(irqs.context) && { context: irqs.context }),
      })
    if (lock.class.unchecked) return [...stack, lock]
    if (!lock.try && this.#isNew(stack, lock, nest)) this.#dependOn(stack, lock)
    this.#use(lock, irqs, event.sync === true)
    return [...stack, lock]
  }

  /** Interrupts come on: whatever is held can from now on be held when a handler comes (mark_held_locks()). */
  enable(stack: HeldStack, irqs: Irqs, at: Place): void {
    for (const lock of stack) {
      if (lock.class.unchecked) continue
      if (irqs.hardirqsOn) this.usages.mark(lock, 'on', 'HARDIRQ', at)
      if (irqs.hardirqsOn && irqs.softirqsOn) this.usages.mark(lock, 'on', 'SOFTIRQ', at)
    }
  }

  /** check_deadlock(): whether the class is not held yet; with a lock held that orders it, it may be, and adds nothing. */
  #isNew(stack: HeldStack, lock: HeldLock, nest: LockdepEvent['nest']): boolean {
    let ordered = false
    for (const held of stack) {
      ordered ||= nest !== undefined && sameMap(held.map, nest)
      if (held.class.name !== lock.class.name) continue
      if (lock.mode === 'read-recursive' && held.mode !== 'write') continue
      if (!ordered) this.findings.add([lock.class.name], { kind: 'recursive', held, next: lock })
      return false
    }
    return true
  }

  /** check_prevs_add(): up to the first lock that was waited for, as whatever is further out is ordered before that. */
  #dependOn(stack: HeldStack, lock: HeldLock): void {
    for (const held of stack.toReversed()) {
      if (held.class.unchecked) continue
      if (held.class.name !== lock.class.name) this.graph.add(dependencyOf(held, lock))
      if (!held.try) break
    }
  }

  /** mark_usage(). */
  #use(lock: HeldLock, { context, hardirqsOn, softirqsOn }: Irqs, sync: boolean): void {
    if (!lock.try && context === 'hardirq') this.usages.mark(lock, 'in', 'HARDIRQ')
    if (!lock.try && context === 'softirq') this.usages.mark(lock, 'in', 'SOFTIRQ')
    if (sync || !hardirqsOn) return
    this.usages.mark(lock, 'on', 'HARDIRQ')
    if (softirqsOn) this.usages.mark(lock, 'on', 'SOFTIRQ')
  }

  /** read_lock_is_recursive(): a reader of an rwlock in interrupt context does not wait behind a waiting writer. */
  #modeOf({ mode }: LockdepEvent, known: LockClass, { context, softirqsOn }: Irqs): HeldLock['mode'] {
    if (mode !== 'read' || known.wait !== 'config') return mode
    const inInterrupt = context === 'hardirq' || context === 'softirq' || !softirqsOn
    return inInterrupt || this.#build.readLock === 'recursive' ? 'read-recursive' : 'read'
  }
}
