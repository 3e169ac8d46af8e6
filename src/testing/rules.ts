// SPDX-License-Identifier: Apache-2.0
import { ownerOf, type Action, type Driver, type Thread } from './driver.ts'

/**
 * Rules of locking that a driver obeys or does not, with their numbers in the contract (docs/contract.md) where they have one:
 * - `lock-order`: a lock is taken only under locks with smaller numbers.
 * - `R1`: every fence is signalled, once, by the thread it belongs to.
 * - `R32`: who still has to signal a fence waits only for fences with smaller numbers: those that existed when it was made.
 * - `R10`: before its signal no thread takes a lock that is held anywhere over a wait for a fence, or over another such lock.
 * - `R10-direct`: the same without its last part; weaker than it looks.
 *
 * A driver that obeys `lock-order`, `R1`, `R32` and `R10` is free of deadlocks. Suppose a set of threads stuck. If one of
 * them waits for a fence, take the smallest such fence `f`. Its owner is stuck too, before the signal (R1), and not at a
 * fence, which would be a smaller one (R32). So it wants a lock, which by R10 is held over no wait for a fence; neither is
 * any lock that its holder wants, and so on, along ever larger numbers (`lock-order`): the last holder can move. Without
 * any wait for a fence the same chain of holders ends.
 */
export const rules = ['lock-order', 'R1', 'R32', 'R10', 'R10-direct'] as const
export type Rule = (typeof rules)[number]

/** The driver with whatever breaks one of the rules left out (or, for R1, put in). */
export function obeying(driver: Driver, wanted: ReadonlySet<Rule>): Driver {
  let { threads } = driver
  const change = (repair: (thread: Thread, index: number) => Thread): void => void (threads = threads.map(repair))
  change((thread, i) => ownSignals(thread, i, { ...driver, threads }, wanted.has('R1')))
  if (wanted.has('lock-order')) change((thread) => ordered(thread, -1))
  if (wanted.has('R32')) change((thread, i) => waitsInOrder(thread, pendingAtFirst({ ...driver, threads }, i)))
  if (wanted.has('R10') || wanted.has('R10-direct')) {
    const tainted = heldOverWaits(threads, wanted.has('R10'))
    change((thread, i) => withoutTainted(thread, pendingAtFirst({ ...driver, threads }, i), tainted))
  }
  return { ...driver, threads }
}

/** The driver with its locks numbered from 0 without a gap, in the order they had: only the order means anything. */
export function renumbered(driver: Driver): Driver {
  const used = new Set<number>()
  for (const thread of driver.threads)
    rewritten(thread, (action) => ('lock' in action && used.add(action.lock), [action]))
  const order = [...used].sort((a, b) => a - b)
  const renamed = (action: Action): Action =>
    'lock' in action ? { ...action, lock: order.indexOf(action.lock) } : action
  const threads = driver.threads.map((thread) => rewritten(thread, (action) => [renamed(action)]))
  return { ...driver, threads, locks: order.length }
}

/** A list of actions with each replaced by none, one or several; sections are gone into first. */
const rewritten = (list: readonly Action[], each: (action: Action) => readonly Action[]): readonly Action[] =>
  list.flatMap((action) => each('lock' in action ? { ...action, inside: rewritten(action.inside, each) } : action))

/** Signals of fences of others, and second ones, are left out; with `all`, missing ones come at the end. */
function ownSignals(thread: Thread, index: number, driver: Driver, all: boolean): Thread {
  const missing = new Set(pendingAtFirst(driver, index))
  const kept = rewritten(thread, (action) => ('signal' in action && !missing.delete(action.signal) ? [] : [action]))
  return all ? [...kept, ...[...missing].map((signal): Action => ({ signal }))] : kept
}

/** The fences that a thread has to signal. */
const pendingAtFirst = (driver: Driver, index: number): ReadonlySet<number> =>
  new Set(Array.from({ length: driver.fences }, (_, f) => f).filter((f) => ownerOf(driver, f) === index))

const ordered = (list: readonly Action[], highest: number): readonly Action[] =>
  list.flatMap((action) => {
    if (!('lock' in action)) return [action]
    if (action.lock <= highest) return ordered(action.inside, highest)
    return [{ ...action, inside: ordered(action.inside, action.lock) }]
  })

/** Goes through a thread in the order in which it runs, with the fences it still has to signal. */
function walked(
  list: readonly Action[],
  pending: Set<number>,
  each: (action: Action, pending: ReadonlySet<number>) => boolean,
): readonly Action[] {
  return list.flatMap((action) => {
    const keep = each(action, pending)
    if ('signal' in action) pending.delete(action.signal)
    if (!('lock' in action)) return keep ? [action] : []
    const inside = walked(action.inside, pending, each)
    return keep ? [{ ...action, inside }] : inside
  })
}

const waitsInOrder = (thread: Thread, pending: ReadonlySet<number>): Thread =>
  walked(thread, new Set(pending), (action, owed) => !('wait' in action) || [...owed].every((f) => action.wait < f))

const withoutTainted = (thread: Thread, pending: ReadonlySet<number>, tainted: ReadonlySet<number>): Thread =>
  walked(thread, new Set(pending), (action, owed) => !('lock' in action && owed.size > 0 && tainted.has(action.lock)))

/** The locks that are held over a wait for a fence; with `transitively`, or over another such lock. */
function heldOverWaits(threads: readonly Thread[], transitively: boolean): ReadonlySet<number> {
  const tainted = new Set<number>()
  const isTainted = (action: Action): boolean =>
    'wait' in action ||
    ('lock' in action && ((transitively && tainted.has(action.lock)) || action.inside.some(isTainted)))
  const note = (list: readonly Action[]): void => {
    for (const action of list)
      if ('lock' in action) {
        if (action.inside.some(isTainted)) tainted.add(action.lock)
        note(action.inside)
      }
  }
  for (let before = -1; before < tainted.size;) {
    before = tainted.size
    for (const thread of threads) note(thread)
  }
  return tainted
}
