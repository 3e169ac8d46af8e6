// SPDX-License-Identifier: Apache-2.0
import {
  add,
  and,
  eq,
  field,
  gt,
  not,
  or,
  sub,
  type Expression,
  type KernelBuilder,
  type KernelPath,
  type ObjectHandle,
} from 'fencecheck'
import { takeOne } from './choice.ts'

type Fence = ObjectHandle<'fence'>

export interface LongRunningOptions {
  /** The reservation of the VM: preemption fences are in it as BOOKKEEP. */
  readonly resv: ObjectHandle<'resv'>
  /** Where contexts are suspended; contexts may share it. An ordered queue with a rescuer unless said, as xe has. */
  readonly preemptWq?: ObjectHandle<'workqueue'>
  /** Where the resume worker runs; a queue without a rescuer unless said. */
  readonly resumeWq?: ObjectHandle<'workqueue'>
  /** How often it can be preempted, each time with a new fence; 2 unless said. It then stays off the hardware. */
  readonly preemptions?: number
  /** What suspending takes, before the fence signals; nothing that waits unless said. */
  readonly suspend?: (t: KernelPath) => void
  /** What the same work item does after it has signalled. */
  readonly afterSignal?: (t: KernelPath) => void
  /** What the resume worker does before the new fence is visible: allocate, validate, pin. */
  readonly beforeArm?: (t: KernelPath) => void
  /** What it does after that: nothing that may fail, or that waits for the new fence. */
  readonly afterArm?: (t: KernelPath) => void
}

/** A context that computes as long as it likes. */
export interface LongRunningContext {
  /** Its preemption fences, in the order in which it is given them. */
  readonly fences: readonly Fence[]
  /** It is on the hardware. */
  readonly running: Expression
  /** The first bind: the first fence is put into the reservation, which the caller holds, and the context runs. */
  readonly start: (t: KernelPath) => void
  /**
   * Waits for everything in the reservation, preemption fences too: dma_resv_wait_timeout(BOOKKEEP), which enables
   * signalling and with that asks for the context to be suspended.
   */
  readonly waitIdle: (t: KernelPath) => void
}

/**
 * A long-running context: it has no fence that signals when it is done, since it may never be, but one that signals when it
 * is off the hardware, whatever it computes. A worker puts a new one in place before it runs again.
 * drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_enable_signaling(), preempt_fence_work_func(); xe_vm.c:
 * preempt_rebind_work_func(); 6.18.
 *
 * Abstraction: the context is closed some time, which asks for a last suspension. As long as somebody waits, signalling is enabled on whatever fence is in place, waited for or not. Suspending
 * is a step of the work item unless `suspend` says more. The lock of the VM and the recheck of user pages are the model's.
 */
export function longRunningContext(
  m: KernelBuilder,
  name: string,
  {
    resv,
    preemptWq = m.workqueue(`${name}_preempt_wq`, { ordered: true, memReclaim: true }),
    resumeWq = m.workqueue(`${name}_resume_wq`),
    preemptions = 2,
    ...driver
  }: LongRunningOptions,
): LongRunningContext {
  const fences = Array.from({ length: preemptions }, (_, i) => m.fence(`${name}_preempt_fence_${i + 1}`))
  /** The fence that is in place, counted from 1. */
  const current = m.int(`${name}_fence`, { max: preemptions })
  const running = m.flag(`${name}_running`)
  const closing = m.flag(`${name}_closing`)
  const waiters = m.int(`${name}_waiters`, { max: 7 })
  const armed = (i: number) =>
    and(eq(current, i + 1), field(fences[i]!, 'published'), not(field(fences[i]!, 'signalled')))

  const preempt = m.workItem(preemptWq, `${name}_preempt`, (t) =>
    takeOne(
      t,
      fences.map((fence, i) => ({
        name: fence.name,
        when: armed(i),
        follow: () => {
          driver.suspend?.(t)
          t.step({ set: [[running, 0]], label: `${name} is off the hardware` })
          t.at('drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_work_func()').signal(fence)
          if (i + 1 < preemptions) t.when(not(closing), () => t.queueWork(resume))
          driver.afterSignal?.(t)
        },
      })),
    ),
  )
  const enableSignalling = (t: KernelPath): void =>
    t.at('drivers/gpu/drm/xe/xe_preempt_fence.c: preempt_fence_enable_signaling()').queueWork(preempt)
  /** The context runs from the step that chooses; its fence is visible after that, and somebody may wait for it already. */
  const run = (t: KernelPath): void => {
    takeOne(
      t,
      fences.map((fence, i) => ({
        name: fence.name,
        when: eq(current, i),
        set: [
          [current, i + 1],
          [running, 1],
        ],
        follow: () => t.addFence(resv, { fence, usage: 4 }),
      })),
    )
    t.when(or(gt(waiters, 0), closing), () => enableSignalling(t))
  }
  const resume: ObjectHandle<'work'> = m.workItem(resumeWq, `${name}_resume`, (t) => {
    const from = 'drivers/gpu/drm/xe/xe_vm.c: preempt_rebind_work_func()'
    t.at(from).wwLockPlain(resv)
    t.at(from).reserveFences(resv)
    driver.beforeArm?.(t)
    t.at(from).waitFences(resv, { usage: 1 })
    run(t)
    driver.afterArm?.(t)
    t.wwUnlock(resv)
  })
  const isArmed = or(...fences.map((_, i) => armed(i)))
  m.thread(`${name}_close`, (t) => {
    t.idle()
    t.await(field(fences[0]!, 'published'))
    t.set(closing, 1)
    t.when(isArmed, () => t.optional(() => enableSignalling(t)))
  })
  return {
    fences,
    running: eq(running, 1),
    start: (t) => {
      t.reserveFences(resv)
      run(t)
    },
    waitIdle: (t) => {
      t.step({ set: [[waiters, add(waiters, 1)]], label: `wait for ${name}` })
      t.when(isArmed, () => enableSignalling(t))
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_wait_timeout()').waitFences(resv, { usage: 4 })
      t.step({ set: [[waiters, sub(waiters, 1)]], label: `${name} is waited for no more` })
    },
  }
}
