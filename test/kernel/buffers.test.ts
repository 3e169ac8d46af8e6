// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { field, type KernelBuilder, type KernelPath } from 'fencecheck'
import {
  bufferShrinker,
  dmaBuf,
  longRunningContext,
  syncFile,
  ttmDevice,
  ttmFaultHandler,
  userptrNotifier,
} from 'fencecheck/kernel'
import { states, told } from './told.ts'

describe('buffers of TTM', () => {
  const moved =
    (how: { readonly waits?: boolean; readonly users?: boolean }) =>
    (m: KernelBuilder): void => {
      const ttm = ttmDevice(m, 'vram')
      const job = m.fence('job_fence')
      const bo = ttm.buffer('bo', { users: how.users === false ? [] : [job] })
      const pushed = m.flag('job_pushed')
      const mapping = m.mapping('gpu_mapping', { buffer: bo.memory })
      m.thread('submit', (t) =>
        ttm.reserved(t, [bo], () => {
          t.reserveFences(bo.resv)
          if (how.waits !== false) t.waitFences(bo.resv, { usage: 1 })
          t.mapBuffer(mapping)
          t.addFence(bo.resv, { fence: job, usage: 2 })
          t.set(pushed, 1)
        }),
      )
      m.hardware('gpu', (t) => {
        t.idle()
        t.await(pushed)
        t.readMapped(mapping, { unmapped: () => t.unreachable('it is mapped') })
        t.signal(job)
      })
      m.thread('evict', (t) => ttm.reserved(t, [bo], () => bo.move(t, 2)))
    }
  test('are copied after the jobs that use them, and used after the copy', async () => {
    expect(await told(moved({}))).toBe('holds')
    expect(await told(moved({ users: false }))).toBe('use-after-free access-after-free: gpu: gpu_mapping')
    expect(await told(moved({ waits: false }))).toBe('stale-data read-unready: gpu: gpu_mapping')
  })

  test('are reserved in any order with a ticket', async () => {
    const two = (m: KernelBuilder): void => {
      const ttm = ttmDevice(m, 'vram')
      const [a, b] = [ttm.buffer('a'), ttm.buffer('b')]
      m.thread('one', (t) => ttm.reserved(t, [a, b], () => t.local('validate')))
      m.thread('two', (t) => ttm.reserved(t, [b, a], () => t.local('validate')))
    }
    expect(await told(two)).toBe('holds')
  })

  const deleted =
    (waits: boolean) =>
    (m: KernelBuilder): void => {
      const ttm = ttmDevice(m, 'vram')
      const bo = ttm.buffer('bo')
      const job = m.fence('job_fence', {})
      const pushed = m.flag('job_pushed')
      m.thread('close', (t) => {
        ttm.reserved(t, [bo], () => {
          t.reserveFences(bo.resv)
          t.addFence(bo.resv, { fence: job, usage: 4 })
          t.set(pushed, 1)
        })
        if (waits) bo.put(t)
        else t.freeBuffer(bo.memory)
      })
      m.hardware('gpu', (t) => {
        t.idle()
        t.await(pushed)
        t.beginRead(bo.memory)
        t.endRead(bo.memory)
        t.signal(job)
      })
    }
  test('are freed when nobody uses them any more', async () => {
    expect(await told(deleted(true))).toBe('holds')
    expect(await told(deleted(false))).toMatch(/^use-after-free .*gpu/)
  })

  const faulting =
    (how: { readonly mayRetry?: boolean; readonly underResv?: boolean; readonly writer?: boolean }) =>
    (m: KernelBuilder): void => {
      const ttm = ttmDevice(m, 'vram')
      const bo = ttm.buffer('bo')
      const mm = m.mmapLock('mmap_lock')
      ttmFaultHandler(m, mm, bo, how)
      m.thread('cpu', (t) => t.copyUser(mm))
      m.thread('ioctl', (t) => {
        ttm.reserved(t, [bo], () => {
          if (how.underResv === true) {
            t.downRead(mm)
            t.upRead(mm)
          }
          t.local('use the buffer')
        })
      })
      if (how.writer === true)
        m.thread('mmap', (t) => {
          t.downWrite(mm)
          t.upWrite(mm)
        })
    }
  test('are faulted in under mmap_lock, with or without a retry', async () => {
    expect(await told(faulting({ writer: true }))).toBe('holds')
    expect(await told(faulting({ writer: true, mayRetry: false }))).toBe('holds')
  })
  test('must not be reserved around mmap_lock', async () => {
    expect(await told(faulting({ writer: true, mayRetry: false, underResv: true }))).toMatch(
      /^deadlock cycle: cpu, ioctl, mmap/,
    )
  })
  test('small', () => expect(states(faulting({ writer: true }))).toBeLessThan(1500))
})

describe('dma-buf', () => {
  const shared =
    (how: { readonly notify?: 'zap' | 'lock' | 'mark'; readonly waits?: boolean; readonly held?: boolean }) =>
    (m: KernelBuilder): void => {
      const ttm = ttmDevice(m, 'vram')
      const bo = ttm.buffer('bo', { moveNotify: (t) => shared.moveNotify(t) })
      const shared = dmaBuf(m, bo)
      const lock = (t: KernelPath): void => {
        t.wwLockPlain(bo.resv)
        t.wwUnlock(bo.resv)
      }
      const { notify = 'zap' } = how
      const nic = shared.attach('nic', {
        moveNotify: notify === 'zap' ? 'zap' : notify === 'lock' ? lock : (t) => t.local('mark it'),
      })
      m.thread('exporter', (t) => ttm.reserved(t, [bo], () => bo.move(t, 1)))
      m.thread('importer-fault', (t) => {
        t.repeat(2, () => {
          if (how.held !== false) t.wwLockPlain(bo.resv)
          if (how.waits !== false) t.waitFences(bo.resv, { usage: 1 })
          nic.map(t)
          if (how.held !== false) t.wwUnlock(bo.resv)
        })
      })
      m.hardware('nic', (t) => {
        t.loop(() => {
          t.idle()
          t.await(field(nic.mapping, 'view'))
          t.readMapped(nic.mapping, { unmapped: () => t.local('page fault of the device') })
        })
      })
    }
  test('a dynamic importer waits for moves, and stops its device when the buffer moves', async () => {
    expect(await told(shared({}))).toBe('holds')
    expect(await told(shared({ waits: false }))).toMatch(/^stale-data .*nic_mapping/)
    expect(await told(shared({ notify: 'mark' }))).toMatch(/^use-after-free .*nic_mapping/)
  })
  test('move_notify is called with the reservation held, and map_attachment must be', async () => {
    expect(await told(shared({ notify: 'lock' }))).toMatch(/^deadlock self: exporter: bo/)
    expect(await told(shared({ held: false }))).toMatch(/^assertion .*importer-fault/)
  })
  test('the core waits for moves for a static importer', async () => {
    const scanout = (waitsForStatic: boolean) => (m: KernelBuilder) => {
      const ttm = ttmDevice(m, 'vram')
      const bo = ttm.buffer('bo')
      const display = dmaBuf(m, { ...bo, pin: (t) => bo.move(t, 1), waitsForStatic }).attach('display')
      m.thread('import', (t) => {
        t.wwLockPlain(bo.resv)
        display.map(t)
        t.wwUnlock(bo.resv)
        t.readMapped(display.mapping)
      })
    }
    expect(await told(scanout(true))).toBe('holds')
    expect(await told(scanout(false))).toMatch(/^stale-data .*display_mapping/)
  })
})

describe('sync_file', () => {
  const taken =
    (merges: boolean) =>
    (m: KernelBuilder): void => {
      const memory = m.buffer('pages')
      const [a, b] = [m.fence('a'), m.fence('b')]
      const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
      const [one, two, both] = (['one', 'two', 'both'] as const).map((name) => syncFile(m, name, [a, b]))
      for (const [fence, name] of [
        [a, 'gpu'],
        [b, 'video'],
      ] as const)
        m.hardware(name, (t) => {
          t.idle()
          t.await(field(fence, 'published'))
          t.beginRead(memory)
          t.endRead(memory)
          t.signal(fence)
        })
      m.thread('user', (t) => {
        one!.create(t, a)
        two!.create(t, b)
        if (merges) both!.merge(t, one!, two!)
        else both!.merge(t, one!, one!)
        both!.importTo(t, bo, 2)
        t.wwLockPlain(bo)
        t.waitFences(bo)
        t.wwUnlock(bo)
        t.freeBuffer(memory)
      })
    }
  test('imported into a reservation is waited for with all that was merged into it', async () => {
    expect(await told(taken(true))).toBe('holds')
    expect(await told(taken(false))).toMatch(/^use-after-free .*video/)
  })
  test('exported is what was published by then', async () => {
    const snapshot = (m: KernelBuilder): void => {
      const [a, b] = [m.fence('a', { published: true }), m.fence('b')]
      const file = syncFile(m, 'file', [a, b])
      m.thread('user', (t) => {
        file.exportPublished(t)
        t.publish(b)
        file.wait(t)
        t.signal(b)
      })
      m.hardware('gpu', (t) => t.signal(a))
      m.thread('waiter', (t) => {
        t.idle()
        t.await(field(b, 'published'))
        t.wait(b)
      })
    }
    expect(await told(snapshot)).toBe('holds')
  })
})

describe('a long-running context', () => {
  const evicted =
    (how: {
      readonly alloc?: 'before' | 'after'
      readonly afterSignal?: boolean
      readonly suspendNeedsLock?: boolean
    }) =>
    (m: KernelBuilder): void => {
      const vm = m.resv('vm', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
      const lock = m.mutex('vm_lock')
      const take = (t: KernelPath): void => {
        t.lock(lock)
        t.unlock(lock)
      }
      const ctx = longRunningContext(m, 'lr', {
        resv: vm,
        resumeWq: m.workqueue('resume_wq', { memReclaim: true }),
        ...(how.suspendNeedsLock === true && { suspend: take }),
        ...(how.alloc === 'before' && { beforeArm: (t) => t.allocKernel() }),
      })
      m.thread('ioctl', (t) => {
        t.wwLockPlain(vm)
        ctx.start(t)
        t.wwUnlock(vm)
      })
      m.thread('evict', (t) => {
        t.lock(lock)
        ctx.waitIdle(t)
        t.unlock(lock)
      })
      if (how.alloc !== undefined) {
        m.mmuNotifier('notifier', (t) => ctx.waitIdle(t))
        m.thread('other-task', (t) => t.allocKernel())
      }
    }
  test('is off the hardware whenever memory management asks for it', async () => {
    expect(await told(evicted({}))).toBe('holds')
  })
  test('may allocate before its new fence is visible', async () => {
    expect(await told(evicted({ alloc: 'before' }))).toBe('holds')
  })
  test('cannot be suspended if that takes a lock of who waits for it', async () => {
    expect(await told(evicted({ suspendNeedsLock: true }))).toMatch(
      /^deadlock cycle: evict, lr_preempt_wq\/0: .*vm_lock/,
    )
  })
  test('small', () => expect(states(evicted({}))).toBeLessThan(5000))
})

describe('reclaim', () => {
  const reclaiming =
    (how: { readonly by: 'trylock' | 'blocking' | 'notifier'; readonly nofs?: boolean }) =>
    (m: KernelBuilder): void => {
      const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
      const fence = m.fence('fence')
      if (how.by === 'notifier') userptrNotifier(m, 'notifier', [bo])
      else bufferShrinker(m, 'shrinker', [bo], { lock: how.by })
      m.thread('ioctl', (t) => {
        t.wwLockPlain(bo)
        t.reserveFences(bo)
        t.addFence(bo, { fence, usage: 2 })
        t.wwUnlock(bo)
        if (how.nofs === true) t.allocNofs()
        t.signal(fence)
      })
      m.thread('other-task', (t) => t.allocKernel())
    }
  test('tries the lock of a buffer, which its holder may have while it allocates', async () => {
    expect(await told(reclaiming({ by: 'trylock' }))).toBe('holds')
    expect(await told(reclaiming({ by: 'blocking' }))).toMatch(/^deadlock self: ioctl: bo/)
  })
  test('runs notifiers under GFP_NOFS too', async () => {
    expect(await told(reclaiming({ by: 'notifier' }))).toBe('holds')
    expect(await told(reclaiming({ by: 'notifier', nofs: true }))).toBe('deadlock self: ioctl: fence')
  })
})
