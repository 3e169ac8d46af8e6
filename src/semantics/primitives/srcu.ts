// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { beginSection, endSection, gracePeriod, inSection, sectionFields } from '../read-sections.ts'

/**
 * `struct srcu_struct` (kernel/rcu/srcutree.c, include/linux/srcu.h; read at 6.18): RCU of its own domain, whose read
 * sections may sleep. So they may wait for who waits for them: synchronize_srcu() is like the write side of a lock whose
 * readers never wait. mmu notifiers run inside such a section (mm/mmu_notifier.c).
 */
export const srcu = primitive({
  name: 'srcu_struct',
  source: 'kernel/rcu/srcutree.c: __srcu_read_lock(), __srcu_read_unlock(), synchronize_srcu(); include/linux/srcu.h',
  limits: [
    'The sections of one process nest: an outer one that ends before an inner one counts until both have ended.',
    'A section that another process ends (srcu_down_read(), srcu_up_read()) is not modelled, nor are call_srcu() and srcu_barrier().',
    'A grace period waits for no more than it must; that the kernel may let callers share a later one is not modelled.',
    'Sections nest three deep; beyond that a verdict is unknown.',
  ],
  fields: sectionFields,
  lockMap: {},
  holds: { read: inSection },
  operations: {
    srcuReadLock: {
      does: 'srcu_read_lock(): begins a read section, in which one may sleep; never waits, nests',
      lockdep: { does: 'acquire', mode: 'read-recursive' },
      arrows: [{ set: beginSection }],
    },
    srcuReadUnlock: {
      does: 'srcu_read_unlock(): ends the innermost read section',
      needs: { 'unlock-not-held': inSection },
      lockdep: { does: 'release' },
      arrows: [{ set: endSection }],
    },
    synchronizeSrcu: {
      does: 'synchronize_srcu(): waits until every read section of this domain that has begun by now has ended; from inside one for ever',
      sleeps: true,
      waits: 'srcu_read_unlock()',
      lockdep: [{ does: 'touch', sync: true }, { does: 'wait' }],
      arrows: gracePeriod,
    },
  },
})
