// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { model, type KernelBuilder } from 'fencecheck'
import { drmGpuScheduler, hardwareRing } from 'fencecheck/kernel'
import { told } from './told.ts'

const here = 'test/kernel/places.test.ts'

/** A job that frees itself on the queue that runs it, written in this file and in the block. */
const job = (m: KernelBuilder): void => {
  const ring = hardwareRing(m, 'ring', { jobs: { batch: {} } })
  const sched = drmGpuScheduler(m, 'gfx')
  const ours = sched.entity('ctx').job('job', {
    parent: ring.fence.batch,
    runJob: (t) => ring.submit(t, 'batch'),
    freeJob: (t) => t.local('free'),
  })
  m.thread('ioctl', (t) => {
    t.publish(ours.finished)
    sched.push(t, ours)
    t.wait(ours.finished)
  })
}

test('every step of a block is at a line of the model that uses it, also those of bodies that are written last', () => {
  const { bodies } = model('test/places', { summary: '' }, job).instantiate()
  const steps = bodies.flatMap((body) => body.steps)
  expect(steps.length).toBeGreaterThan(20)
  expect(new Set(steps.map((step) => step.site?.file))).toEqual(new Set([here]))
})

test('a part of a block that a model does not use is no finding, an unused step of the author is', async () => {
  expect(await told(job)).toBe('holds')
  const unused = (m: KernelBuilder): void => {
    job(m)
    m.thread('user', (t) => t.when(false, () => t.local('never')))
  }
  expect(await told(unused)).toMatch(/^holds \[never-reached/)
  const excused = (m: KernelBuilder): void => {
    job(m)
    m.thread('user', (t) => t.optional(() => t.when(false, () => t.local('never'))))
  }
  expect(await told(excused)).toBe('holds')
})

test('what an author does wrong inside a block is reported at the line of the author', () => {
  const wrong = model('test/wrong', { summary: '' }, (m) => {
    const sched = drmGpuScheduler(m, 'gfx')
    m.thread('unload', (t) => sched.stop(t))
  })
  expect(() => wrong.instantiate()).toThrow(expect.objectContaining({ site: { file: here, line: 49 } }))
})

test('nor does it matter that the body is written last', () => {
  const wrong = model('test/wrong-late', { summary: '' }, (m) => {
    const sched = drmGpuScheduler(m, 'gfx')
    m.workItem(m.workqueue('wq'), 'remove', (t) => {
      sched.stop(t)
    })
  })
  expect(() => wrong.instantiate()).toThrow(
    expect.objectContaining({ code: 'wrong-argument', site: { file: here, line: 58 } }),
  )
})
