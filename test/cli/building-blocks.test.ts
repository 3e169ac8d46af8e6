// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Workspace } from './run.ts'
import { documentOf } from './samples.ts'

const hangs = `import { model } from 'fencecheck'
import { drmGpuScheduler, hardwareRing } from 'fencecheck/kernel'

export default model('t/hangs', { summary: 'A job hangs.' }, (m) => {
  const ring = hardwareRing(m, 'ring', { jobs: { batch: {} }, mayHang: true })
  const sched = drmGpuScheduler(m, 'gfx')
  const job = sched.entity('ctx').job('job', {
    parent: ring.fence.batch,
    runJob: (t) => ring.submit(t, 'batch'),
  })
  m.thread('ioctl', (t) => {
    t.publish(job.finished)
    sched.push(t, job)
    t.wait(job.finished)
  })
})
`

test('building blocks come with the running fencecheck, and their steps are at the lines that use them', async () => {
  const space = new Workspace({ 'm.ts': hangs })
  const ran = await space.run('check', 'm.ts', '--json', '--no-expect')
  expect(ran.stderr).toBe('')
  const trace = space.read(documentOf(ran.stdout).models[0]!.trace!)
  const places = new Set([...trace.matchAll(/"at": "(.*?)"/g)].map(([, at]) => at))
  // Publish, push, the ring, the scheduler with its work items, run_job of the driver.
  expect([...places].toSorted()).toEqual(['m.ts:12', 'm.ts:13', 'm.ts:5', 'm.ts:6', 'm.ts:9'])
})

test('the example of the page is a model that checks as it says', async () => {
  const page = readFileSync(new URL('../../docs/kernel.md', import.meta.url), 'utf8')
  const [, example] = /```ts\n(.*?)```/s.exec(page)!
  const ran = await new Workspace({ 'm.ts': example! }).run('check', 'm.ts')
  expect(ran.stderr).toBe('')
  expect(ran.status, ran.stdout).toBe(0)
})
