// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { KernelBuilder, KernelPath } from 'fencecheck'
import { atomicCrtc, drmGpuScheduler, hardwareRing, modesetLocks } from 'fencecheck/kernel'
import { states, told } from './told.ts'

describe('atomic commits', () => {
  /** A job may wait for the commit, and the commit for a job: which, and which of them exists first. */
  const commitAndJob =
    (how: { readonly commitWaits: 'before' | 'for-what-waits-for-it' | 'not' }) =>
    (m: KernelBuilder): void => {
      const ring = hardwareRing(m, 'ring', { jobs: { render: {}, next: {} }, irqOn: [] })
      const sched = drmGpuScheduler(m, 'gfx')
      const ctx = sched.entity('ctx')
      const render = ctx.job('render', { parent: ring.fence.render, runJob: (t) => ring.submit(t, 'render') })
      const early = m.fence('syncobj_fence', { published: how.commitWaits === 'for-what-waits-for-it' })
      const crtc = atomicCrtc(m, 'crtc', {
        irqOn: [],
        commits: {
          flip: {
            inFences: how.commitWaits === 'not' ? [] : how.commitWaits === 'before' ? [render.finished] : [early],
          },
        },
      })
      const next = sched.entity('other').job('next', {
        parent: ring.fence.next,
        dependencies: [crtc.outFence.flip],
        runJob: (t) => ring.submit(t, 'next'),
      })
      m.thread('user', (t) => {
        if (how.commitWaits === 'before') t.publish(render.finished)
        sched.push(t, render)
        crtc.commitNonblocking(t, 'flip')
        t.publish(next.finished)
        sched.push(t, next)
        t.wait(next.finished)
        if (how.commitWaits === 'for-what-waits-for-it') t.signal(early)
      })
    }

  test('wait for fences that existed before their own', async () => {
    expect(await told(commitAndJob({ commitWaits: 'before' }))).toBe('holds')
    expect(await told(commitAndJob({ commitWaits: 'not' }))).toBe('holds')
  })
  test('never end if an in-fence is signalled by who waits for the flip', async () => {
    expect(await told(commitAndJob({ commitWaits: 'for-what-waits-for-it' }))).toMatch(
      /^deadlock cycle: .*syncobj_fence/,
    )
  })

  const two =
    (how: 'in-order' | 'blocking') =>
    (m: KernelBuilder): void => {
      const crtc = atomicCrtc(m, 'crtc', { commits: { first: {}, second: {} } })
      m.thread('ioctl', (t) => {
        crtc.commitNonblocking(t, 'first')
        if (how === 'blocking') crtc.commitBlocking(t, 'second')
        else crtc.commitNonblocking(t, 'second')
        t.wait(crtc.outFence.second)
        t.wait(crtc.outFence.first)
      })
    }
  test('of one CRTC follow one another', async () => {
    expect(await told(two('in-order'))).toBe('holds')
    expect(await told(two('blocking'))).toBe('holds')
  })
  test('that allocate in their tail wait in reclaim for their own out-fence', async () => {
    const allocating = (where: 'tail' | 'prepare') => (m: KernelBuilder) => {
      const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
      const commitWq = m.workqueue('commit_wq', { memReclaim: true })
      const allocate = (t: KernelPath): void => t.allocKernel()
      const crtc = atomicCrtc(m, 'crtc', { commitWq, commits: { flip: { [where]: allocate } } })
      m.shrinker('shrinker', (t) => t.waitFences(bo))
      m.thread('ioctl', (t) => {
        if (where === 'prepare') crtc.commitNonblocking(t, 'flip')
        t.wwLockPlain(bo)
        t.reserveFences(bo)
        t.addFence(bo, { fence: crtc.outFence.flip, usage: 3 })
        t.wwUnlock(bo)
        if (where === 'tail') crtc.commitNonblocking(t, 'flip')
      })
      m.thread('other-task', (t) => t.allocKernel())
    }
    expect(await told(allocating('tail'))).toBe('deadlock self: commit_wq/0: flip_out_fence')
    expect(await told(allocating('prepare'))).toBe('holds')
  })
  test('small', () => expect(states(two('in-order'))).toBeLessThan(2000))
})

describe('modeset locks', () => {
  const twoTasks =
    (withTicket: boolean) =>
    (m: KernelBuilder): void => {
      const kms = modesetLocks(m, ['crtc', 'connector'])
      const task = (name: string, order: readonly ('crtc' | 'connector')[]): void =>
        void m.thread(name, (t) => {
          if (withTicket) return kms.locked(t, () => t.local('change the mode'), order)
          for (const lock of order) t.wwLockPlain(kms.lock[lock])
          for (const lock of order) t.wwUnlock(kms.lock[lock])
        })
      task('commit', ['crtc', 'connector'])
      task('probe', ['connector', 'crtc'])
    }
  test('in any order do no harm with a ticket, and deadlock without one', async () => {
    expect(await told(twoTasks(true))).toBe('holds')
    expect(await told(twoTasks(false))).toBe('deadlock cycle: commit, probe: connector, crtc')
  })
  test('held over a fence wait deadlock whoever needs them to signal it', async () => {
    const reset = (locks: boolean) => (m: KernelBuilder) => {
      const kms = modesetLocks(m, ['crtc'])
      const fence = m.fence('job_fence', { published: true })
      m.thread('commit', (t) => kms.locked(t, () => t.wait(fence)))
      m.worker('reset', (t) => {
        if (locks) kms.locked(t, () => t.signal(fence))
        else t.signal(fence)
      })
    }
    expect(await told(reset(true))).toBe('deadlock cycle: commit, reset: crtc, job_fence')
    expect(await told(reset(false))).toBe('holds')
  })
  test('small', () => expect(states(twoTasks(true))).toBeLessThan(500))
})
