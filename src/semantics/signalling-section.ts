// SPDX-License-Identifier: Apache-2.0
import { all, any, is, my, no, positive } from './vocabulary.ts'
import type { PExpr } from './primitive.ts'

/** The depth at which the section proper began; 0 while there is none. Inner ones, and those begun atomic, do nothing. */
const proper = my('proper', 'dma_fence_signalling')

/**
 * In atomic context a section is a no-op: might_sleep() in the wait covers that code. `in_atomic()` looks at the preempt
 * count, which switching interrupts off does not change.
 */
export const sectionIsNoOp: PExpr = any(positive(my('atomic', 'task')), positive(my('bhOff', 'task')))

/** dma_fence_begin_signalling() would begin a section here. */
export const canBegin: PExpr = all(no(my('inInterrupt', 'task')), no(sectionIsNoOp), is(proper, 0))
