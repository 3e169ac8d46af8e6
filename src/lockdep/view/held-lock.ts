// SPDX-License-Identifier: Apache-2.0
import type { LockMode } from '#semantics/lock-map'
import type { MapRef, OriginId, ProcessId } from '#system/system'
import type { LockClass } from './lock-class.ts'

/** Where in the model something was heard. */
export interface Place {
  readonly process: ProcessId
  readonly origin: OriginId
}

/** `struct held_lock` (include/linux/lockdep_types.h), as far as it matters here. */
export interface HeldLock {
  readonly class: LockClass
  readonly map: MapRef
  readonly mode: LockMode
  readonly try: boolean
  readonly at: Place
  /** It is released when the process holds the object no longer, and not by itself. */
  readonly byView: boolean
  /** The very lock is held already, and not for reading: nobody comes to have it twice, so the path ends here. */
  readonly waitsForItself?: true
  /** It ends with this call, with the hooked body that runs at this depth, or with the section that the path should have. */
  readonly within?:
    { readonly origin: OriginId; readonly depth: number } | { readonly frame: number } | { readonly section: true }
}

/** Innermost last. */
export type HeldStack = readonly HeldLock[]

export const sameMap = (a: MapRef, b: MapRef): boolean =>
  'kernel' in a ? 'kernel' in b && a.kernel === b.kernel : 'object' in b && a.object === b.object && a.part === b.part

/** A lock that is exclusive bars everybody; a recursive reader is barred only by who has it exclusively. */
export const isShared = (mode: LockMode): boolean => mode !== 'write'
