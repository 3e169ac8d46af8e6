// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { field, type FencecheckError, type KernelBuilder, type KernelPath } from 'fencecheck'
import {
  allocatingTask,
  bufferShrinker,
  drmGpuScheduler,
  hardwareRing,
  recoverGpu,
  returnError,
  timeoutWork,
  type GpuSchedulerOptions,
} from 'fencecheck/kernel'
import { told, states } from './told.ts'

describe('one job of one entity', () => {
  const oneJob =
    (run: { readonly before?: (t: KernelPath) => void; readonly gfpAtomic?: boolean } = {}) =>
    (m: KernelBuilder): void => {
      const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
      const ring = hardwareRing(m, 'ring', { jobs: { batch: {} } })
      const sched = drmGpuScheduler(m, 'gfx')
      const dependency = m.fence('dependency', { published: true })
      const job = sched.entity('ctx').job('job', {
        parent: ring.fence.batch,
        dependencies: [dependency],
        runJob: (t, self) => {
          run.before?.(t)
          const submit = (): void => ring.submit(t, 'batch')
          if (run.gfpAtomic === true) t.allocAtomic({ ok: submit, enomem: () => returnError(t, self) })
          else submit()
        },
      })
      bufferShrinker(m, 'shrinker', [bo], { lock: 'none' })
      m.thread('ioctl', (t) => {
        t.wwLockPlain(bo)
        t.reserveFences(bo)
        t.addFence(bo, { fence: job.finished, usage: 2 })
        sched.push(t, job)
        t.wwUnlock(bo)
      })
      m.hardware('producer', (t) => t.signal(dependency))
      allocatingTask(m)
    }

  test('finishes, whenever its dependency does', async () => {
    expect(await told(oneJob())).toBe('holds')
  })

  test('run_job that allocates with GFP_KERNEL waits in reclaim for its own job', async () => {
    expect(await told(oneJob({ before: (t) => t.allocKernel() }))).toBe('deadlock self: gfx_submit_wq/0: job_finished')
    expect(await told(oneJob({ before: (t) => t.allocNofs() }))).toBe('deadlock self: gfx_submit_wq/0: job_finished')
  })

  test('an atomic allocation may fail, and then fails the job', async () => {
    expect(await told(oneJob({ gfpAtomic: true }))).toBe('holds')
  })

  test('run_job that forgets the hardware leaves a published fence behind', async () => {
    const forgetting = (m: KernelBuilder): void => {
      const sched = drmGpuScheduler(m, 'gfx')
      const job = sched.entity('ctx').job('job', { parent: m.fence('hw_fence'), runJob: () => {} })
      m.thread('ioctl', (t) => {
        t.publish(job.finished)
        sched.push(t, job)
      })
      m.thread('waiter', (t) => t.wait(job.finished))
    }
    expect(await told(forgetting)).toBe('unsignalled-fence none: waiter: job_finished')
  })

  test('small', () => expect(states(oneJob())).toBeLessThan(7000))
})

describe('jobs that depend on each other', () => {
  const two =
    (how: 'same-entity' | 'same-scheduler' | 'circle') =>
    (m: KernelBuilder): void => {
      const ring = hardwareRing(m, 'ring', { jobs: { a: {}, b: {} } })
      const sched = drmGpuScheduler(m, 'gfx')
      const first = sched.entity('first')
      const other = how === 'same-entity' ? first : sched.entity('second')
      const out = m.fence('out_fence', { published: how === 'circle' })
      const a = first.job('a', {
        parent: ring.fence.a,
        dependencies: how === 'circle' ? [out] : [],
        runJob: (t) => ring.submit(t, 'a'),
      })
      const b = other.job('b', {
        parent: ring.fence.b,
        dependencies: [a.finished],
        runJob: (t) => {
          t.assert(field(a.finished, how === 'circle' ? 'signalled' : 'published'), 'a has been pushed')
          ring.submit(t, 'b')
        },
      })
      m.thread('submit', (t) => {
        t.publish(a.finished)
        sched.push(t, a)
        t.publish(b.finished)
        sched.push(t, b)
        t.wait(b.finished)
        t.signal(out)
      })
    }

  test('of the same entity run in order, with no wait', async () => {
    expect(await told(two('same-entity'))).toBe('holds')
  })
  test('of the same scheduler wait until the other is scheduled', async () => {
    expect(await told(two('same-scheduler'))).toBe('holds')
  })
  test('in a circle never run', async () => {
    expect(await told(two('circle'))).toBe('deadlock self: submit: b_finished')
  })
  test('small', () => expect(states(two('same-scheduler'))).toBeLessThan(9000))
})

describe('free_job on the queue of run_job', () => {
  const withFreeJob =
    (options: GpuSchedulerOptions, freeQueue: boolean) =>
    (m: KernelBuilder): void => {
      const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
      const ring = hardwareRing(m, 'ring', { jobs: { a: {}, b: {} }, irqOn: [] })
      const sched = drmGpuScheduler(m, 'gfx', {
        ...options,
        ...(freeQueue && { freeWq: m.workqueue('free_wq', { memReclaim: true }) }),
      })
      const ctx = sched.entity('ctx')
      const a = ctx.job('a', {
        parent: ring.fence.a,
        runJob: (t) => ring.submit(t, 'a'),
        freeJob: (t) => {
          t.wwLockPlain(bo)
          t.wwUnlock(bo)
        },
      })
      const b = ctx.job('b', { parent: ring.fence.b, runJob: (t) => ring.submit(t, 'b') })
      m.thread('submit', (t) => {
        t.publish(a.finished)
        sched.push(t, a)
        t.wait(a.finished)
        t.wwLockPlain(bo)
        t.reserveFences(bo)
        t.addFence(bo, { fence: b.finished, usage: 2 })
        sched.push(t, b)
        t.waitFences(bo)
        t.wwUnlock(bo)
      })
    }

  test('keeps the next job from running while it waits for a lock', async () => {
    expect(await told(withFreeJob({}, false))).toBe('deadlock cycle: gfx_submit_wq/0, submit: b_finished, bo')
  })
  test('does not on another queue', async () => {
    expect(await told(withFreeJob({}, true))).toBe('holds')
  })
})

test('where credits are short the next job runs only after free_job, on whatever queue', async () => {
  const withLimit =
    (creditLimit: number) =>
    (m: KernelBuilder): void => {
      const lock = m.mutex('lock')
      const ring = hardwareRing(m, 'ring', { jobs: { a: {}, b: {} }, irqOn: [] })
      const freeWq = m.workqueue('free_wq', { memReclaim: true })
      const sched = drmGpuScheduler(m, 'gfx', { freeWq, creditLimit })
      const ctx = sched.entity('ctx')
      const freeJob = (t: KernelPath): void => {
        t.lock(lock)
        t.unlock(lock)
      }
      const a = ctx.job('a', { parent: ring.fence.a, runJob: (t) => ring.submit(t, 'a'), freeJob })
      const b = ctx.job('b', { parent: ring.fence.b, runJob: (t) => ring.submit(t, 'b') })
      m.thread('submit', (t) => {
        t.lock(lock)
        for (const job of [a, b]) {
          t.publish(job.finished)
          sched.push(t, job)
        }
        t.wait(b.finished)
        t.unlock(lock)
      })
      m.thread('waiter', (t) => t.wait(a.finished))
    }
  expect(await told(withLimit(2))).toBe('holds')
  expect(await told(withLimit(1))).toBe('deadlock cycle: free_wq/0, submit: b_finished, lock')
})

describe('a job that hangs', () => {
  const hanging =
    (how: {
      readonly resubmit?: boolean
      readonly timeout?: boolean
      readonly lock?: boolean
      readonly own?: boolean
    }) =>
    (m: KernelBuilder): void => {
      const modeset = m.mutex('modeset_lock')
      const ring = hardwareRing(m, 'ring', { jobs: { batch: {} }, mayHang: true })
      const timedoutJob = (t: KernelPath): void => {
        if (how.lock === true) t.lock(modeset)
        recoverGpu(t, { schedulers: [sched], reset: ring.reset, resubmit: how.resubmit === true })
        if (how.lock === true) t.unlock(modeset)
      }
      const submitWq = m.workqueue('submit_wq', { ordered: true, memReclaim: true })
      const sched = drmGpuScheduler(m, 'gfx', {
        submitWq,
        ...(how.timeout !== false && {
          timeout: { expires: ring.hung, timedoutJob, ...(how.own === true && { queue: submitWq }) },
        }),
      })
      const job = sched.entity('ctx').job('job', {
        parent: ring.fence.batch,
        runJob: (t) => ring.submit(t, 'batch'),
        freeJob: (t) => t.local('free the job'),
      })
      m.thread('commit', (t) => {
        t.publish(job.finished)
        sched.push(t, job)
        t.lock(modeset)
        t.wait(job.finished)
        t.unlock(modeset)
      })
    }

  test('is never done without a timeout', async () => {
    expect(await told(hanging({ timeout: false }))).toBe('unsignalled-fence none: commit: job_finished')
  })
  test('finishes with an error, or is run again as often as it takes', async () => {
    expect(await told(hanging({}))).toBe('holds')
    expect(await told(hanging({ resubmit: true }))).toBe('holds')
  })
  test('is never done if the reset takes a lock that somebody holds who waits for it', async () => {
    expect(await told(hanging({ lock: true }))).toBe('deadlock cycle: commit, gfx_tdr_wq/0: job_finished, modeset_lock')
  })
  test('small', () => expect(states(hanging({ resubmit: true }))).toBeLessThan(9000))
})

test('two timeouts that wait for each other deadlock, unless one ordered queue runs them in turn', async () => {
  const device =
    (ordered: boolean) =>
    (m: KernelBuilder): void => {
      const queue = m.workqueue('reset_wq', { ordered, memReclaim: true })
      const hung = [m.flag('first_hung', true), m.flag('second_hung', true)] as const
      const fence = m.fence('job_fence', { published: true })
      const works = hung.map((expires, i) =>
        timeoutWork(m, `tdr${i}`, { expires, queue }, (t) => {
          t.cancelWorkSync(works[1 - i]!)
          for (const flag of hung) t.set(flag, 0)
          t.signal(fence)
        }),
      )
      m.thread('waiter', (t) => t.wait(fence))
    }
  expect(await told(device(true))).toBe('holds')
  expect(await told(device(false))).toMatch(/^deadlock cycle: reset_wq\/0, reset_wq\/1: /)
})

describe('an entity that is killed', () => {
  const killed =
    (how: { readonly pressure?: boolean; readonly rescuer?: boolean; readonly signal?: boolean }) =>
    (m: KernelBuilder): void => {
      const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
      const sched = drmGpuScheduler(m, 'gfx')
      const killWq = m.workqueue('kill_wq', { memReclaim: how.rescuer === true })
      const ctx = sched.entity('ctx', { killable: true, killWq })
      const dependency = m.fence('dependency', { published: true })
      const job = ctx.job('job', { dependencies: [dependency], runJob: (t) => t.local('bind') })
      if (how.pressure === true) bufferShrinker(m, 'shrinker', [bo], { lock: 'none' })
      m.thread('process', (t) => {
        t.wwLockPlain(bo)
        t.reserveFences(bo)
        t.addFence(bo, { fence: job.finished })
        sched.push(t, job)
        t.wwUnlock(bo)
        ctx.kill(t)
      })
      if (how.signal !== false) m.hardware('producer', (t) => t.signal(dependency))
      m.thread('waiter', (t) => {
        t.idle()
        t.await(field(job.finished, 'published'))
        t.wait(job.finished)
      })
    }

  test('leaves no job behind, run or not', async () => {
    expect(await told(killed({}))).toBe('holds')
  })
  test('finishes a job that waits for several: the one before it, and what it depends on', async () => {
    const two = (m: KernelBuilder): void => {
      const sched = drmGpuScheduler(m, 'gfx')
      const ctx = sched.entity('ctx', { killable: true })
      const runJob = (t: KernelPath): void => t.local('bind')
      const [x, y] = [m.fence('x', { published: true }), m.fence('y', { published: true })]
      const a = ctx.job('a', { dependencies: [x], runJob })
      const b = ctx.job('b', { dependencies: [y], runJob })
      m.thread('process', (t) => {
        for (const job of [a, b]) {
          t.publish(job.finished)
          sched.push(t, job)
        }
        ctx.kill(t)
        t.wait(b.finished)
        t.assert(field(a.finished, 'signalled'), 'in the order of the entity')
        t.assert(field(y, 'signalled'), 'after what it depends on')
      })
      for (const fence of [x, y]) m.hardware(`signals_${fence.name}`, (t) => t.signal(fence))
    }
    expect(await told(two)).toBe('holds')
  })
  test('may have a job that depends on both fences of another one, and on one of the job before it', async () => {
    const both = (m: KernelBuilder): void => {
      const sched = drmGpuScheduler(m, 'gfx')
      const runJob = (t: KernelPath): void => t.local('bind')
      const before = sched.entity('copy').job('before', { runJob })
      const ctx = sched.entity('ctx', { killable: true })
      const first = ctx.job('first', { runJob })
      const dependencies = [first.scheduled, before.scheduled, before.finished]
      const job = ctx.job('job', { dependencies, runJob })
      m.thread('process', (t) => {
        for (const each of [before, first, job]) {
          t.publish(each.finished)
          sched.push(t, each)
        }
        ctx.kill(t)
        t.wait(job.finished)
      })
    }
    expect(await told(both)).toBe('holds')
  })
  test('waits for what its jobs depend on', async () => {
    expect(await told(killed({ signal: false }))).toBe('unsignalled-fence none: waiter: job_finished')
  })
  test('finishes its jobs on a queue that may need memory that only they would free', async () => {
    expect(await told(killed({ pressure: true }))).toBe('unsignalled-fence none: kill_wq/0: job_finished')
    expect(await told(killed({ pressure: true, rescuer: true }))).toBe('holds')
  })
})

describe('what is not declared is refused', () => {
  const thrown = (write: (m: KernelBuilder) => void): Promise<string> =>
    told(write).catch(({ code, message, fix }: FencecheckError) => `${code}: ${message}; ${fix}`)

  test('to stop a scheduler without a timeout', async () => {
    const stopping = (m: KernelBuilder): void => {
      const sched = drmGpuScheduler(m, 'gfx')
      m.thread('unload', (t) => sched.stop(t))
    }
    expect(await thrown(stopping)).toBe(
      "wrong-argument: scheduler 'gfx' has no timeout: only one that has can be stopped; declare one: drmGpuScheduler(m, 'gfx', { timeout: { expires, timedoutJob } })",
    )
  })
  test('to kill an entity that is not killable', async () => {
    const killing = (m: KernelBuilder): void => {
      const ctx = drmGpuScheduler(m, 'gfx').entity('ctx')
      m.thread('close', (t) => ctx.kill(t))
    }
    expect(await thrown(killing)).toBe(
      "wrong-argument: entity 'ctx' is not declared as killable; declare it so: sched.entity('ctx', { killable: true })",
    )
  })
  test('to push the job of another scheduler', async () => {
    const pushing = (m: KernelBuilder): void => {
      const job = drmGpuScheduler(m, 'a')
        .entity('ctx')
        .job('job', { runJob: () => {} })
      const other = drmGpuScheduler(m, 'b')
      m.thread('ioctl', (t) => other.push(t, job))
    }
    expect(await thrown(pushing)).toBe(
      "wrong-argument: job 'job' is not one of scheduler 'b'; push it to the scheduler in whose entity it was declared",
    )
  })
})
