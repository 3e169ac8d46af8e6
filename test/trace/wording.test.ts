// SPDX-License-Identifier: Apache-2.0
import { and, eq, ge, type Expression } from 'fencecheck'
import { expect, test } from 'vitest'
import type { M } from '../fixtures/models.ts'
import { told } from './told.ts'

test.each<readonly [string, (m: M) => Expression]>([
  ["'x == 1'", (m) => eq(m.int('x', { max: 1 }), 1)],
  ["'a[1] == 1'", (m) => eq(m.array('a', 2, { max: 1 }).at(1), 1)],
  ["'(x >= 1) && (y == 1)'", (m) => and(ge(m.int('x', { max: 1 }), 1), eq(m.int('y', { max: 1 }), 1))],
])('who waits for %s is said to, to the last bracket', async (condition, of) => {
  const { explanation } = await told((m) => {
    const never = of(m)
    m.thread('p', (t) => t.await(never))
  })
  expect(explanation.headline).toContain(`'p' waits for ${condition}, and`)
})

// A handler would come on some CPU or other: which is not what it waits for.
test.each<readonly [string, (m: M) => void, string]>([
  [
    'a flag',
    (m) => {
      const [fence, raised] = [m.fence('fence', { published: true }), m.flag('raised')]
      m.irq('irq', (t) => t.signal(fence), { when: raised, set: [[raised, 0]] })
      m.thread('waiter', (t) => (t.wait(fence), t.set(raised, 1)))
    },
    "'irq' is idle until raised, which only 'waiter' could bring about",
  ],
  [
    'what it belongs to',
    (m) => {
      const members = [m.fence('f', { published: true }), m.fence('g', { published: true })]
      const array = m.fenceArrayOf('array', members)
      m.thread('waiter', (t) => (t.wait(array), members.forEach((fence) => t.signal(fence))))
    },
    "'array.irq_work' is idle until f and g let it run, which only 'waiter' could bring about",
  ],
])('a handler is idle until %s', async (_, build, said) => {
  expect((await told(build)).explanation.headline).toContain(said)
})

const waitsForEver = (m: M): void => {
  const sem = m.rwsem('sem')
  m.thread('reader', (t) => (t.downRead(sem), t.downRead(sem), t.upRead(sem), t.upRead(sem)))
  m.thread('writer', (t) => (t.downWrite(sem), t.upWrite(sem)))
}

test('a reader that reads again is said to wait for the writer in the queue', async () => {
  const { explanation } = await told(waitsForEver)
  expect(explanation.headline).toContain(
    "'reader', holding sem (read), waits for rw_semaphore sem in down_read(), which it holds itself and for which 'writer' is queued;",
  )
})

// Giving a wait up takes back what was noted for it, and with that makes the condition of the wait true.
test.each<readonly [string, (m: M) => void, string]>([
  [
    'a syncobj',
    (m) => {
      const [syncobj, lock] = [m.syncobj('syncobj', { lockdep: 0 }), m.mutex('lock')]
      const over = (t: { unlock: (l: typeof lock) => void }) => (): void => t.unlock(lock)
      m.thread('p', (t) => {
        t.lock(lock)
        t.findFenceForSubmit(syncobj, { erestartsys: over(t), etime: over(t), ok: over(t) })
      })
    },
    'drm_syncobj_replace_fence() or drm_syncobj_add_point()',
  ],
  [
    'a reservation',
    (m) => {
      const bo = m.resv('bo', { class: m.wwClass('class') })
      const fence = m.fence('fence')
      m.thread('p', (t) => {
        t.wwLockPlain(bo)
        t.reserveFences(bo)
        t.addFence(bo, { fence })
        t.waitFencesTimeout(bo, { timeout: () => {} })
        t.wwUnlock(bo)
        t.signal(fence)
      })
    },
    'itself',
  ],
])('whoever waits for %s is not told that it could end that by giving up', async (_, build, whom) => {
  const { kind, shape, explanation } = await told(build)
  expect(kind).toBe('masked')
  expect(explanation.headline).toContain(
    whom === 'itself'
      ? 'which only itself could end (dma_fence_signal())'
      : `and nobody is left who could end that (${whom})`,
  )
  expect(shape).toBe(whom === 'itself' ? 'self' : 'none')
})

test('what is always true and then is not is told with the step that made it so', async () => {
  const { explanation } = await told((m) => {
    const context = m.fenceContext('context')
    const [first, second] = [m.fence('first', { context }), m.fence('second', { context })]
    m.thread('p', (t) => {
      for (const fence of [first, second]) {
        t.initFence(fence)
        t.publish(fence)
      }
      for (const fence of [second, first]) t.signal(fence)
    })
  })
  expect(explanation.headline).toBe(
    "What is always true of 'context' is not after dma_fence_signal() on second by 'p': signalled-out-of-order.",
  )
})

test('a grace period that does not end is told by the call that waits for it', async () => {
  const { explanation } = await told((m) => {
    const go = m.flag('go')
    m.thread('reader', (t) => {
      t.rcuReadLock()
      t.await(go)
      t.rcuReadUnlock()
    })
    m.thread('writer', (t) => {
      t.synchronizeRcu()
      t.set(go, 1)
    })
  })
  expect(explanation.headline).toContain(
    "'writer' waits for rcu in synchronize_rcu(), which only 'reader' could end (rcu_read_unlock())",
  )
})

test('a fence that only a timeout gets signalled is said to be so where nobody is stuck', async () => {
  const { kind, processes, explanation } = await told((m) => {
    const [f, go] = [m.fence('f', { published: true }), m.completion('go')]
    m.worker('w', (t) => (t.idle(), t.waitForCompletionTimeout(go, { timeout: () => {} }), t.signal(f)))
  })
  expect([kind, processes]).toEqual(['masked', []])
  expect(explanation.headline).toBe('f is published, and only after a timeout or a signal does anybody signal it.')
})
