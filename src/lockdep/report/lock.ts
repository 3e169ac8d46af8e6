// SPDX-License-Identifier: Apache-2.0

/** A lock class as lockdep prints it. */
export interface LockClass {
  /** With version (`#3`) and subclass (`/1`), as printed: `&of->mutex`, `sb_writers#3`, `(work_completion)(&w->work)`. */
  readonly name: string
  /**
   * A character for each state and mode: hardirq write, hardirq read, softirq write, softirq read from 2.6.30 on.
   * `.` never in an interrupt nor with them on, `-` in one, `+` with them on, `?` both.
   */
  readonly usage: string
  /** The inner wait type, from 5.7 on: 2 for raw spinlocks, more for what may sleep; 0 for annotations. */
  readonly waitType?: number
}

/** One mention of a lock. */
export interface Lock extends LockClass {
  /** Identifies the object, where the kernel prints addresses. */
  readonly address?: string
  /** Where it was taken: `drm_open+0xa0/0x144 [drm]`. */
  readonly at?: string
}

const usage = /\)\{([-+.?]{4,8})\}(?:-\{(\d+):(\d+)\})?/
const addressed = /^(?:(?:0x)?([0-9a-f]{8,16})|\((?:_*ptrval_*|null)\)|<RELEASED>) +(?=\()/

/**
 * The lock that `text` begins with: `ffff88 (&x->lock){+.+.}-{3:3}, at: f+0x1/0x2`, or undefined. A name may hold
 * anything; it ends with the last bracket before the usage.
 */
export function lockAt(text: string): Lock | undefined {
  const end = usage.exec(text)
  const address = addressed.exec(text)
  const start = address?.[0].length ?? 0
  if (end === null || text[start] !== '(' || end.index <= start) return undefined
  const at = /^,? *at: *(\S.*)$/.exec(text.slice(end.index + end[0].length))?.[1]
  return {
    name: text.slice(start + 1, end.index),
    usage: end[1]!,
    ...(end[3] !== undefined && { waitType: Number(end[3]) }),
    ...(address?.[1] !== undefined && { address: address[1] }),
    ...(at !== undefined && { at: withoutAddress(at) }),
  }
}

const withoutAddress = (at: string): string => at.replace(/^\[<[0-9a-f]+>\] */, '')

/** The function of a place: `drm_open` of `drm_open.part.0+0xa0/0x144 [drm]`. */
export const functionOf = (at: string): string => plainName(/^[\w.$]+/.exec(at)?.[0] ?? at)

/** `mutex_lock` of what compilers make of it: `mutex_lock.constprop.0`, `mutex_lock.cold`. */
export const plainName = (name: string): string => name.replace(/\.(?:part|constprop|isra|cold|llvm).*$/, '')
