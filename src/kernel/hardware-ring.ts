// SPDX-License-Identifier: Apache-2.0
import {
  add,
  and,
  eq,
  gt,
  ifElse,
  not,
  sub,
  type Expression,
  type KernelBuilder,
  type KernelPath,
  type ObjectHandle,
  type VariableHandle,
} from 'fencecheck'

export interface RingJobOptions {
  /** The hardware fence that the interrupt signals: `<job>_hw_fence` unless said. */
  readonly fence?: ObjectHandle<'fence'>
  /** What the hardware does while it executes the job: waits for a semaphore, reads or fills a buffer. */
  readonly execute?: (t: KernelPath) => void
}

export interface RingOptions<J extends string> {
  /** What the ring may be asked to execute, by name: a batch, a copy, a page table update. */
  readonly jobs: Readonly<Record<J, RingJobOptions>>
  /** Any job may hang instead of ending; nothing behind it runs until the ring is reset. */
  readonly mayHang?: boolean
  /** The processes that the interrupt may come on top of; all tasks and workers unless said, `[]` for an idle CPU only. */
  readonly irqOn?: readonly string[]
}

/** A ring buffer of the hardware. */
export interface HardwareRing<J extends string> {
  /** The hardware fence of each job. */
  readonly fence: Readonly<Record<J, ObjectHandle<'fence'>>>
  /** Writes a job into the ring behind all others; never waits. After a reset it may be submitted again. */
  readonly submit: (t: KernelPath, job: J) => void
  /** Resets the hardware: whatever was in the ring is gone, and will raise no interrupt. Fences are left alone. */
  readonly reset: (t: KernelPath) => void
  /** A job has hung, and nobody has reset the ring since. */
  readonly hung: Expression
}

/**
 * A ring of the hardware: executes what is submitted one after the other, in that order, each ended by an interrupt
 * whose handler signals its fence. As drivers see one: drivers/gpu/drm/amd/amdgpu/amdgpu_fence.c: amdgpu_fence_emit(),
 * amdgpu_fence_process(); 6.18.
 *
 * Abstraction: the ring never runs full, and a job is in it once at a time. The next job does not end before the
 * interrupt of this one is handled, so that fences signal in order. A reset takes an interrupt that is raised and not
 * handled back; what was being executed and is submitted again goes on where it was.
 */
export function hardwareRing<const J extends string>(
  m: KernelBuilder,
  name: string,
  { jobs, mayHang = false, irqOn }: RingOptions<J>,
): HardwareRing<J> {
  const names = Object.keys(jobs) as J[]
  const each = <T>(make: (job: J) => T): Readonly<Record<J, T>> =>
    Object.fromEntries(names.map((job) => [job, make(job)])) as Record<J, T>
  const fence = each((job) => jobs[job].fence ?? m.fence(`${job}_hw_fence`))
  /** 0 outside the ring, 1 at its head. */
  const place = each((job) => m.int(`${job}_place`, { max: names.length }))
  /** The job whose interrupt is raised, counted from 1. */
  const raised = m.int(`${name}_irq_raised`, { max: names.length })
  const hung = m.flag(`${name}_hung`)
  const numberOf = (job: J): number => names.indexOf(job) + 1
  const all = (value: (place: VariableHandle) => Expression): (readonly [VariableHandle, Expression])[] =>
    names.map((job) => [place[job], value(place[job])])

  m.hardware(name, (t) => {
    const execute = (job: J): void => {
      const isHead = eq(place[job], 1)
      const unlessReset = (label: string, when: Expression, set: readonly (readonly [VariableHandle, Expression])[]) =>
        t.select({
          [label]: () => t.step({ when: and(isHead, when), set, label: `${label} ${job}` }),
          reset: () => t.await(not(isHead)),
        })
      const end = (): void => {
        jobs[job].execute?.(t)
        const advance = all((other) => sub(other, ifElse(gt(other, 0), 1, 0)))
        unlessReset('end', eq(raised, 0), [...advance, [raised, numberOf(job)]])
      }
      t.step({ when: and(isHead, not(hung)), label: `execute ${job}` })
      if (mayHang) t.either({ end, hang: () => unlessReset('hang', true, [[hung, 1]]) })
      else end()
    }
    t.loop(() => {
      t.idle()
      t.select(each((job) => () => execute(job)))
    })
  })
  m.irq(
    `${name}_irq`,
    (t) => {
      const signal = (job: J) => (): void => {
        t.step({ when: eq(raised, numberOf(job)), set: [[raised, 0]], label: `acknowledge ${job}` })
        t.at('drivers/dma-buf/dma-fence.c: dma_fence_signal()').signal(fence[job])
      }
      t.select({ ...each(signal), reset: () => t.await(eq(raised, 0)) })
    },
    { when: gt(raised, 0), ...(irqOn !== undefined && { on: irqOn }) },
  )
  return {
    fence,
    submit: (t, job) => {
      const inRing = names.map((other): Expression => ifElse(gt(place[other], 0), 1, 0))
      t.step({ set: [[place[job], inRing.reduce((sum, one) => add(sum, one), 1)]], label: `submit ${job}` })
    },
    reset: (t) => t.step({ set: [...all(() => 0), [raised, 0], [hung, 0]], label: `reset ${name}` }),
    hung,
  }
}
