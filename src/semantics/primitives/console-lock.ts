// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { bump, is, mine, my, positive, set, the } from '../vocabulary.ts'
import { downArrows, semaphoreFields, upArrows } from './semaphore.ts'

const held = my('held')

/**
 * `console_lock()` (kernel/printk/printk.c; read at 6.18): a semaphore of one, `console_sem`, with a lockdep map of its
 * own, which makes whoever has it the owner. There is one in a kernel: declare it once in a model. Code around fbdev, vt
 * and fbcon allocates and takes modeset locks under it.
 */
export const consoleLock = primitive({
  name: 'console_lock',
  source:
    'kernel/printk/printk.c: console_lock(), console_trylock(), console_unlock(); kernel/locking/semaphore.c: __up()',
  limits: [
    'What console_unlock() prints, with the locks of console drivers, is a step of the model; so is printk().',
    'The hand-over of a busy printer to a spinning one (console_trylock_spinning()) is not modelled: printk() only tries.',
  ],
  fields: { ...semaphoreFields, count: { max: 1, init: 1 }, held: mine },
  lockMap: { named: 'console_lock' },
  holds: { console: held },
  operations: {
    consoleLock: {
      does: 'console_lock(): takes console_sem, waits while somebody has it',
      sleeps: true,
      waits: 'console_unlock()',
      lockdep: { does: 'acquire', mode: 'write' },
      arrows: downArrows([set(held, 1)]),
    },
    consoleTrylock: {
      does: 'console_trylock(): takes it if it is free, never waits; from any context, as printk() does',
      lockdep: { does: 'acquire', mode: 'write', try: true },
      arrows: [
        { when: positive(the('count')), set: [bump(the('count'), -1), set(held, 1)], to: 'got' },
        { when: is(the('count'), 0), to: 'missed', retry: true },
      ],
    },
    consoleUnlock: {
      does: 'console_unlock(): by the holder, from any context; the first waiter gets it',
      needs: { 'unlock-not-held': held },
      lockdep: { does: 'release' },
      arrows: upArrows([set(held, 0)]),
    },
  },
})
