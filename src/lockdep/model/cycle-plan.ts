// SPDX-License-Identifier: Apache-2.0
import { actorOf } from '../meaning/actor.ts'
import type { Edge, Node } from '../meaning/cycle.ts'
import { functionOf } from '../report/lock.ts'
import { holding, sleeping, sleeps } from './lock-steps.ts'
import { Names } from './names.ts'
import type { Declaration, PathRole, Plan, PlannedPath, Statement } from './plan.ts'
import { queueOf, rolePaths, type Named } from './role-paths.ts'

interface Options {
  /** Whoever takes a ticket goes on to take what is taken under it. */
  readonly continued?: boolean
}

/** The model of a cycle: one path a dependency, each class one object. */
export const cyclePlan = (edges: readonly Edge[], summary: string, { continued = false }: Options = {}): Plan =>
  new CyclePlanner(edges, continued).plan(summary)

/** What a flush waits for. */
interface Item {
  readonly name: string
  readonly queue: string
}

class CyclePlanner {
  readonly #edges: readonly Edge[]
  readonly #continued: boolean
  readonly #nodes: readonly Named[]
  readonly #processes = new Names()
  readonly #queues: Declaration[] = []
  readonly #paths: PlannedPath[] = []
  /** Of each work item, and of each queue one. */
  readonly #items = new Map<Named, Item>()

  constructor(edges: readonly Edge[], continued: boolean) {
    const names = new Names()
    this.#edges = edges
    this.#continued = continued
    this.#nodes = awake(edges).map((node) => ({ node, name: names.unique(node.lock.name) }))
    this.#nameItems(names)
  }

  plan(summary: string): Plan {
    for (const i of this.#edges.keys()) this.#path(i)
    for (const named of this.#nodes) if (needsWriter(named.node)) this.#writer(named)
    const objects = this.#nodes.flatMap((named) => rolePaths[named.node.role].object?.(named) ?? [])
    return {
      summary,
      objects: [...objects, ...this.#queues],
      paths: this.#paths,
      abstracts: [
        'Each lock class is one object: a deadlock needs the same object in the paths that meet.',
        'Each path is one dependency, with the two locks of it and nothing else that the code does.',
        ...(this.#items.size > 0 ? ['A worker for each work item is always there.'] : []),
      ],
    }
  }

  #at(i: number): Named {
    return this.#nodes.at(i % this.#nodes.length)!
  }

  /** A dependency queue -> item says which queue an item is of; an item without one gets a queue, and a queue an item. */
  #nameItems(names: Names): void {
    for (const [i, named] of this.#nodes.entries()) {
      const before = this.#at(i - 1)
      if (named.node.role === 'work') {
        const isOnQueue = before.node.role === 'workqueue'
        const queue = isOnQueue ? before.name : names.unique(`the queue of ${named.name}`)
        if (!isOnQueue) this.#queues.push(queueOf(queue))
        this.#items.set(named, { name: named.name, queue })
      } else if (named.node.role === 'workqueue' && this.#at(i + 1).node.role !== 'work')
        this.#items.set(named, { name: names.unique(`an item of ${named.name}`), queue: named.name })
    }
    for (const [i, named] of this.#nodes.entries())
      if (named.node.role === 'workqueue' && !this.#items.has(named))
        this.#items.set(named, this.#items.get(this.#at(i + 1))!)
  }

  #path(i: number): void {
    const { dependency, kind, neverWaits } = this.#edges[i]!
    const [from, to] = [this.#at(i), this.#at(i + 1)]
    // That reclaim runs notifiers is what an allocation means; that items run on their queue, what a queue is.
    if (from.node.role === 'reclaim' && to.node.role === 'notifier') return
    if (from.node.role === 'workqueue' && to.node.role === 'work') return
    const { at } = to.node.taken
    const actor = dependency.task ?? actorOf(dependency.frames)
    const known = rolePaths[from.node.role]
    const role = known.path ?? processFor(actor)
    const item = role === 'workItem' ? this.#items.get(from) : undefined
    const who = dependency.task ?? (at === undefined ? actor : `${functionOf(at)}()`)
    this.#paths.push({
      role,
      ...(item === undefined ? { name: this.#processes.unique(who) } : { name: item.name, queue: item.queue }),
      says: `${from.node.lock.name} -> ${to.node.lock.name} (${kind}), by ${actor}`,
      steps: [...this.#queued(from, to, dependency.line), ...known.around(from, this.#waits(i + 1, neverWaits))],
      line: dependency.line,
    })
  }

  #waits(i: number, neverWaits: boolean): readonly Statement[] {
    const named = this.#at(i)
    const goesOn = this.#continued && named.node.role === 'ticket' && this.#at(i + 1).node.role === 'lock'
    return rolePaths[named.node.role].waits(named, { neverWaits, under: goesOn ? this.#waits(i + 1, false) : [] })
  }

  /** A flush waits for an item that is queued: by the same path before, or by another if the item waits for itself. */
  #queued(from: Named, to: Named, line: number): readonly Statement[] {
    const item = this.#items.get(to)
    if (item === undefined) return []
    const steps: readonly Statement[] = [{ op: 'queueWork', on: item.name }]
    if (from !== to) return steps
    this.#paths.push({
      role: 'thread',
      name: this.#processes.unique('queue_work()'),
      says: `queues ${item.name}`,
      steps,
      line,
    })
    return []
  }

  /** Somebody who takes a lock exclusively that the cycle only reads: readers wait behind it. */
  #writer({ node, name }: Named): void {
    this.#paths.push({
      role: 'thread',
      name: this.#processes.unique(`a writer of ${name}`),
      says: `${name} is taken for write elsewhere; readers wait behind a writer that waits`,
      steps: holding({ name, primitive: node.primitive }, {}),
      line: this.#edges[0]!.dependency.line,
    })
  }
}

const processFor = (actor: string): PathRole =>
  /worker|kernel thread|kswapd|^kthread/.test(actor) ? 'worker' : 'thread'

const needsWriter = (node: Node): boolean =>
  node.role === 'lock' &&
  node.reads &&
  node.heldShared &&
  node.written &&
  (node.primitive === 'rwsem' || node.primitive === 'rwlock')

/** The nodes in order, with no spinlock held where something sleeps: what was taken for one there is none. */
function awake(edges: readonly Edge[]): readonly Node[] {
  const nodes = edges.map(({ from }) => from)
  // What a node becomes can make the one before it sleep: once round against the dependencies, twice in a circle.
  for (let k = 2 * nodes.length - 1; k >= 0; k--) {
    const i = k % nodes.length
    const [node, to] = [nodes[i]!, nodes[(i + 1) % nodes.length]!]
    const isAsleep = !edges[i]!.neverWaits && (to.role !== 'lock' || sleeps(to.primitive))
    if (node.role === 'lock' && !sleeps(node.primitive) && isAsleep)
      nodes[i] = { ...node, primitive: sleeping(node.primitive) }
  }
  return nodes
}
