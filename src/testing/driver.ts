// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import { model, type KernelPath } from '#model/model'
import type { ObjectHandle } from '#model/handle'

/** What a thread of a driver does. Locks are mutexes, by number; a section nests. */
export type Action =
  | { readonly lock: number; readonly inside: readonly Action[] }
  | { readonly wait: number }
  | { readonly signal: number }

export type Thread = readonly Action[]

/**
 * A small driver: threads over locks and published fences. Fence `f` belongs to thread `f % threads`, which alone signals it.
 */
export interface Driver {
  readonly threads: readonly Thread[]
  readonly locks: number
  readonly fences: number
}

/** The thread that a fence belongs to. */
export const ownerOf = ({ threads }: Pick<Driver, 'threads'>, fence: number): number => fence % threads.length

/** The driver as a model. */
export function modelOf(driver: Driver): Model {
  const source = model('testing/driver', { summary: describe(driver) }, (m) => {
    const locks = Array.from({ length: driver.locks }, (_, i) => m.mutex(`lock${i}`))
    const fences = Array.from({ length: driver.fences }, (_, i) => m.fence(`fence${i}`, { published: true }))
    for (const [i, thread] of driver.threads.entries())
      m.thread(`thread${i}`, (t) => {
        for (const action of thread) perform(t, action, locks, fences)
        if (thread.length === 0) t.local('nothing')
      })
  })
  return source.instantiate()
}

function perform(
  t: KernelPath,
  action: Action,
  locks: readonly ObjectHandle<'mutex'>[],
  fences: readonly ObjectHandle<'fence'>[],
): void {
  if ('wait' in action) t.wait(fences[action.wait]!)
  else if ('signal' in action) t.signal(fences[action.signal]!)
  else {
    t.lock(locks[action.lock]!)
    for (const inner of action.inside) perform(t, inner, locks, fences)
    t.unlock(locks[action.lock]!)
  }
}

/** The driver as text, a line a thread: `thread0: lock1 { wait fence0 }; signal fence2`. */
export const describe = ({ threads }: Driver): string =>
  threads.map((thread, i) => `thread${i}: ${thread.length === 0 ? '-' : actions(thread)}`).join('\n')

const actions = (list: readonly Action[]): string =>
  list
    .map((action) => {
      if ('wait' in action) return `wait fence${action.wait}`
      if ('signal' in action) return `signal fence${action.signal}`
      return `lock${action.lock} { ${actions(action.inside)} }`.replace('{  }', '{}')
    })
    .join('; ')
