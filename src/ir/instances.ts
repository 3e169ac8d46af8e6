// SPDX-License-Identifier: Apache-2.0
import type { Model, ModelProcess } from './model.ts'

const isHandler = ({ context }: ModelProcess): boolean => context === 'hardirq' || context === 'softirq'

/**
 * The model with every process there `n` times, at least 1, over the same objects and variables: "more instances of these
 * paths". A handler stays alone and may come on top of the copies too. Copy 1 keeps its name; the expectation and the
 * declared groups, which speak of the model as it was, are left out.
 */
export function withInstances(model: Model, n: number): Model {
  const { groups: _groups, expect: _expect, ...rest } = model
  const taken = new Set(model.processes.map(({ name }) => name))
  const copiesOf = new Map(
    model.processes.map((process) => [
      process.name,
      isHandler(process)
        ? [process.name]
        : Array.from({ length: n }, (_, i) => (i === 0 ? process.name : free(`${process.name}#${i + 1}`, taken))),
    ]),
  )
  const named = (name: string): readonly string[] => copiesOf.get(name) ?? [name]
  const copied = model.processes.map(({ handler, ...process }) =>
    named(process.name).map((name): ModelProcess => {
      const on = handler?.on?.flatMap(named)
      return { ...process, name, ...(handler !== undefined && { handler: { ...handler, ...(on && { on }) } }) }
    }),
  )
  return { ...rest, processes: Array.from({ length: n }, (_, i) => copied.flatMap((list) => list[i] ?? [])).flat() }
}

/** The name, or one like it that nothing has yet. */
function free(name: string, taken: Set<string>): string {
  const unique = taken.has(name) ? free(`${name}'`, taken) : name
  taken.add(unique)
  return unique
}
