// SPDX-License-Identifier: Apache-2.0
import { eq, ne } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { withInstances } from '#ir/instances'
import type { Kind } from '#ir/model'
import { verifyCertificate } from '#lockdep/certificate'
import { certify } from '#lockdep/certify'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { attempt, ruledOut } from './refuted.ts'

const answer = (build: (m: M) => void) => certify(instance(build), kernelRegistry)

/** A model that a premise keeps from being certified, and what comes about in it with so many of each process. */
interface Refused {
  readonly premise: string
  readonly build: (m: M) => void
  readonly because: RegExp
  /** Absent where the model is sound and the theorem merely does not show it. */
  readonly wrong?: readonly [instances: number, kind: Kind]
}

const refused: readonly Refused[] = [
  {
    premise: 'waits go down: two orders',
    build(m) {
      const [a, b] = [m.mutex('a'), m.mutex('b')]
      m.thread('p', (t) => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)))
      m.thread('q', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
    },
    because: /'p' waits for b in mutex_lock\(\) on b while it owes a; 'q' waits for a .* while it owes b/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'waits go down: the same lock twice',
    build(m) {
      const a = m.mutex('a')
      m.thread('p', (t) => (t.lock(a), t.lock(a), t.unlock(a)))
    },
    because: /'p' waits for a in mutex_lock\(\) on a where it may hold that, or one of its class, itself/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'waits go down: a reader behind a queued writer',
    build(m) {
      const rw = m.rwsem('rw')
      m.thread('reads', (t) => (t.downRead(rw), t.downRead(rw), t.upRead(rw), t.upRead(rw)))
      m.thread('writes', (t) => (t.downWrite(rw), t.upWrite(rw)))
    },
    because: /'reads' waits for rw in down_read\(\) on rw where it may hold that/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'waits go down: a lock held over the wait for a fence whose signaller needs it',
    build(m) {
      const [a, f] = [m.mutex('a'), m.fence('f')]
      m.thread('waits', (t) => (t.lock(a), t.wait(f), t.unlock(a)))
      m.thread('signals', (t) => (t.publish(f), t.lock(a), t.unlock(a), t.signal(f)))
    },
    because: /waits for f.signalled in dma_fence_wait\(\) on f while it owes a/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a timeout is no way out',
    build(m) {
      const [a, f] = [m.mutex('a'), m.fence('f')]
      m.thread('waits', (t) => (t.lock(a), t.waitTimeout(f, { timeout: () => t.local() }), t.unlock(a)))
      m.thread('signals', (t) => (t.lock(a), t.unlock(a), t.signal(f)))
    },
    because: /waits for f.signalled in dma_fence_wait_timeout\(\) on f while it owes a/,
    wrong: [1, 'masked'],
  },
  {
    premise: 'a plain variable is not known to whoever writes it: another instance writes it too',
    build(m) {
      const [a, b, busy] = [m.mutex('a'), m.mutex('b'), m.int('busy', { max: 1 })]
      const both = (t: Parameters<Parameters<M['thread']>[1]>[0], [x, y]: readonly [typeof a, typeof a]): void => {
        t.lock(x)
        t.lock(y)
        t.unlock(y)
        t.unlock(x)
      }
      m.thread('p', (t) => {
        t.when(
          eq(busy, 0),
          () => (t.set(busy, 1), both(t, [a, b])),
          () => both(t, [b, a]),
        )
      })
    },
    because: /'p' waits for a .* while it owes b; 'p' waits for b .* while it owes a/,
    wrong: [2, 'deadlock'],
  },
  {
    premise: 'going round on a missed trylock is no progress',
    build(m) {
      const [a, b] = [m.mutex('a'), m.mutex('b')]
      m.thread('retries', (t) => {
        t.lock(a)
        t.loop(() => t.trylock(b, { got: () => t.break(), missed: () => t.local() }))
        t.unlock(b)
        t.unlock(a)
      })
      m.thread('q', (t) => (t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
    },
    because: /'retries' is not sure to release a from mutex_trylock\(\) on b on/,
    wrong: [1, 'partial-deadlock'],
  },
  {
    premise: 'waits go down: a reader that only tries is one more reader',
    build(m) {
      const [a, rw] = [m.mutex('a'), m.rwsem('rw')]
      m.thread('tries', (t) => {
        t.lock(a)
        t.downReadTrylock(rw, { got: () => t.upRead(rw), missed: () => {} })
        t.unlock(a)
      })
      m.thread('writes', (t) => (t.downWrite(rw), t.lock(a), t.unlock(a), t.upWrite(rw)))
    },
    because: /'tries' waits for rw in down_read_trylock\(\) on rw while it owes a/,
  },
  {
    premise: 'a signaller signals on each of its paths',
    build(m) {
      const f = m.fence('f')
      m.thread('waits', (t) => t.wait(f))
      m.thread('signals', (t) => t.either({ signal: () => t.signal(f), forget: () => t.local() }))
    },
    because:
      /'waits' waits for f in dma_fence_wait\(\) on f, which no process is sure to bring about on each of its paths/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a fence that is owed has a signaller, whether or not anybody waits',
    build(m) {
      const f = m.fence('f')
      m.thread('p', (t) => {
        t.publish(f)
        t.either({ signal: () => t.signal(f), forget: () => t.local() })
      })
    },
    because: /no process is sure to signal f on each of its paths/,
    wrong: [1, 'unsignalled-fence'],
  },
  {
    premise: 'a signaller does not rest before it has signalled',
    build(m) {
      const [f, go] = [m.fence('f'), m.int('go', { max: 1 })]
      m.thread('waits', (t) => t.wait(f))
      m.worker('signals', (t) => (t.idle(), t.await(go), t.signal(f)))
      m.thread('starts', (t) => t.either({ start: () => t.set(go, 1), not: () => t.local() }))
    },
    because: /'waits' waits for f in/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a handler need not come',
    build(m) {
      const f = m.fence('f')
      m.thread('waits', (t) => t.wait(f))
      m.irq('irq', (t) => t.signal(f))
    },
    because: /'waits' waits for f in/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'an event stays',
    build(m) {
      const c = m.completion('c')
      m.thread('waits', (t) => t.waitForCompletion(c))
      m.thread('completes', (t) => (t.completeAll(c), t.reinitCompletion(c)))
    },
    because: /'waits' waits in wait_for_completion\(\) on c for something other than one lock or an event that stays/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a completion that is used up is no event: the second instance waits in vain',
    build(m) {
      const c = m.completion('c')
      m.thread('waits', (t) => t.waitForCompletion(c))
      m.hardware('completes', (t) => t.complete(c))
      m.thread('waits too', (t) => t.waitForCompletionTimeout(c, { timeout: () => {} }))
    },
    because: /may stop with a fault|waits in wait_for_completion\(\) on c for something other/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a lock in process context with interrupts on, and again in the handler',
    build(m) {
      const s = m.spinlock('s')
      m.thread('p', (t) => (t.spinLock(s), t.spinUnlock(s)))
      m.irq('irq', (t) => (t.spinLock(s), t.spinUnlock(s)))
    },
    because: /'irq' waits for s in spin_lock\(\) on s where it may hold that, or one of its class, itself/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a handler on top of a handler has beneath it what that one has',
    build(m) {
      const [s, r] = [m.spinlock('s'), m.spinlock('r')]
      m.thread('p', (t) => (t.spinLockBh(r), t.spinUnlockBh(r), t.spinLock(s), t.spinUnlock(s)))
      m.softirq('soft', (t) => (t.spinLock(r), t.spinUnlock(r)))
      m.irq('hard', (t) => (t.spinLock(s), t.spinUnlock(s)), { on: ['soft'] })
    },
    because: /'hard' waits for s in spin_lock\(\) on s/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'what somebody is queued for counts for a handler on top of it',
    build(m) {
      const rw = m.rwlock('rw')
      m.thread('writes', (t) => (t.writeLock(rw), t.writeUnlock(rw)))
      m.irq('irq', (t) => (t.writeLock(rw), t.writeUnlock(rw)))
    },
    because: /'irq' waits for rw in write_lock\(\) on rw/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a process that stops with a fault keeps what it holds',
    build(m) {
      const a = m.mutex('a')
      m.thread('p', (t) => t.unlock(a))
    },
    because: /'p' may stop with a fault \(unlock-not-held: a\) in mutex_unlock\(\) on a/,
  },
  {
    premise: 'nobody rests with a lock',
    build(m) {
      const a = m.mutex('a')
      m.thread('p', (t) => t.lock(a))
    },
    because: /'p' may stop with a fault \(rest-while-holding: a\)/,
  },
  {
    premise: 'what is waited for is known: no semaphore has holders',
    build(m) {
      const s = m.semaphore('s', { count: 1 })
      m.thread('p', (t) => (t.down(s), t.down(s), t.up(s), t.up(s)))
    },
    because: /'p' may stop with a fault|'p' waits in down\(\) on s for something other/,
    wrong: [1, 'deadlock'],
  },
  {
    premise: 'a rendezvous is two waits at once',
    build(m) {
      m.thread('p', (t) => t.step({ sync: { channel: 'c', role: 'send' } }))
      m.thread('q', (t) => t.step({ sync: { channel: 'c', role: 'receive' } }))
    },
    because: /rendezvous/,
  },
  {
    premise: 'tickets decide who backs off',
    build(m) {
      const K = m.wwClass('K', { waitDie: true })
      const [x, y] = [m.wwMutex('x', { class: K }), m.wwMutex('y', { class: K })]
      m.thread('p', (t) => {
        t.wwAcquireInit(K)
        t.wwLock(x, { edeadlk: () => t.end() })
        t.wwLock(y, {
          ok: () => t.wwUnlock(y),
          edeadlk: () => t.local(),
        })
        t.wwUnlock(x)
        t.wwAcquireFini(K)
      })
    },
    because: /'p' may be told to back off in ww_mutex_lock\(\) on x/,
  },
  {
    premise: 'locks of one class are not nested',
    build(m) {
      const rings: ReturnType<typeof m.mutex>[] = []
      m.copies('ring', 2, (i) => rings.push(m.mutex(`ring${i}`)))
      m.thread('p', (t) => (t.lock(rings[0]!), t.lock(rings[1]!), t.unlock(rings[1]!), t.unlock(rings[0]!)))
    },
    because: /'p' waits for ring.* where it may hold that, or one of its class, itself/,
  },
  {
    premise: 'a shrinker runs under whatever the allocating task holds',
    build(m) {
      const a = m.mutex('a')
      m.shrinker('scan', (t) => (t.lock(a), t.unlock(a)))
      m.thread('p', (t) => (t.lock(a), t.allocKernel(), t.unlock(a)))
    },
    because: /'p' waits for a in mutex_lock\(\) on a/,
    wrong: [1, 'deadlock'],
  },
]

describe.each(refused)('$premise', ({ build, because, wrong }) => {
  test('is refused in so many words', () => {
    expect(answer(build)).toEqual({ refused: expect.stringMatching(because) })
  })

  if (wrong === undefined) return
  test('and indeed it goes wrong', async () => {
    const [instances, kind] = wrong
    const found = async (n: number) =>
      (await check(withInstances(instance(build), n), kernelRegistry, { kinds: ruledOut })).violation?.kind
    for (let n = 1; n < instances; n++) expect(await found(n)).toBeUndefined()
    expect(await found(instances)).toBe(kind)
  })
})

const certified: Readonly<Record<string, (m: M) => void>> = {
  'one order of locks of every kind': (m) => {
    const [a, rw, r] = [m.mutex('a'), m.rwsem('rw'), m.resv('r', { class: m.wwClass('K', { waitDie: true }) })]
    const [s, q] = [m.spinlock('s'), m.rwlock('q')]
    m.thread('p', (t) => {
      t.lock(a)
      t.downWrite(rw)
      t.wwLockPlain(r)
      t.spinLock(s)
      t.writeLock(q)
      t.writeUnlock(q)
      t.spinUnlock(s)
      t.wwUnlock(r)
      t.upWrite(rw)
      t.unlock(a)
    })
    m.thread('q', (t) => {
      t.downRead(rw)
      t.spinLock(s)
      t.readLock(q)
      t.readUnlock(q)
      t.spinUnlock(s)
      t.upRead(rw)
    })
  },
  'a trylock against the order': (m) => {
    const [a, b] = [m.mutex('a'), m.mutex('b')]
    m.thread('p', (t) => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)))
    m.shrinker('scan', (t) => t.trylock(a, { got: () => t.unlock(a), missed: () => {} }))
    m.thread('q', (t) => (t.lock(b), t.allocKernel(), t.unlock(b)))
  },
  'a fence, and who waits for it with a lock that the signaller never needs': (m) => {
    const [a, f] = [m.mutex('a'), m.fence('f')]
    m.thread('waits', (t) => (t.lock(a), t.wait(f), t.unlock(a)))
    m.hardware('signals', (t) => (t.publish(f), t.signal(f)))
  },
  'a worker that waits for work with nothing held': (m) => {
    const [a, jobs] = [m.mutex('a'), m.int('jobs', { max: 1 })]
    m.thread('submits', (t) => (t.lock(a), t.set(jobs, 1), t.unlock(a)))
    m.worker('works', (t) => t.loop(() => (t.idle(), t.await(ne(jobs, 0)), t.lock(a), t.set(jobs, 0), t.unlock(a))))
  },
  'a handler that takes only what is taken with interrupts off': (m) => {
    const [s, r] = [m.spinlock('s'), m.spinlock('r')]
    m.thread('p', (t) => (t.spinLockIrqsave(s), t.spinUnlockIrqrestore(s), t.spinLock(r), t.spinUnlock(r)))
    m.irq('irq', (t) => (t.spinLock(s), t.spinUnlock(s)))
  },
  'a process that signals what another one waits for before it signals in turn': (m) => {
    const [f, g] = [m.fence('f'), m.fence('g')]
    m.thread('first', (t) => (t.publish(f), t.signal(f), t.wait(g)))
    m.thread('second', (t) => (t.publish(g), t.wait(f), t.signal(g)))
  },
  'either of two may signal, and only one of them could without waiting for it': (m) => {
    const [a, f] = [m.mutex('a'), m.fence('f')]
    m.thread('waits', (t) => (t.lock(a), t.wait(f), t.unlock(a)))
    m.thread('needs the lock', (t) => (t.lock(a), t.signal(f), t.unlock(a)))
    m.thread('does not', (t) => t.signal(f))
  },
  'a retry loop with nothing held': (m) => {
    const a = m.mutex('a')
    m.thread('p', (t) => t.loop(() => t.trylock(a, { got: () => (t.unlock(a), t.break()), missed: () => t.local() })))
  },
}

describe.each(Object.entries(certified))('%s', (_, build) => {
  test('is certified, and three instances of each agree', async () => {
    expect(await attempt(instance(build), { upTo: 3, maxStates: 150_000 })).toEqual({ certified: true, searched: 3 })
  })
})

test('ranks are the longest chains of waits', () => {
  const model = instance(certified['a process that signals what another one waits for before it signals in turn']!)
  const result = certify(model, kernelRegistry)
  expect(result).toMatchObject({
    certificate: {
      classes: [
        { name: 'f.signalled', rank: 0 },
        { name: 'g.signalled', rank: 1 },
      ],
      signallers: [
        { event: 'f.signalled', process: 'first' },
        { event: 'g.signalled', process: 'second' },
      ],
    },
  })
  if ('certificate' in result) expect(verifyCertificate(model, kernelRegistry, result.certificate)).toBeUndefined()
})
