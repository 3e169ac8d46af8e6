// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { M, T } from '../../fixtures/models.ts'
import { reports, silent } from './reports.ts'

describe('what is held', () => {
  test('a lock that was only tried does not hide the one around it', () => {
    const around = (tried: boolean) => (m: M) => {
      const [a, between, b] = [m.mutex('a'), m.mutex('between'), m.mutex('b')]
      m.thread('p', (t) => {
        t.lock(a)
        if (tried) t.trylock(between, { got: () => {}, missed: () => t.end() })
        t.lock(b)
      })
      m.thread('q', (t) => {
        t.lock(b)
        t.lock(a)
      })
    }
    for (const tried of [false, true]) expect(reports(around(tried))).toEqual(['circular a b'])
  })

  test('a wait for what nobody ever brings about is heard as the call it is', () => {
    const waits = (m: M): void => {
      const [a, f] = [m.mutex('a'), m.fence('f')]
      m.thread('waiter', (t) => {
        t.lock(a)
        t.wait(f)
      })
      m.thread('section', (t) => {
        t.beginSignalling()
        t.lock(a)
        t.unlock(a)
        t.endSignalling()
      })
    }
    expect(reports(waits, { mode: 'annotated' })).toEqual(['circular a dma_fence_map'])
  })

  test('the section around a signal is around the callbacks that may have been added too', () => {
    const callback = (forSure: boolean) => (m: M) => {
      // Lockdep is told to leave fence->lock alone: only the section is around what the callback takes.
      const [b, lock] = [m.spinlock('b'), m.spinlock('lock', { lockClass: '' })]
      const f = m.fence('f', { lock })
      const cb = m.callback(
        f,
        'cb',
        (t) => {
          t.spinLock(b)
          t.spinUnlock(b)
        },
        { added: true },
      )
      if (!forSure) m.thread('remover', (t) => t.removeCallback(f, { callback: cb, removed: () => {}, ran: () => {} }))
      m.thread('signaller', (t) => t.signal(f))
      // A model that has sections of its own gets no others.
      m.thread('annotated', (t) => {
        t.beginSignalling()
        t.endSignalling()
      })
      m.thread('waiter', (t) => {
        t.spinLock(b)
        t.wait(f)
      })
    }
    for (const forSure of [true, false])
      expect(reports(callback(forSure), { mode: 'annotated' })).toEqual(['circular b dma_fence_map'])
  })
})

describe('contexts', () => {
  test('a handler that only tries a lock waits for nobody who holds it', () => {
    const handler = (context: 'irq' | 'softirq', take: (t: T, a: never) => void) => (m: M) => {
      const a = m.spinlock('a') as never
      m[context]('handler', (t) => take(t, a))
      m.thread('p', (t) => {
        t.spinLock(a)
        t.spinUnlock(a)
      })
    }
    const takes = (t: T, a: never): void => {
      t.spinLock(a)
      t.spinUnlock(a)
    }
    const tries = (t: T, a: never): void => t.spinTrylock(a, { got: () => t.spinUnlock(a), missed: () => {} } as never)
    expect(reports(handler('irq', takes))).toEqual(['HARDIRQ a'])
    expect(reports(handler('softirq', takes))).toEqual(['SOFTIRQ a'])
    expect(reports(handler('irq', tries))).toEqual(silent)
    expect(reports(handler('softirq', tries))).toEqual(silent)
  })

  test('a grace period is waited for, but nothing can come inside it', () => {
    const waits = (inside: boolean) => (m: M) => {
      const s = m.srcu('s')
      m.irq('irq', (t) => {
        t.srcuReadLock(s)
        t.srcuReadUnlock(s)
      })
      m.thread('p', (t) => {
        if (inside) t.srcuReadLock(s)
        t.synchronizeSrcu(s)
      })
    }
    expect(reports(waits(false))).toEqual(silent)
    expect(reports(waits(true))).toEqual(['recursive s'])
  })

  test('read_lock() nests where softirqs are off, as in_interrupt() is true there; hardirqs off do not count', () => {
    const twice = (off: (t: T) => void) => (m: M) => {
      const l = m.rwlock('l')
      m.thread('p', (t) => {
        off(t)
        t.readLock(l)
        t.readLock(l)
        t.readUnlock(l)
        t.readUnlock(l)
      })
    }
    expect(reports(twice((t) => t.localBhDisable()))).toEqual(silent)
    expect(reports(twice((t) => t.localIrqDisable()))).toEqual(['recursive l'])
  })
})

describe('what ends waits', () => {
  const exact = { mode: 'exact' } as const

  test('what was taken before a path last rested is not needed for what it does next', () => {
    const rounds = (rests: boolean, waitsFirst: boolean) => (m: M) => {
      const [a, f, go] = [m.mutex('a'), m.fence('f'), m.flag('go')]
      m.thread('waiter', (t) => {
        t.set(go, 1)
        t.lock(a)
        t.wait(f)
        t.unlock(a)
      })
      m.worker('worker', (t) =>
        t.loop(() => {
          if (rests) t.idle()
          if (waitsFirst) t.await(go)
          t.signal(f)
          t.lock(a)
          t.unlock(a)
        }),
      )
    }
    for (const waitsFirst of [true, false]) {
      expect(reports(rounds(true, waitsFirst), exact)).toEqual(silent)
      expect(reports(rounds(false, waitsFirst), exact)).toEqual(['circular a f'])
    }
  })

  test('writing what lets go on nobody who waits ends no wait', () => {
    const writes = (value: 0 | 1) => (m: M) => {
      const [a, go] = [m.mutex('a'), m.flag('go')]
      m.thread('waiter', (t) => {
        t.lock(a)
        t.await(go)
        t.unlock(a)
      })
      m.thread('writer', (t) => {
        t.lock(a)
        t.unlock(a)
        t.set(go, value)
      })
      m.hardware('device', (t) => t.set(go, 1))
    }
    expect(reports(writes(0), exact)).toEqual(silent)
    expect(reports(writes(1), exact)).toEqual(['circular a go'])
  })
})

describe('told at boot', () => {
  test('reclaim unmaps files under i_mmap_rwsem, so nothing is allocated under that', () => {
    const allocates = (flags: 'mightAlloc' | 'mightAllocNofs') => (m: M) => {
      const iMmap = m.rwsem('i_mmap', { lockClass: '&mapping->i_mmap_rwsem' })
      m.thread('p', (t) => {
        t.downWrite(iMmap)
        t[flags]()
        t.upWrite(iMmap)
      })
    }
    expect(reports(allocates('mightAlloc'))).toEqual(['circular &mapping->i_mmap_rwsem fs_reclaim'])
    expect(reports(allocates('mightAllocNofs'))).toEqual(silent)
  })

  test('fences are waited for in notifiers that reclaim runs, and without notifiers in reclaim itself', () => {
    const allocates = (flags: 'mightAlloc' | 'mightAllocNofs') => (m: M) => {
      const a = m.mutex('a')
      m.thread('p', (t) => {
        t.lock(a)
        t[flags]()
        t.unlock(a)
      })
      m.thread('section', (t) => {
        t.beginSignalling()
        t.lock(a)
        t.unlock(a)
        t.endSignalling()
      })
    }
    const annotated = { mode: 'annotated' } as const
    const off = { notifiers: 'off' }
    const throughNotifiers = ['circular a mmu_notifier_invalidate_range_start dma_fence_map']
    expect(reports(allocates('mightAllocNofs'), annotated)).toEqual(throughNotifiers)
    expect(reports(allocates('mightAllocNofs'), annotated, off)).toEqual(silent)
    expect(reports(allocates('mightAlloc'), annotated, off)).toEqual(['circular a fs_reclaim dma_fence_map'])
  })
})
