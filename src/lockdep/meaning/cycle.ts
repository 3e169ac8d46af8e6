// SPDX-License-Identifier: Apache-2.0
import { acquisitionOf, pastOf, primitiveOf, type Acquisition, type LockPrimitive } from './acquisition.ts'
import { beginsSection, edgeKindOf, faultsIn, type EdgeKind } from './edge-kind.ts'
import type { LockClass } from '../report/lock.ts'
import type { Dependency } from '../report/report.ts'
import { isDrained, isSection, roleOf, type Role } from './role.ts'

/** A lock class of a cycle, with what it stands for. */
export interface Node {
  readonly lock: LockClass
  readonly role: Role
  /** Of a lock. */
  readonly primitive: LockPrimitive
  /** It is waited for shared, and held shared, in this cycle. Who holds it is taken to hold it as it is waited for. */
  readonly reads: boolean
  readonly heldShared: boolean
  /** Somebody takes it exclusively, in this cycle or elsewhere as far as is known. */
  readonly written: boolean
  /** How it is taken in the dependency that leads to it. */
  readonly taken: Acquisition
}

/** A dependency of a cycle: node `index` is held, the next one is waited for. */
export interface Edge {
  readonly from: Node
  readonly to: Node
  readonly kind: EdgeKind
  readonly dependency: Dependency
  /** What is done at its end never waits: entering a signalling section, taking a ticket, a trylock. */
  readonly neverWaits: boolean
}

/** The dependencies of a cycle, each with what its two ends stand for. */
export function cycleOf(dependencies: readonly Dependency[], kernel: string | undefined): readonly Edge[] {
  const n = dependencies.length
  const nodes = dependencies.map((dependency, i): Node => {
    const { frames } = dependencies[(i + n - 1) % n]!
    return nodeOf(dependency.from, frames, kernel)
  })
  return dependencies.map((dependency, i) => {
    const [from, to] = [nodes[i]!, nodes[(i + 1) % n]!]
    const { frames } = dependency
    return {
      from,
      to,
      kind: edgeKindOf({ name: from.lock.name, role: from.role }, { name: to.lock.name, role: to.role }, frames),
      dependency,
      neverWaits:
        to.role === 'ticket' ||
        (to.role === 'fence' && beginsSection(frames)) ||
        (to.role === 'lock' && to.taken.tries),
    }
  })
}

/** A lock that a trace takes. */
export function nodeOf(lock: LockClass, frames: Dependency['frames'], kernel: string | undefined): Node {
  const role = roleOf(lock.name, frames)
  const taken = acquisitionOf(frames)
  const primitive = isSection(lock.name) ? 'rwsem' : primitiveOf(lock, taken, kernel)
  const past = pastOf(lock, kernel)
  const onlyRead = past !== undefined && past.read && !past.written
  const unsaid = taken.primitive === undefined && (isSection(lock.name) || onlyRead)
  return {
    lock,
    role,
    primitive,
    reads: taken.reads || unsaid || faultsIn(lock.name, frames),
    heldShared: taken.reads || unsaid,
    written: (!taken.reads && !unsaid) || past?.written === true || isDrained(lock.name),
    taken,
  }
}
