// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'
import type { KernelPath, ObjectHandle } from 'fencecheck'

/**
 * The deadlock ww_mutex was made for. Two submissions lock the same two buffers in opposite order; each takes a ticket
 * first, and whoever is told to back off drops what it holds, takes the contended buffer first and tries again. No
 * order of buffers is ever agreed on, and yet nobody waits for ever, whichever algorithm the class uses. Trying again
 * without dropping anything is what the debug checks of the class refuse. Whoever takes a new ticket for each attempt
 * is always the youngest, and may back off for ever from somebody who submits again and again; a ticket that is kept
 * grows old.
 */
export default model(
  'dma-resv/ww-two-bo-baseline',
  {
    summary: 'Two submissions lock two buffers in opposite order with tickets and back off: nobody can deadlock.',
    sources: [
      'Documentation/locking/ww-mutex-design.rst; read at 6.18',
      'kernel/locking/ww_mutex.h: __ww_mutex_check_kill(), __ww_mutex_wound(); read at 6.18',
    ],
    abstracts: [
      'In the variants with a busy first, that one never ends and takes a ticket for each submission, as it should.',
    ],
    rules: { 'retry-without-dropping': ['R22'], 'without-tickets': ['R22'] },
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
      'busy-first-ticket-kept': 'holds',
      'busy-first-new-ticket-each-attempt': {
        kind: 'no-forward-progress',
        processes: ['second'],
        objects: ['a'],
      },
    },
  },
  (m, variant) => {
    const K = m.wwClass('class', { waitDie: variant !== 'wound-wait' })
    const a = m.wwMutex('a', { class: K })
    const b = m.wwMutex('b', { class: K })
    const inOrder = variant === 'retry-without-dropping'
    const ticketTaken = m.flag('first_ticket_taken')
    const isBusy = variant.startsWith('busy-first')
    const both = (
      t: KernelPath,
      x: ObjectHandle<'wwMutex'>,
      y: ObjectHandle<'wwMutex'>,
      { done, newTicket = false }: { readonly done: () => void; readonly newTicket?: boolean },
    ): void => {
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
        done()
      }
      const lockFirst = (): void => t.wwLock(x, { edeadlk: () => t.unreachable('a first lock never backs off') })
      // Who dies is the younger: in the mutant that is the second one.
      if (inOrder && x === b) t.await(ticketTaken)
      t.wwAcquireInit(K)
      if (inOrder && x === a) t.set(ticketTaken, 1)
      lockFirst()
      if (variant === 'retry-without-dropping') {
        t.loop(() => t.wwLock(y, { ok: held, edeadlk: () => {} }))
        return
      }
      t.loop(() => {
        t.wwLock(y, { ok: held, edeadlk: () => {} })
        t.wwUnlock(x)
        if (newTicket) {
          t.wwAcquireFini(K)
          t.wwAcquireInit(K)
          lockFirst()
          return
        }
        t.wwLockSlow(y)
        t.wwLock(x, { ok: held, edeadlk: () => {} })
        t.wwUnlock(y)
        t.wwLockSlow(x)
      })
    }
    m.thread('first', (t) => {
      const again = t.label()
      both(t, a, b, { done: () => (isBusy ? t.goto(again) : t.end()) })
    })
    m.thread('second', (t) =>
      both(t, b, a, { done: () => t.end(), newTicket: variant === 'busy-first-new-ticket-each-attempt' }),
    )
  },
)
