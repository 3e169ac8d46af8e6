// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { instance, verdictOf } from '../fixtures/models.ts'

// What the primitives once got wrong.

test('cancel_work_sync() of a pending item lets go whoever flushes it', async () => {
  const model = instance((m) => {
    const q = m.workqueue('q')
    const w = m.workItem(q, 'w', (t) => t.local())
    m.thread('a', (t) => (t.queueWork(w), t.flushWork(w)))
    m.thread('b', (t) => t.cancelWorkSync(w))
  })
  expect((await verdictOf(model)).verdict).toBe('holds')
})

test('an allocation in a page fault handler reclaims', async () => {
  const model = instance((m) => {
    const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
    m.faultHandler(mm, 'handler', (t) => t.allocKernel())
    m.shrinker('shrinker', (t) => (t.lock(x), t.unlock(x)))
    m.thread('a', (t) => (t.lock(x), t.copyUser(mm), t.unlock(x)))
  })
  expect(await verdictOf(model)).toMatchObject({ kind: 'deadlock', shape: 'self', objects: ['x'] })
})

test('dma_resv_reserve_fences() in a noreclaim scope does not reclaim', async () => {
  const model = instance((m) => {
    const [r, x] = [m.resv('r', { class: m.wwClass('K') }), m.mutex('x')]
    m.shrinker('shrinker', (t) => (t.lock(x), t.unlock(x)))
    m.thread('a', (t) => {
      t.lock(x)
      t.wwLockPlain(r)
      t.memallocNoreclaimSave()
      t.reserveFences(r)
      t.memallocNoreclaimRestore()
      t.wwUnlock(r)
      t.unlock(x)
    })
  })
  expect((await verdictOf(model)).verdict).toBe('holds')
})

test('a signalling section that began outside a spinlock may end inside', async () => {
  const model = instance((m) => {
    const l = m.spinlock('l')
    m.thread('a', (t) => (t.beginSignalling(), t.spinLock(l), t.endSignalling(), t.spinUnlock(l)))
  })
  expect((await verdictOf(model)).verdict).toBe('holds')
})
