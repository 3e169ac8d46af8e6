// SPDX-License-Identifier: Apache-2.0
import { waitTypes, type WaitType } from '#semantics/lock-map'
import type { Context } from '#system/system'
import type { HeldLock, HeldStack } from './held-lock.ts'

/** Handlers run in threads on PREEMPT_RT, so they may take what sleeps there (task_wait_context()). */
const ofContext: Partial<Record<Context, WaitType>> = { hardirq: 'config', softirq: 'config' }

const strictness = (type: WaitType): number => waitTypes.indexOf(type)

/** check_wait_context(): whether the lock may be waited for where it is taken (CONFIG_PROVE_RAW_LOCK_NESTING). */
export function isValidContext(next: HeldLock, stack: HeldStack, context: Context): boolean {
  const { wait, waitOuter = wait } = next.class
  if (waitOuter === undefined || next.try) return true
  const around = [ofContext[context], ...stack.map((held) => held.class.wait)].filter((type) => type !== undefined)
  return around.every((type) => strictness(waitOuter) <= strictness(type))
}
