// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'
import type { KernelPath, ObjectHandle } from 'fencecheck'

/**
 * The deadlock ww_mutex was made for. Two submissions lock the same two buffers in opposite order; each takes a ticket
 * first, and whoever is told to back off drops what it holds, takes the contended buffer first and tries again. No
 * order of buffers is ever agreed on, and yet nobody waits for ever, whichever algorithm the class uses. Trying again
 * without dropping anything is what the debug checks of the class refuse.
 */
export default model(
  'dma-resv/ww-two-bo-baseline',
  {
    summary: 'Two submissions lock two buffers in opposite order with tickets and back off: nobody can deadlock.',
    sources: [
      'Documentation/locking/ww-mutex-design.rst; read at 6.18',
      'kernel/locking/ww_mutex.h: __ww_mutex_check_kill(), __ww_mutex_wound(); read at 6.18',
    ],
    rules: ['R22'],
    variants: {
      'wait-die': 'holds',
      'wound-wait': 'holds',
      'retry-without-dropping': {
        kind: 'misuse',
        code: 'not-the-contended-lock',
        processes: ['second'],
        objects: ['a'],
      },
      'without-tickets': { kind: 'deadlock', shape: 'cycle', processes: ['first', 'second'], objects: ['a', 'b'] },
    },
  },
  (m, variant) => {
    const K = m.wwClass('class', { waitDie: variant !== 'wound-wait' })
    const a = m.wwMutex('a', { class: K })
    const b = m.wwMutex('b', { class: K })
    const inOrder = variant === 'retry-without-dropping'
    const ticketTaken = m.flag('first_ticket_taken')
    const both = (t: KernelPath, x: ObjectHandle<'wwMutex'>, y: ObjectHandle<'wwMutex'>): void => {
      if (variant === 'without-tickets') {
        t.wwLockPlain(x)
        t.wwLockPlain(y)
        t.wwUnlock(y)
        t.wwUnlock(x)
        return
      }
      const held = (): void => {
        t.wwUnlock(x)
        t.wwUnlock(y)
        t.wwAcquireFini(K)
        t.end()
      }
      // Who dies is the younger: in the mutant that is the second one.
      if (inOrder && x === b) t.await(ticketTaken)
      t.wwAcquireInit(K)
      if (inOrder && x === a) t.set(ticketTaken, 1)
      t.wwLock(x, { edeadlk: () => t.unreachable('a first lock never backs off') })
      if (variant === 'retry-without-dropping') {
        t.loop(() => t.wwLock(y, { ok: held, edeadlk: () => {} }))
        return
      }
      t.loop(() => {
        t.wwLock(y, { ok: held, edeadlk: () => {} })
        t.wwUnlock(x)
        t.wwLockSlow(y)
        t.wwLock(x, { ok: held, edeadlk: () => {} })
        t.wwUnlock(y)
        t.wwLockSlow(x)
      })
    }
    m.thread('first', (t) => both(t, a, b))
    m.thread('second', (t) => both(t, b, a))
  },
)
