// SPDX-License-Identifier: Apache-2.0
import type { ModelContext } from '#ir/model'
import type { PExpr, PSet } from './primitive.ts'
import { all, bump, is, my, no, set } from './vocabulary.ts'

// What a process may do in the context it is in, in terms of the `task` and `rcu` primitives.

/** Runs on top of somebody else when it is raised. */
export const isHandler = (process: { readonly context?: ModelContext }): boolean =>
  process.context === 'hardirq' || process.context === 'softirq'

/** Whether a process executes on a CPU where a handler of that context can come on top of it. */
export const canBeInterrupted = (
  process: { readonly context?: ModelContext },
  by: { readonly context?: ModelContext },
): boolean =>
  process.context === undefined ||
  process.context === 'task' ||
  process.context === 'worker' ||
  (process.context === 'softirq' && by.context === 'hardirq')

/**
 * `might_sleep()` passes: no spinlock held, interrupts and bottom halves on, not in a handler, not between
 * `non_block_start()` and `non_block_end()`, and not in an RCU read section (kernel/sched/core.c __might_resched()).
 */
export const maySleep: PExpr = all(
  is(my('atomic', 'task'), 0),
  is(my('irqOff', 'task'), 0),
  is(my('bhOff', 'task'), 0),
  is(my('nonBlock', 'task'), 0),
  is(my('depth', 'rcu'), 0),
)

/**
 * `__might_sleep()` finds the task running: not between `prepare_to_wait()` and `schedule()`, where an operation that
 * sleeps would use the wake-up up ("do not call blocking ops when !TASK_RUNNING").
 */
export const notAboutToSleep: PExpr = no(my('toSleep', 'task'))

/** Not in a hardirq or softirq handler. */
export const notInInterrupt: PExpr = no(my('inInterrupt', 'task'))

/** An interrupt of this context can be delivered to the CPU that runs `me`. */
export const deliverable = {
  hardirq: is(my('irqOff', 'task'), 0),
  softirq: all(is(my('irqOff', 'task'), 0), is(my('bhOff', 'task'), 0), no(my('inInterrupt', 'task'))),
} as const satisfies Record<string, PExpr>

/** Spinlock-like locks disable preemption while held. */
export const enterAtomic: PSet = bump(my('atomic', 'task'), 1)
export const leaveAtomic: PSet = bump(my('atomic', 'task'), -1)

/**
 * The four ways to take a spinning lock. `enter` happens before the spin, so a spinner may have interrupts off; `leave`
 * happens after the unlock. `needs` are preconditions of locking and unlocking.
 */
export interface Flavour {
  readonly enter: readonly PSet[]
  readonly leave: readonly PSet[]
  readonly lockNeeds: Readonly<Record<string, PExpr>>
  readonly unlockNeeds: Readonly<Record<string, PExpr>>
}

/** The lock's own share of the preempt count is still there when it is released. */
const atomicHeld: Readonly<Record<string, PExpr>> = {
  'preempt-enable-unbalanced': ['<', my('atomicBase', 'task'), my('atomic', 'task')],
}

/** `spin_lock()`: interrupts stay as they are. */
export const plain: Flavour = { enter: [], leave: [], lockNeeds: {}, unlockNeeds: atomicHeld }

/** `spin_lock_irq()`: the unlock enables interrupts whatever they were before, so it must not nest. */
export const irq: Flavour = {
  enter: [set(my('irqOff', 'task'), 1)],
  leave: [set(my('irqOff', 'task'), 0)],
  lockNeeds: { 'irq-disable-nested': is(my('irqOff', 'task'), 0) },
  unlockNeeds: atomicHeld,
}

/** `spin_lock_irqsave()`: nests; the restore gives back what the save found. */
export const irqsave: Flavour = {
  enter: [bump(my('irqOff', 'task'), 1)],
  leave: [bump(my('irqOff', 'task'), -1)],
  lockNeeds: {},
  unlockNeeds: { ...atomicHeld, 'irq-restore-unbalanced': ['<', my('irqOffBase', 'task'), my('irqOff', 'task')] },
}

/** `spin_lock_bh()`: softirqs off; must not be released with interrupts off (`__local_bh_enable_ip()` warns). */
export const bh: Flavour = {
  enter: [bump(my('bhOff', 'task'), 1)],
  leave: [bump(my('bhOff', 'task'), -1)],
  lockNeeds: {},
  unlockNeeds: {
    ...atomicHeld,
    'bh-enable-unbalanced': ['<', my('bhOffBase', 'task'), my('bhOff', 'task')],
    'bh-enable-irqs-off': is(my('irqOff', 'task'), 0),
  },
}

/** Arrows that take a spinning lock: at once if it is `free`, else spin in the flavour's context until it is. */
export const acquire = (flavour: Flavour, free: PExpr, take: readonly PSet[]): readonly SpinArrow[] =>
  flavour.enter.length === 0
    ? [{ when: free, set: [...take, enterAtomic] }]
    : [
        { when: free, set: [...take, enterAtomic, ...flavour.enter] },
        { when: no(free), to: 'spinning', set: flavour.enter },
        { from: 'spinning', when: free, set: [...take, enterAtomic] },
      ]

/** The one arrow that releases it. */
export const release = (flavour: Flavour, give: readonly PSet[]): readonly [{ readonly set: readonly PSet[] }] => [
  { set: [...give, leaveAtomic, ...flavour.leave] },
]

export interface SpinArrow {
  readonly from?: 'spinning'
  readonly to?: 'spinning'
  readonly when?: PExpr
  readonly set?: readonly PSet[]
}
