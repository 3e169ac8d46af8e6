// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { ObjectHandle } from './handle.ts'
import { refusePromise } from './ownership.ts'
import type { Path } from './path.ts'

/** A work item as it was declared. */
export interface Item {
  readonly handle: ObjectHandle
  readonly write: (path: Path) => unknown
  readonly site: Site | undefined
  /** A building block declared it: that it never runs is no finding. */
  readonly optional: boolean
}

export interface WorkerOptions {
  readonly queue: ObjectHandle
  readonly declared: Site | undefined
  readonly items: readonly Item[]
  /** Whether the worker may have to be made first; `unreliable` if nobody can rely on that happening. */
  readonly create: 'never' | 'reliable' | 'unreliable'
  /** How the operations are called that begin and end an item. */
  readonly steps?: { readonly start: string; readonly finish: string }
}

const ofWorkqueue = { start: 'startWork', finish: 'finishWork' }
/** Those of a kthread_worker. */
export const ofKthread = { start: 'startKthreadWork', finish: 'finishKthreadWork' }

/** The path of a worker of a queue: it waits for any item, runs it and waits again. */
export const workerPath =
  ({ queue, declared, items, create, steps = ofWorkqueue }: WorkerOptions) =>
  (t: Path): void => {
    const operate = (op: string, on: ObjectHandle, site: Site | undefined, optional = false): void =>
      t.writtenAt(site, () => {
        const write = (): void => (t as unknown as Record<string, (o: ObjectHandle) => void>)[op]!(on)
        if (optional) t.optional(write)
        else write()
      })
    const run =
      ({ handle, write, site, optional }: Item) =>
      (): void => {
        operate(steps.start, handle, site, optional)
        t.declaredAt(site, () => refusePromise(write(t), `'${handle.name}'`, site))
        operate(steps.finish, handle, site, optional)
      }
    const make = (): void => operate('createWorker', queue, declared)
    t.loop(() => {
      t.idle()
      if (create === 'reliable') make()
      if (create === 'unreliable') t.may('environment', make)
      if (create !== 'never') t.idle()
      t.select(Object.fromEntries(items.map((item) => [item.handle.name, run(item)])))
    })
  }
