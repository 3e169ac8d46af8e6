// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'
import type { KernelPath } from 'fencecheck'

/**
 * One side locks both buffers with a ticket, the other takes its second buffer without one. A holder without a ticket
 * is waited for whatever the stamps, and a waiter without a ticket never backs off. Whether it deadlocks depends on which
 * ticket is older: the side that would have had to die is the one that cannot, or the one that still can.
 */
export default model(
  'dma-resv/ww-null-ctx-mix',
  {
    summary:
      'One task takes its second reservation without a ticket: deadlock or not depends on whose ticket is older.',
    sources: [
      'kernel/locking/ww_mutex.h: __ww_mutex_check_kill(); read at 6.18.19',
      'Documentation/locking/ww-mutex-design.rst; read at 6.18',
    ],
    abstracts: ['The order of the tickets is fixed by a flag before the locking starts.'],
    rules: ['R22'],
    variants: {
      'mixed-older': 'holds',
      'mixed-younger': { kind: 'deadlock', shape: 'cycle', processes: ['mixed', 'ticketed'], objects: ['a', 'b'] },
      'both-ticketed': 'holds',
    },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const a = m.resv('a', { class: K })
    const b = m.resv('b', { class: K })
    const turn = m.int('tickets', { max: 2 })
    const mixedFirst = variant !== 'mixed-younger'
    const ticket = (t: KernelPath, first: boolean): void => {
      if (!first) t.await(turn)
      t.wwAcquireInit(K)
      if (first) t.set(turn, 1)
    }
    const finish = (t: KernelPath): void => {
      t.wwUnlock(a)
      t.wwUnlock(b)
      t.wwAcquireFini(K)
      t.end()
    }
    m.thread('mixed', (t) => {
      ticket(t, mixedFirst)
      t.wwLock(a, { edeadlk: () => t.unreachable('a first lock never backs off') })
      if (variant === 'both-ticketed') {
        // The older context never dies.
        t.wwLock(b, { edeadlk: () => t.unreachable('the older context never backs off') })
      } else t.wwLockPlain(b)
      finish(t)
    })
    m.thread('ticketed', (t) => {
      ticket(t, !mixedFirst)
      t.wwLock(b, { edeadlk: () => t.unreachable('a first lock never backs off') })
      t.loop(() => {
        t.wwLock(a, { ok: () => finish(t), edeadlk: () => {} })
        t.wwUnlock(b)
        t.wwLockSlow(a)
        t.wwLock(b, { ok: () => finish(t), edeadlk: () => {} })
        t.wwUnlock(a)
        t.wwLockSlow(b)
      })
    })
  },
)
