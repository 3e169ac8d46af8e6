// SPDX-License-Identifier: Apache-2.0
import type { Node } from '../meaning/cycle.ts'
import type { Role } from '../meaning/role.ts'
import { holding } from './lock-steps.ts'
import type { Declaration, PathRole, Statement } from './plan.ts'

/** A class of the cycle with the name of its object. */
export interface Named {
  readonly node: Node
  readonly name: string
}

/** What is special about one wait. */
interface Particulars {
  /** It never waits: a section begins. */
  readonly neverWaits: boolean
  /** What goes on under the ticket. */
  readonly under: readonly Statement[]
}

/** What a role is in a model. */
interface RolePaths {
  /** The object that it needs; work items and hooks are paths, not objects. */
  readonly object?: (named: Named) => Declaration
  /** What runs the path that is inside of it; a thread or worker unless said. */
  readonly path?: PathRole
  /** Being inside of it while the steps happen. */
  readonly around: (named: Named, body: readonly Statement[]) => readonly Statement[]
  /** Waiting for it. */
  readonly waits: (named: Named, particulars: Particulars) => readonly Statement[]
}

const asIs = (_: Named, body: readonly Statement[]): readonly Statement[] => body
const place = ({ node }: Named): Pick<Statement, 'at'> => (node.taken.at === undefined ? {} : { at: node.taken.at })

export const rolePaths: Readonly<Record<Role, RolePaths>> = {
  lock: {
    object: ({ node, name }) => ({ kind: node.primitive, name }),
    around: ({ node, name }, body) => holding({ name, primitive: node.primitive }, { reads: node.heldShared }, body),
    waits: ({ node, name }) =>
      holding({ name, primitive: node.primitive }, { tries: node.taken.tries, at: node.taken.at, reads: node.reads }),
  },
  reclaim: {
    path: 'shrinker',
    around: asIs,
    waits: (named) => [{ op: 'allocKernel', ...place(named) }],
  },
  notifier: {
    path: 'mmuNotifier',
    around: asIs,
    waits: (named) => [{ op: 'invalidateRange', ...place(named) }],
  },
  fence: {
    object: ({ name }) => ({ kind: 'fence', name, options: { published: true } }),
    path: 'worker',
    around: ({ name }, body) => [
      { op: 'beginSignalling' },
      ...body,
      { op: 'signal', on: name },
      { op: 'endSignalling' },
    ],
    waits: (named, { neverWaits }) =>
      neverWaits
        ? [{ op: 'beginSignalling', ...place(named) }, { op: 'endSignalling' }]
        : [{ op: 'wait', on: named.name, ...place(named) }],
  },
  work: {
    path: 'workItem',
    around: asIs,
    waits: (named) => [{ op: 'flushWork', on: named.name, ...place(named) }],
  },
  workqueue: {
    path: 'workItem',
    object: ({ name }) => queueOf(name),
    around: asIs,
    waits: (named) => [{ op: 'flushWorkqueue', on: named.name, ...place(named) }],
  },
  ticket: {
    object: ({ name }) => ({ kind: 'wwClass', name }),
    around: ({ name }, body) => [{ op: 'wwAcquireInit', on: name }, ...body, { op: 'wwAcquireFini', on: name }],
    waits: (named, { under }) => [
      { op: 'wwAcquireInit', on: named.name, ...place(named) },
      ...under,
      { op: 'wwAcquireFini', on: named.name },
    ],
  },
  completion: {
    object: ({ name }) => ({ kind: 'completion', name }),
    around: ({ name }, body) => [...body, { op: 'complete', on: name }],
    waits: (named) => [{ op: 'waitForCompletion', on: named.name, ...place(named) }],
  },
}

/** A queue with a worker that is always there: whether one can be made is no part of a report. */
export const queueOf = (name: string): Declaration => ({ kind: 'workqueue', name, options: { memReclaim: true } })
