// SPDX-License-Identifier: Apache-2.0
import { isShared, type HeldLock, type Place } from './held-lock.ts'

/**
 * How one class was taken inside another (kernel/locking/lockdep.c, "DEP_*"): the outer one shared or exclusively, the inner
 * one recursively or not. A path on which a recursive taking is followed by a shared holding proves nothing: whoever reads
 * recursively is not barred by a reader.
 */
export interface Dependency {
  readonly from: string
  readonly to: string
  readonly shared: boolean
  readonly recursive: boolean
  readonly outer: Taken
  readonly inner: Taken
  /** The two are not taken inside each other: the second is waited for before what `from` stands for can happen. */
  readonly causal?: true
  /** Said at boot, by this function of the kernel. */
  readonly primed?: string
}

/** How and where a class was taken; nowhere in the model, where the kernel said so at boot. */
export interface Taken {
  readonly mode: HeldLock['mode']
  readonly at?: Place
}

/** The order in which classes were ever taken. */
export class DependencyGraph {
  readonly #after = new Map<string, Dependency[]>()
  readonly #known = new Set<string>()

  add(dependency: Dependency): void {
    const { from, to, shared, recursive } = dependency
    const key = JSON.stringify([from, to, shared, recursive])
    if (this.#known.has(key)) return
    this.#known.add(key)
    this.#after.set(from, [...(this.#after.get(from) ?? []), dependency])
  }

  get dependencies(): readonly Dependency[] {
    return [...this.#after.values()].flat()
  }

  from(name: string): readonly Dependency[] {
    return this.#after.get(name) ?? []
  }

  /**
   * A shortest strong path from a class to one that is accepted, undefined if there is none. Breadth first over (class,
   * whether it was reached by recursive taking alone), so no class is missed for having been reached weakly first.
   * @param weak whether the way to `from` ends with recursive taking
   * @param accepts by name and whether it was reached by recursive taking alone; `from` itself is asked first
   */
  strongPath(
    from: string,
    weak: boolean,
    accepts: (name: string, weak: boolean) => boolean,
  ): readonly Dependency[] | undefined {
    interface Reached {
      readonly name: string
      readonly weak: boolean
      readonly by?: { readonly dependency: Dependency; readonly before: Reached }
    }
    const seen = new Set([`${Number(weak)}${from}`])
    const queue: Reached[] = [{ name: from, weak }]
    for (const reached of queue) {
      if (accepts(reached.name, reached.weak)) return pathTo(reached)
      for (const dependency of this.from(reached.name)) {
        if (reached.weak && dependency.shared) continue
        const next = { name: dependency.to, weak: dependency.recursive, by: { dependency, before: reached } }
        const key = `${Number(next.weak)}${next.name}`
        if (seen.has(key)) continue
        seen.add(key)
        queue.push(next)
      }
    }
    return undefined

    function pathTo({ by }: Reached): readonly Dependency[] {
      return by === undefined ? [] : [...pathTo(by.before), by.dependency]
    }
  }

  /** Shortest circles that can close, one for each set of classes, in a fixed order. */
  circles(): readonly (readonly Dependency[])[] {
    const found = new Map<string, readonly Dependency[]>()
    for (const first of this.dependencies) {
      const back = this.strongPath(
        first.to,
        first.recursive,
        (name, weak) => name === first.from && !(first.shared && weak),
      )
      if (back === undefined) continue
      const circle = [first, ...back]
      const key = JSON.stringify(circle.map(({ from }) => from).sort())
      if (!found.has(key)) found.set(key, fromTheFirst(circle))
    }
    return [...found.values()].sort((a, b) => a.length - b.length)
  }
}

/** The same circle, told from the class whose name sorts first. */
function fromTheFirst(circle: readonly Dependency[]): readonly Dependency[] {
  const names = circle.map(({ from }) => from)
  const start = names.indexOf(names.toSorted()[0]!)
  return [...circle.slice(start), ...circle.slice(0, start)]
}

/** The dependency that taking `inner` under `outer` is. */
export const dependencyOf = (outer: HeldLock, inner: HeldLock): Dependency => ({
  from: outer.class.name,
  to: inner.class.name,
  shared: isShared(outer.mode),
  recursive: inner.mode === 'read-recursive',
  outer: { mode: outer.mode, at: outer.at },
  inner: { mode: inner.mode, at: inner.at },
})
