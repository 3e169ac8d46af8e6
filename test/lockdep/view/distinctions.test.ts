// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { M, T } from '../../fixtures/models.ts'
import { reports, silent } from './reports.ts'

/** Two paths that take a and b in opposite orders, in these ways. */
const abba =
  (first: (t: T, m: { a: never; b: never }) => void, second: (t: T, m: { a: never; b: never }) => void) =>
  (m: M): void => {
    const locks = { a: m.mutex('a'), b: m.mutex('b') } as unknown as { a: never; b: never }
    m.thread('p', (t) => first(t, locks))
    m.thread('q', (t) => second(t, locks))
  }

describe('classes', () => {
  test('two locks of one class inside each other are recursion, of two classes they are not', () => {
    const nested =
      (lockClass: string | undefined, subclass = 0) =>
      (m: M): void => {
        const [x, y] = ['x', 'y'].map((name) => m.mutex(name, lockClass === undefined ? {} : { lockClass })) as [
          never,
          never,
        ]
        m.thread('p', (t) => {
          t.lock(x)
          t.lock(y, { subclass } as never)
          t.unlock(y)
          t.unlock(x)
        })
      }
    expect(reports(nested(undefined))).toEqual(silent)
    expect(reports(nested('X'))).toEqual(['recursive X'])
    expect(reports(nested('X', 1))).toEqual(silent)
    expect(reports(nested(''))).toEqual(silent)
  })

  test('locks at the same place of copies are of one class', () => {
    expect(
      reports((m) => {
        const locks: never[] = []
        m.copies('node', 2, () => void locks.push(m.mutex('lock') as never))
        m.thread('p', (t) => {
          t.lock(locks[0]!)
          t.lock(locks[1]!)
          t.unlock(locks[1]!)
          t.unlock(locks[0]!)
        })
      }),
    ).toEqual(['recursive node[0].lock'])
  })

  test('a lock that is held puts others in order, unless it is not held', () => {
    const under = (held: boolean) => (m: M) => {
      const [outer, x, y] = [
        m.mutex('outer'),
        m.spinlock('x', { lockClass: 'X' }),
        m.spinlock('y', { lockClass: 'X' }),
      ] as const
      m.thread('p', (t) => {
        if (held) t.lock(outer)
        t.spinLock(x, { nestLock: outer })
        t.spinLock(y, { nestLock: outer })
        t.spinUnlock(y)
        t.spinUnlock(x)
        if (held) t.unlock(outer)
      })
    }
    expect(reports(under(true))).toEqual(silent)
    expect(reports(under(false))).toEqual(['nest-lock X', 'recursive X'])
  })
})

describe('order', () => {
  test('a trylock is ordered after nothing, but what is taken under it is', () => {
    const lock = (t: T, x: never): void => t.lock(x)
    const tries = (t: T, x: never): void => t.trylock(x, { got: () => {}, missed: () => t.end() } as never)
    const under =
      (outer: typeof lock, inner: typeof lock) =>
      (swap: boolean) =>
      (t: T, { a, b }: { a: never; b: never }): void => {
        const [x, y] = swap ? [b, a] : [a, b]
        outer(t, x)
        inner(t, y)
      }
    const both = (one: ReturnType<typeof under>, other: ReturnType<typeof under>) => abba(one(false), other(true))
    expect(reports(both(under(lock, lock), under(lock, lock)))).toEqual(['circular a b'])
    expect(reports(both(under(lock, lock), under(lock, tries)))).toEqual(silent)
    expect(reports(both(under(lock, lock), under(tries, lock)))).toEqual(['circular a b'])
    expect(reports(both(under(lock, tries), under(tries, lock)))).toEqual(silent)
  })

  test('guards that what the path itself has done makes false are not gone through', () => {
    expect(
      reports((m) => {
        const [a, b] = [m.mutex('a'), m.mutex('b')]
        m.thread('p', (t) => {
          t.lock(a)
          t.lock(b)
          t.unlock(b)
          t.unlock(a)
          t.lock(b)
          t.unlock(b)
        })
        m.thread('q', (t) => {
          t.lock(b)
          t.unlock(b)
          t.lock(a)
          t.unlock(a)
        })
      }),
    ).toEqual(silent)
  })

  test('who unlocks what it does not hold, and who has a ticket of its own twice', () => {
    expect(
      reports((m) => {
        const a = m.mutex('a')
        m.thread('p', (t) => t.unlock(a))
      }),
    ).toEqual(['unlock-balance a'])
    expect(
      reports((m) => {
        const K = m.wwClass('K')
        m.thread('p', (t) => {
          t.wwAcquireInit(K)
          t.wwAcquireInit(K)
        })
      }),
    ).toEqual(['debug-locks two-contexts', 'recursive K_acquire'])
  })
})

describe('read locks', () => {
  test('read_lock() in task context does not nest on a queued rwlock; down_read() never does', () => {
    const twice = (m: M): void => {
      const l = m.rwlock('l')
      m.thread('p', (t) => {
        t.readLock(l)
        t.readLock(l)
        t.readUnlock(l)
        t.readUnlock(l)
      })
    }
    expect(reports(twice)).toEqual(['recursive l'])
    expect(reports(twice, { readLock: 'recursive' })).toEqual(silent)
    expect(
      reports((m) => {
        const l = m.rwlock('l')
        m.thread('p', (t) => {
          t.readLock(l)
          t.readUnlock(l)
        })
        m.softirq('irq', (t) => {
          t.readLock(l)
          t.readLock(l)
          t.readUnlock(l)
          t.readUnlock(l)
        })
      }),
    ).toEqual(silent)
  })
})

describe('interrupts', () => {
  test('what a handler takes may not be held with interrupts on, itself or through others', () => {
    const paths = (irqsave: boolean, inner: boolean) => (m: M) => {
      const [a, b] = [m.spinlock('a'), m.spinlock('b')]
      m.irq('irq', (t) => {
        t.spinLock(a)
        t.spinUnlock(a)
      })
      m.thread('p', (t) => {
        t.spinLockIrqsave(a)
        if (inner) {
          t.spinLock(b)
          t.spinUnlock(b)
        }
        t.spinUnlockIrqrestore(a)
      })
      m.thread('q', (t) => {
        if (irqsave) t.spinLockIrqsave(b)
        else t.spinLock(b)
        if (irqsave) t.spinUnlockIrqrestore(b)
        else t.spinUnlock(b)
      })
    }
    expect(reports(paths(true, true))).toEqual(silent)
    expect(reports(paths(false, false))).toEqual(silent)
    expect(reports(paths(false, true))).toEqual(['HARDIRQ a b'])
  })

  test('interrupts that come on while a lock is held count', () => {
    expect(
      reports((m) => {
        const a = m.spinlock('a')
        m.irq('irq', (t) => {
          t.spinLock(a)
          t.spinUnlock(a)
        })
        m.thread('p', (t) => {
          t.localIrqDisable()
          t.spinLock(a)
          t.localIrqEnable()
          t.spinUnlock(a)
        })
      }),
    ).toEqual(['HARDIRQ a'])
  })

  test('what sleeps is not waited for where one must not sleep; it may be tried', () => {
    const inside = (how: 'lock' | 'trylock') => (m: M) => {
      const [s, x] = [m.spinlock('s'), m.mutex('x')]
      m.thread('p', (t) => {
        t.spinLock(s)
        if (how === 'lock') t.lock(x)
        else t.trylock(x, { got: () => t.unlock(x), missed: () => {} })
        t.spinUnlock(s)
      })
    }
    expect(reports(inside('lock'))).toContain('wait-context x')
    expect(reports(inside('trylock'))).toEqual(silent)
  })
})

describe('what is no lock', () => {
  test('reclaim: what is allocated under a lock may not be needed by a shrinker', () => {
    const driver = (alloc: (t: T) => void) => (m: M) => {
      const a = m.mutex('a')
      m.shrinker('shrinker', (t) => {
        t.lock(a)
        t.unlock(a)
      })
      m.thread('p', (t) => {
        t.lock(a)
        alloc(t)
        t.unlock(a)
      })
      m.kswapd()
    }
    // kswapd, not the path itself: a path that reclaims under the lock finds the shrinker in the lock it holds.
    expect(reports(driver((t) => t.allocKernel()))).toEqual(['circular a fs_reclaim', 'recursive a'])
    expect(reports(driver((t) => t.mightAlloc()))).toEqual(['circular a fs_reclaim'])
    expect(reports(driver((t) => t.mightAllocNofs()))).toEqual(silent)
    expect(
      reports(
        driver((t) => {
          t.memallocNofsSave()
          t.mightAlloc()
          t.memallocNofsRestore()
        }),
      ),
    ).toEqual(silent)
  })

  test('notifiers run in reclaim that may not enter a file system too', () => {
    expect(
      reports((m) => {
        const a = m.mutex('a')
        m.mmuNotifier('notifier', (t) => {
          t.lock(a)
          t.unlock(a)
        })
        m.thread('munmap', (t) => t.invalidateRange())
        m.thread('p', (t) => {
          t.lock(a)
          t.mightAllocNofs()
          t.unlock(a)
        })
      }),
    ).toEqual(['circular a mmu_notifier_invalidate_range_start'])
  })

  test('a page fault under a reservation, told at boot', () => {
    const copies = (under: boolean) => (m: M) => {
      const K = m.wwClass('resv_class', { waitDie: true })
      const [bo, mm] = [m.resv('bo', { class: K }), m.mmapLock('mm')]
      m.thread('p', (t) => {
        if (!under) t.copyUser(mm)
        t.wwLockPlain(bo)
        if (under) t.copyUser(mm)
        t.wwUnlock(bo)
      })
    }
    expect(reports(copies(false))).toEqual(silent)
    expect(reports(copies(true))).toEqual(['circular &mm->mmap_lock resv_class_acquire resv_class_mutex'])
  })

  test('a modeset lock in a page fault, told when the device is set up', () => {
    const faults = (name: string) => (m: M) => {
      const [K, mm] = [m.wwClass(name), m.mmapLock('mm')]
      const crtc = m.wwMutex('crtc', { class: K })
      m.faultHandler(mm, 'fault', (t) => {
        t.wwLockPlain(crtc)
        t.wwUnlock(crtc)
      })
      m.thread('p', (t) => t.copyUser(mm))
    }
    expect(reports(faults('crtc_ww_class'))).toEqual(['circular &mm->mmap_lock crtc_ww_class_mutex'])
    expect(reports(faults('another_class'))).toEqual(silent)
  })

  test('flushing a work item under a lock that it takes', () => {
    const flush = (under: boolean) => (m: M) => {
      const [a, wq] = [m.mutex('a'), m.workqueue('wq')]
      const w = m.workItem(wq, 'w', (t) => {
        t.lock(a)
        t.unlock(a)
      })
      m.thread('p', (t) => {
        t.queueWork(w)
        if (under) t.lock(a)
        t.flushWork(w)
        if (under) t.unlock(a)
      })
    }
    expect(reports(flush(true))).toEqual(['circular (work_completion)(w) a'])
    expect(reports(flush(false))).toEqual(silent)
  })

  test('deleting a timer under a lock that its handler takes', () => {
    const remove = (under: boolean) => (m: M) => {
      const a = m.spinlock('a')
      const timer = m.timerCallback('timer', (t) => {
        t.spinLock(a)
        t.spinUnlock(a)
      })
      m.thread('p', (t) => {
        t.modTimer(timer)
        if (under) t.spinLockBh(a)
        t.timerDeleteSync(timer)
        if (under) t.spinUnlockBh(a)
      })
    }
    expect(reports(remove(true))).toEqual(['circular (&timer) a'])
    expect(reports(remove(false))).toEqual(silent)
  })
})

describe('fence signalling, annotated', () => {
  const signaller = (before: (t: T, a: never) => void, section: 'around' | 'none') => (m: M) => {
    const [a, f] = [m.mutex('a'), m.fence('f')]
    m.thread('waiter', (t) => {
      t.lock(a)
      t.wait(f)
      t.unlock(a)
    })
    m.thread('signaller', (t) => {
      if (section === 'around') t.beginSignalling()
      before(t, a as never)
      t.signal(f)
      if (section === 'around') t.endSignalling()
    })
  }
  const takes = (t: T, a: never): void => {
    t.lock(a)
    t.unlock(a)
  }

  test('a lock that is taken inside a section must not be held over a wait', () => {
    expect(reports(signaller(takes, 'around'))).toEqual(silent)
    expect(reports(signaller(takes, 'around'), { mode: 'annotated' })).toEqual(['circular a dma_fence_map'])
    // Where nobody has annotated anything, whoever is to signal is in a section.
    expect(reports(signaller(takes, 'none'), { mode: 'annotated' })).toEqual(['circular a dma_fence_map'])
    expect(
      reports(
        signaller(() => {}, 'none'),
        { mode: 'annotated' },
      ),
    ).toEqual(silent)
    expect(
      reports(
        signaller(() => {}, 'around'),
        { mode: 'annotated' },
      ),
    ).toEqual(silent)
  })

  test('a section that begins with the lock held is a report up to 6.12 only', () => {
    const begins = (m: M): void => {
      const [a, f] = [m.mutex('a'), m.fence('f')]
      m.thread('p', (t) => {
        t.lock(a)
        t.beginSignalling()
        t.endSignalling()
        t.unlock(a)
      })
      m.thread('q', (t) => {
        t.beginSignalling()
        t.lock(a)
        t.unlock(a)
        t.endSignalling()
        t.signal(f)
      })
    }
    expect(reports(begins, { mode: 'annotated', annotations: '6.12' })).toEqual(['circular a dma_fence_map'])
    expect(reports(begins, { mode: 'annotated', annotations: '6.18' })).toEqual(silent)
  })

  test('a wait inside a section leaves it for the while', () => {
    const waits = (m: M): void => {
      const [f, g] = [m.fence('f'), m.fence('g')]
      m.thread('p', (t) => {
        t.beginSignalling()
        t.wait(g)
        t.signal(f)
        t.endSignalling()
      })
      m.thread('q', (t) => t.signal(g))
    }
    expect(reports(waits, { mode: 'annotated' })).toEqual(silent)
  })
})

describe('waits and what ends them', () => {
  const crossed = (same: boolean) => (m: M) => {
    const [a, f] = [m.mutex('a'), m.fence('f')]
    const g = same ? f : m.fence('g')
    m.thread('p', (t) => {
      t.lock(a)
      t.wait(f)
      t.unlock(a)
      if (!same) t.signal(g)
    })
    m.thread('q', (t) => {
      if (!same) t.signal(f)
      t.lock(a)
      t.unlock(a)
      t.signal(same ? f : g)
    })
  }

  test('exact ones tell fences apart, cross-release does not', () => {
    expect(reports(crossed(true), { mode: 'plain' })).toEqual(silent)
    expect(reports(crossed(true), { mode: 'exact' })).toEqual(['circular a f'])
    expect(reports(crossed(true), { mode: 'cross-release' })).toEqual(['circular a dma_fence'])
    expect(reports(crossed(false), { mode: 'exact' })).toEqual(silent)
    expect(reports(crossed(false), { mode: 'cross-release' })).toContain('circular a dma_fence')
  })

  test('who waits for what only it brings about is a circle of one', () => {
    const alone = (m: M): void => {
      const f = m.fence('f')
      m.thread('p', (t) => {
        t.wait(f)
        t.signal(f)
      })
    }
    expect(reports(alone, { mode: 'exact' })).toEqual(['circular f'])
    expect(reports(alone)).toEqual(silent)
  })

  test('what is done before a fence is published holds up nobody who waits for it', () => {
    const submits = (allocFirst: boolean) => (m: M) => {
      const [f, pushed] = [m.fence('f'), m.flag('pushed')]
      m.shrinker('shrinker', (t) => t.wait(f))
      m.thread('submit', (t) => {
        if (allocFirst) t.allocKernel()
        t.publish(f)
        if (!allocFirst) t.allocKernel()
        t.set(pushed, 1)
      })
      m.hardware('gpu', (t) => {
        t.idle()
        t.await(pushed)
        t.signal(f)
      })
    }
    expect(reports(submits(true), { mode: 'exact' })).toEqual(silent)
    expect(reports(submits(false), { mode: 'exact' })).not.toEqual(silent)
  })
})
