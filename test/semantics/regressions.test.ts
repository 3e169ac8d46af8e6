// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { parseModel } from '#ir/json'
import type { Model } from '#ir/model'
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

test('more may be counted from the start than there are processes', async () => {
  const model = instance((m) => {
    const q = m.workqueue('q', { maxActive: 7, active: 2 })
    const item = m.workItem(q, 'item', (t) => t.local())
    m.thread('p', (t) => (t.queueWork(item), t.flushWork(item)))
  })
  expect((await verdictOf(model)).verdict).toBe('holds')
  const full = instance((m) => {
    const q = m.workqueue('q', { maxActive: 2, active: 2 })
    const item = m.workItem(q, 'item', (t) => t.local())
    m.thread('p', (t) => (t.queueWork(item), t.flushWork(item)))
  })
  expect((await verdictOf(full)).verdict).toBe('violated')
})

/** A model as text, with steps of one process and what else there is. */
const asText = (steps: readonly object[], more: object = {}): Model =>
  parseModel(
    JSON.stringify({
      schema: 'fencecheck-model/1',
      id: 'test/text',
      summary: 'A test.',
      objects: [{ name: 'A', kind: 'rw_semaphore' }],
      bodies: [
        { name: 'b', initial: 's', locations: [{ name: 's' }, { name: 'd', rest: true }], steps },
        { name: 'k', initial: 'd', locations: [{ name: 'd', rest: true }], steps: [] },
      ],
      processes: [{ name: 'p', body: 'b' }],
      ...more,
    }),
    'test.json',
  )

test.each([
  [['ok'], 'missing-exit'],
  [['nonsense'], 'unknown-exit'],
] as const)('what an exit is that is excluded is looked at: %j', async (excluded, code) => {
  const model = asText([{ at: 's', call: { op: 'downWrite', on: 'A' }, exits: { ok: 'd' }, excluded }])
  await expect(verdictOf(model)).rejects.toMatchObject({ code })
})

test('a phase that leads only to exits that are excluded is none itself', async () => {
  const excluded = ['ok', 'edeadlk']
  const exits = { ok: 'd', edeadlk: 'd', ealready: 'd' }
  const model = asText([{ at: 's', call: { op: 'wwLock', on: 'w' }, exits, excluded }], {
    objects: [
      { name: 'c', kind: 'ww_class' },
      { name: 'w', kind: 'ww_mutex', refs: { class: 'c' } },
    ],
  })
  expect((await verdictOf(model)).verdict).toBe('violated')
})

test('a hook may hang on what always exists', async () => {
  const model = asText([{ at: 's', call: { op: 'allocKernel', on: 'memory' }, exits: { ok: 'd' } }], {
    objects: [],
    hooks: [{ on: 'shrinker', object: 'memory', body: 'k' }],
  })
  expect((await verdictOf(model)).verdict).toBe('holds')
})

// At a place called so nobody would have come on top of a handler: `idle` is where it waits to be raised.
test.each([
  ['idle', 'duplicate-name'],
  ['return', 'duplicate-name'],
  ['waiting', undefined],
])('a place of a handler is not called like one that every handler has: %s', async (name, code) => {
  const model = instance((m) => {
    const [lock, go, up] = [m.spinlock('lock'), m.flag('go', true), m.flag('up', true)]
    m.thread('t', (t) => t.local())
    m.softirq('s', (t) => (t.spinLock(lock), t.label(name), t.spinUnlock(lock)), {
      on: ['t'],
      when: go,
      set: [[go, 0]],
    })
    const onTop = { on: ['s'], idleCpu: false, when: up, set: [[up, 0]] } as const
    m.irq('h', (t) => (t.spinLock(lock), t.spinUnlock(lock)), onTop)
  })
  if (code === undefined) expect(await verdictOf(model)).toMatchObject({ kind: 'deadlock', processes: ['h', 's'] })
  else await expect(verdictOf(model)).rejects.toMatchObject({ code })
})
