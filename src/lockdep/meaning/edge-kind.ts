// SPDX-License-Identifier: Apache-2.0
import type { Frame } from '../report/frame.ts'
import type { Role } from './role.ts'

/** What waiting for the second lock of a dependency, or holding the first one, really is. */
export const edgeKinds = [
  'ordinary-lock',
  'reclaim',
  'notifier',
  'fence-wait',
  'fence-signalling-section',
  'work-flush',
  'page-fault',
  'acquire-ticket',
  'interrupt',
] as const
export type EdgeKind = (typeof edgeKinds)[number]

const ofRole: Readonly<Partial<Record<Role, EdgeKind>>> = {
  reclaim: 'reclaim',
  notifier: 'notifier',
  fence: 'fence-wait',
  work: 'work-flush',
  workqueue: 'work-flush',
  ticket: 'acquire-ticket',
}

const mmapLock = /mmap_(?:lock|sem)/
const faults =
  /^(?:_*might_fault|_*copy_(?:from|to)_user|_*(?:get|put)_user|strn\w*_user|clear_user|fault_in_|do_user_addr_fault|handle_mm_fault|_*do_page_fault|exc_page_fault|do_mem_abort)/

/** Whether a dependency enters a fence signalling section: that never waits. */
export const beginsSection = (frames: readonly Frame[]): boolean =>
  frames.slice(0, 8).some((frame) => frame.function === 'dma_fence_begin_signalling')

/** Whether a trace takes the lock of an address space, to fault a page in. */
export const faultsIn = (lock: string, frames: readonly Frame[]): boolean =>
  mmapLock.test(lock) && frames.some((frame) => faults.test(frame.function))

/** A lock and what it is. */
interface End {
  readonly name: string
  readonly role: Role
}

/** What is waited for decides; where that is an ordinary lock, what is held. */
export function edgeKindOf(from: End, to: End, frames: readonly Frame[]): EdgeKind {
  if (to.role === 'fence' && beginsSection(frames)) return 'fence-signalling-section'
  const waited = ofRole[to.role]
  if (waited !== undefined) return waited
  if (from.role === 'fence') return 'fence-signalling-section'
  const held = ofRole[from.role]
  if (held !== undefined) return held
  return faultsIn(from.name, frames) || faultsIn(to.name, frames) ? 'page-fault' : 'ordinary-lock'
}
