// SPDX-License-Identifier: Apache-2.0
import { waitTypes } from '#semantics/lock-map'
import type { DependencyGraph, Dependency } from './dependency-graph.ts'
import { isShared, type HeldLock, type Place } from './held-lock.ts'
import type { LockClass } from './lock-class.ts'

/** The contexts that can come on top of somebody who holds a lock. */
export const irqContexts = ['HARDIRQ', 'SOFTIRQ'] as const
export type IrqContext = (typeof irqContexts)[number]

/** `in`: taken in a handler of the context (`IN-HARDIRQ-W`); `on`: taken, or held, where such a handler can come (`HARDIRQ-ON-W`). */
export type Side = 'in' | 'on'

/** The usage states of lock classes (kernel/locking/lockdep_internals.h), each with the first place that made it. */
export class Usages {
  readonly #states = new Map<string, Place>()

  mark(lock: HeldLock, side: Side, context: IrqContext, at: Place = lock.at): void {
    const key = keyOf(lock.class.name, side, context, isShared(lock.mode))
    if (!this.#states.has(key)) this.#states.set(key, at)
  }

  at(name: string, side: Side, context: IrqContext, shared: boolean): Place | undefined {
    return this.#states.get(keyOf(name, side, context, shared))
  }
}

const keyOf = (name: string, side: Side, context: IrqContext, shared: boolean): string =>
  JSON.stringify([name, side, context, shared])

/**
 * The usage of a class as lockdep prints it behind the name (get_usage_chars()): hardirq, hardirq read, softirq, softirq
 * read; `-` taken in such a handler, `+` with such handlers on, `?` both. Then what it may be waited for in, outside and
 * inside (`enum lockdep_wait_type`).
 */
export function usageText({ name, wait, waitOuter = wait }: LockClass, usages: Usages): string {
  const states = irqContexts.flatMap((context) =>
    [false, true].map((shared) => {
      const [used, on] = (['in', 'on'] as const).map((side) => usages.at(name, side, context, shared) !== undefined)
      return used ? (on ? '?' : '-') : on ? '+' : '.'
    }),
  )
  const [outer, inner] = [waitOuter, wait].map((type) => (type === undefined ? 0 : waitTypes.indexOf(type) + 1))
  return `{${states.join('')}}-{${outer}:${inner}}`
}

/** `IN-HARDIRQ-W`, `SOFTIRQ-ON-R`. */
export const usageName = (side: Side, context: IrqContext, shared: boolean): string =>
  `${side === 'in' ? `IN-${context}` : `${context}-ON`}-${shared ? 'R' : 'W'}`

export interface State {
  readonly name: string
  readonly side: Side
  readonly shared: boolean
  readonly at: Place
}

/** A class that a handler takes, and one that may be held when the handler comes; from the one a path leads to the other. */
export interface IrqConflict {
  readonly context: IrqContext
  readonly safe: State
  readonly unsafe: State
  /** Empty where it is one class. */
  readonly path: readonly Dependency[]
}

/**
 * Every conflict of usage states. A reader in a handler is barred only by who holds the lock exclusively, so the path from
 * a class that a handler only reads begins with an exclusive holding; and one that is only read outside is in the way only
 * of a taking that is not recursive.
 */
export function irqConflicts(graph: DependencyGraph, usages: Usages, names: readonly string[]): readonly IrqConflict[] {
  const found: IrqConflict[] = []
  for (const context of irqContexts)
    for (const name of names)
      for (const shared of [false, true]) {
        const used = usages.at(name, 'in', context, shared)
        if (used === undefined) continue
        const safe: State = { name, side: 'in', shared, at: used }
        const held = (other: string, weak: boolean): State | undefined => {
          const exclusive = usages.at(other, 'on', context, false)
          if (exclusive !== undefined) return { name: other, side: 'on', shared: false, at: exclusive }
          const reading = weak ? undefined : usages.at(other, 'on', context, true)
          return reading === undefined ? undefined : { name: other, side: 'on', shared: true, at: reading }
        }
        const itself = held(name, shared)
        if (itself !== undefined) {
          found.push({ context, safe, unsafe: itself, path: [] })
          continue
        }
        const path = graph.strongPath(name, shared, (other, weak) => other !== name && held(other, weak) !== undefined)
        if (path === undefined) continue
        const { to, recursive } = path.at(-1)!
        found.push({ context, safe, unsafe: held(to, recursive)!, path })
      }
  return found
}
