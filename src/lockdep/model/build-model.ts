// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { Model } from '#ir/model'
import { model, type KernelBuilder, type KernelPath } from '#model/model'
import type { ObjectHandle } from '#model/handle'
import type { Registry } from '#semantics/registry'
import type { Plan, PlannedPath, Statement } from './plan.ts'

type Declare = Readonly<Record<string, (name: string, options?: object) => ObjectHandle>>
type Operations = Readonly<Record<string, (...args: unknown[]) => void>>

/** A model with the primitives that it is made of. */
export interface Built {
  readonly model: Model
  readonly registry: Registry
}

/** The model of a plan. `file` is the report, where the reader finds the lines that steps stand for. */
export function buildModel(plan: Plan, id: string, file: string): Built {
  const { summary, abstracts } = plan
  const source = model(id, { summary, abstracts }, (m) => declare(m, plan, file))
  const built = source.instantiate()
  const line = plan.paths[0]?.line ?? 0
  // What is declared stands on no line of an author; steps are attributed below.
  const placed = {
    ...built,
    ...(built.objects !== undefined && { objects: built.objects.map((one) => ({ ...one, site: { file, line } })) }),
    processes: built.processes.map((one) => ({ ...one, site: { file, line } })),
  }
  return { model: placed, registry: source.registry }
}

function declare(m: KernelBuilder, plan: Plan, file: string): void {
  const handles = new Map<string, ObjectHandle>()
  for (const { kind, name, options } of plan.objects) handles.set(name, (m as unknown as Declare)[kind]!(name, options))
  const write = (path: PlannedPath) => (t: KernelPath) => {
    t.writtenAt({ file, line: path.line } satisfies Site, () => say(t, path.steps, handles))
  }
  for (const path of plan.paths)
    if (path.role === 'workItem')
      handles.set(path.name, m.workItem(handles.get(path.queue!) as ObjectHandle<'workqueue'>, path.name, write(path)))
  for (const path of plan.paths) if (path.role !== 'workItem') m[path.role](path.name, write(path))
}

function say(t: KernelPath, steps: readonly Statement[], handles: ReadonlyMap<string, ObjectHandle>): void {
  for (const { op, on, at, exits } of steps) {
    const branches =
      exits && Object.fromEntries(Object.entries(exits).map(([exit, rest]) => [exit, () => say(t, rest, handles)]))
    if (at !== undefined) t.at(at)
    const call = (t as unknown as Operations)[op]!
    const args: readonly unknown[] = [...(on === undefined ? [] : [handles.get(on)]), ...(branches ? [branches] : [])]
    call(...args)
  }
}
