// SPDX-License-Identifier: Apache-2.0
import type { M } from '../../fixtures/models.ts'
import { deadlock, holds, misuse, type Fact } from './fact.ts'

export const mmapLockFacts: readonly Fact[] = [
  {
    name: 'a copy from user memory may fault or not',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => t.copyUser(mm))
    },
    after: [],
    enabled: ['a: copyUser mm -> fault', 'a: copyUser mm -> ok'],
  },
  {
    name: 'it may copy nothing where somebody handles that',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => t.copyUser(mm, { efault: () => {} }))
    },
    after: [],
    enabled: ['a: copyUser mm -> efault', 'a: copyUser mm -> fault', 'a: copyUser mm -> ok'],
  },
  {
    name: 'one that copied nothing holds nothing and goes where that is handled',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => t.copyUser(mm, { ok: () => t.end(), efault: () => {} }))
      m.thread('b', (t) => (t.downWrite(mm), t.upWrite(mm)))
    },
    after: ['a: copyUser mm -> efault'],
    enabled: ['b: downWrite mm'],
  },
  {
    name: 'a copy that may fail is misuse in atomic context all the same',
    build: (m) => {
      const [mm, l] = [m.mmapLock('mm'), m.spinlock('l')]
      m.thread('a', (t) => {
        t.spinLock(l)
        t.copyUser(mm, { efault: () => {} })
        t.spinUnlock(l)
      })
    },
    expected: misuse('sleep-in-atomic', 'a', 'mm'),
  },
  {
    name: 'a copy while mmap_lock is held for writing deadlocks on itself',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => {
        t.downWrite(mm)
        t.copyUser(mm)
        t.upWrite(mm)
      })
    },
    expected: deadlock('self', ['a'], ['mm']),
  },
  {
    name: 'a copy while mmap_lock is held for reading deadlocks behind a queued writer',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => {
        t.downRead(mm)
        t.copyUser(mm)
        t.upRead(mm)
      })
      m.thread('b', (t) => (t.downWrite(mm), t.upWrite(mm)))
    },
    expected: { verdict: 'violated', kind: 'deadlock', shape: 'self', objects: ['mm'] },
  },
  {
    name: 'a fault waits for a writer and gives mmap_lock back',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => t.copyUser(mm))
      m.thread('b', (t) => (t.downWrite(mm), t.upWrite(mm)))
    },
    expected: { ...holds, without: ['never-taken'] },
  },
  {
    name: 'a fault handler runs under mmap_lock, in the context of the copy',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.faultHandler(mm, 'handler', (t) => t.local('fault in'))
      m.thread('a', (t) => t.copyUser(mm))
      m.thread('b', (t) => t.downWriteTrylock(mm, { got: () => t.upWrite(mm), missed: () => {} }))
    },
    after: ['a: copyUser mm -> fault', 'a: copyUser mm -> handled', 'a: fault handler'],
    enabled: ['a: fault in', 'b: downWriteTrylock mm -> missed'],
  },
  {
    name: 'a copy under a lock that the fault handler takes deadlocks on itself',
    build: (m) => {
      const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
      m.faultHandler(mm, 'handler', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => {
        t.lock(x)
        t.copyUser(mm)
        t.unlock(x)
      })
    },
    expected: deadlock('self', ['a'], ['x']),
  },
  {
    name: 'a copy under a lock that somebody takes under mmap_lock deadlocks',
    build: (m) => {
      const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
      m.thread('a', (t) => {
        t.lock(x)
        t.copyUser(mm)
        t.unlock(x)
      })
      m.thread('b', (t) => {
        t.downWrite(mm)
        t.lock(x)
        t.unlock(x)
        t.upWrite(mm)
      })
    },
    expected: deadlock('cycle', ['a', 'b'], ['mm', 'x']),
  },
  {
    name: 'a copy before the lock is taken is safe',
    build: (m) => {
      const [mm, x] = [m.mmapLock('mm'), m.mutex('x')]
      m.thread('a', (t) => {
        t.copyUser(mm)
        t.lock(x)
        t.unlock(x)
      })
      m.thread('b', (t) => {
        t.downWrite(mm)
        t.lock(x)
        t.unlock(x)
        t.upWrite(mm)
      })
    },
    expected: holds,
  },
  {
    name: 'the handlers of another mm do not run',
    build: (m: M) => {
      const [mm, other, x] = [m.mmapLock('mm'), m.mmapLock('other'), m.mutex('x')]
      m.faultHandler(other, 'handler', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => {
        t.lock(x)
        t.copyUser(mm)
        t.unlock(x)
      })
    },
    expected: holds,
  },
  {
    name: 'copyUserInatomic never sleeps and may copy nothing',
    build: (m) => {
      const [mm, l] = [m.mmapLock('mm'), m.spinlock('l')]
      m.thread('a', (t) => {
        t.spinLock(l)
        t.copyUserInatomic(mm, { efault: () => {} })
        t.spinUnlock(l)
      })
    },
    after: ['a: spinLock l'],
    enabled: ['a: copyUserInatomic mm -> efault', 'a: copyUserInatomic mm -> ok'],
  },
  {
    name: 'ending with mmap_lock held is misuse',
    build: (m) => {
      const mm = m.mmapLock('mm')
      m.thread('a', (t) => t.downRead(mm))
    },
    expected: misuse('rest-while-holding', 'a', 'mm'),
  },
]
