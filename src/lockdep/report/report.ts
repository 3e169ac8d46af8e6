// SPDX-License-Identifier: Apache-2.0
import type { Frame } from './frame.ts'
import type { Lock, LockClass } from './lock.ts'

export const reportKinds = [
  'circular',
  'recursive',
  'inconsistent',
  'irq-inversion',
  'safe-unsafe',
  'wait-context',
  'held-lock-freed',
  'hung-task',
] as const
export type ReportKind = (typeof reportKinds)[number]

/** Lock `to` was taken while `from` was held. */
export interface Dependency {
  readonly from: LockClass
  readonly to: LockClass
  /** Of taking `to`, innermost first; empty where none was saved. Of an old dependency: when it was first seen. */
  readonly frames: readonly Frame[]
  /** The line that it was read from. */
  readonly line: number
  /** The report says that `to` comes after `from`, and the text does not say by which dependencies. */
  readonly isGap?: true
  /** Who does it, where that is known: `kworker/2:3/682`. */
  readonly task?: string
}

/** What a task holds, outermost first. */
export interface HeldLocks {
  readonly task: string
  readonly locks: readonly Lock[]
}

interface Base {
  /** `6.4.0-rc7+`; undefined where it is not printed (2.6.18). */
  readonly kernel: string | undefined
  /** The line of the title. */
  readonly line: number
  readonly held: readonly HeldLocks[]
  /** As printed: `kworker/2:3/682`. */
  readonly tasks: readonly string[]
}

/** Dependencies that lead from the first lock back to it; the last one is what the task is about to do. */
export interface CircularReport extends Base {
  readonly kind: 'circular'
  readonly cycle: readonly Dependency[]
}

/** A task takes a lock of a class of which it holds one. */
export interface RecursiveReport extends Base {
  readonly kind: 'recursive'
  readonly acquiring: Lock
  readonly holding: Lock
  readonly frames: readonly Frame[]
}

/** What may come on top of a task and take a lock there; reclaim until 4.13. */
export type Interrupter = 'hardirq' | 'softirq' | 'nmi' | 'reclaim'

/** One lock, taken in an interrupt and with interrupts on. */
export interface InconsistentReport extends Base {
  readonly kind: 'inconsistent'
  readonly lock: Lock
  readonly by: Interrupter
  /** Where an interrupt takes it, and where it is taken with them on. */
  readonly inside: Use
  readonly outside: Use
}

export interface Use {
  readonly reads: boolean
  readonly frames: readonly Frame[]
}

/** A lock that interrupts take leads to one that is taken with interrupts on: an irq inversion, or safe -> unsafe. */
export interface InterruptReport extends Base {
  readonly kind: 'irq-inversion' | 'safe-unsafe'
  readonly by: Interrupter
  /** From the safe lock to the unsafe one; at least one dependency. */
  readonly chain: readonly Dependency[]
  readonly inside: Use
  readonly outside: Use
}

/** A lock that may sleep is taken where nothing may. */
export interface WaitContextReport extends Base {
  readonly kind: 'wait-context'
  readonly acquiring: Lock
  /** The inner wait type that the context still allows. */
  readonly allows: number | undefined
  readonly frames: readonly Frame[]
}

export interface HeldLockFreedReport extends Base {
  readonly kind: 'held-lock-freed'
  readonly lock: Lock
  readonly frames: readonly Frame[]
}

/** Tasks that have been blocked for long. */
export interface HungTaskReport extends Base {
  readonly kind: 'hung-task'
  readonly blocked: readonly Blocked[]
}

/** A task with its stack; those that own what others wait for need not be blocked themselves. */
export interface Blocked {
  readonly task: string
  readonly line: number
  readonly frames: readonly Frame[]
  /** The task that owns what it waits for, where the kernel says so. */
  readonly owner?: string
}

export type LockReport =
  | CircularReport
  | RecursiveReport
  | InconsistentReport
  | InterruptReport
  | WaitContextReport
  | HeldLockFreedReport
  | HungTaskReport

/** Text that looks like a report and was not understood: the line where that was, and why. */
export interface Refusal {
  readonly line: number
  readonly why: string
}

/** Ends the parsing of one report; the others in the file go on. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly line: number

  constructor(line: number, why: string) {
    super(why)
    this.line = line
  }
}
