// SPDX-License-Identifier: Apache-2.0
import { acquire, bh, enterAtomic, irq, irqsave, plain, release, type Flavour } from '../contexts.ts'
import { primitive } from '../primitive.ts'
import { bit, mine, my, no, set, the } from '../vocabulary.ts'

const free = no(the('locked'))
const take = [set(the('locked'), 1), set(my('held'), 1)]
const give = [set(the('locked'), 0), set(my('held'), 0)]

const lock = <const D extends string>(does: D, flavour: Flavour) => ({
  does,
  needs: flavour.lockNeeds,
  waits: 'spin_unlock()',
  lockdep: { does: 'acquire', mode: 'write' } as const,
  arrows: acquire(flavour, free, take),
})
const unlock = <const D extends string>(does: D, flavour: Flavour) => ({
  does,
  needs: { 'unlock-not-held': my('held'), ...flavour.unlockNeeds },
  lockdep: { does: 'release' } as const,
  arrows: release(flavour, give),
})

/**
 * `spinlock_t` without PREEMPT_RT (include/linux/spinlock.h, kernel/locking/spinlock.c; read at 6.18). The holder has
 * preemption off, so a sleeping operation is misuse; a handler may still run on top of it unless interrupts are off.
 */
export const spinlock = primitive({
  name: 'spinlock',
  source: 'include/linux/spinlock_api_smp.h, kernel/locking/spinlock.c',
  limits: ['spinlock_t of PREEMPT_RT, which sleeps, is not modelled.'],
  fields: { locked: bit, held: mine },
  lockMap: { wait: 'config' },
  holds: { spin: my('held') },
  blockedByHoldersOnly: ['locked', 'held'],
  operations: {
    spinLock: lock('spin_lock(): spins until it is free; interrupts stay as they are', plain),
    spinUnlock: unlock('spin_unlock()', plain),
    spinLockIrq: lock('spin_lock_irq(): interrupts off, then spins; must not nest in an irqs-off region', irq),
    spinUnlockIrq: unlock('spin_unlock_irq(): interrupts on, whatever they were before', irq),
    spinLockIrqsave: lock('spin_lock_irqsave(): saves the interrupt state, interrupts off, then spins', irqsave),
    spinUnlockIrqrestore: unlock('spin_unlock_irqrestore(): back to the saved interrupt state', irqsave),
    spinLockBh: lock('spin_lock_bh(): softirqs off, then spins', bh),
    spinUnlockBh: unlock('spin_unlock_bh(): softirqs on again; not with interrupts off', bh),
    spinTrylock: {
      does: 'spin_trylock(): takes it if it is free, never waits',
      lockdep: { does: 'acquire', mode: 'write', try: true },
      arrows: [
        { when: free, set: [...take, enterAtomic], to: 'got' },
        { when: the('locked'), to: 'missed', retry: true },
      ],
    },
  },
})

/**
 * `raw_spinlock_t` (include/linux/spinlock.h; read at 6.18): the same without PREEMPT_RT. For lockdep it is another thing:
 * inside it only what spins on PREEMPT_RT too may be taken (CONFIG_PROVE_RAW_LOCK_NESTING).
 */
export const rawSpinlock = primitive({ ...spinlock, name: 'raw_spinlock', limits: [], lockMap: { wait: 'spin' } })
