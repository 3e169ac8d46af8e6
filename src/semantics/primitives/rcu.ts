// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { beginSection, endSection, gracePeriod, inSection, sectionFields } from '../read-sections.ts'

/**
 * RCU (kernel/rcu/tree.c, include/linux/rcupdate.h; read at 6.18). A read section takes nothing and waits for nobody; it
 * nests, and whoever is inside must not sleep. synchronize_rcu() waits for the sections that have begun.
 */
export const rcu = primitive({
  name: 'rcu',
  source:
    'kernel/rcu/tree.c: synchronize_rcu(); include/linux/rcupdate.h: rcu_read_lock(), rcu_read_unlock(); kernel/sched/core.c: __might_resched()',
  about:
    'Sleeping inside a read section is misuse (sleep-in-atomic), synchronize_rcu() inside one too. A section that begins after synchronize_rcu() was called is not waited for.',
  limits: [
    'synchronize_rcu() waits for read sections alone; that it also waits for code with preemption, softirqs or interrupts off is not modelled.',
    'call_rcu() and rcu_barrier() are not modelled: a callback is a softirq handler of the model; what rcu_barrier() locks (CPU hotplug) is an rw_semaphore of the model.',
    'Sections nest three deep; beyond that a verdict is unknown.',
  ],
  implicit: true,
  fields: sectionFields,
  lockMap: { named: 'rcu_read_lock', wait: 'config', waitOuter: 'free', unchecked: true },
  holds: { 'RCU read section': inSection },
  operations: {
    rcuReadLock: {
      does: 'rcu_read_lock(): begins a read section; never waits, nests, from any context',
      lockdep: { does: 'acquire', mode: 'read-recursive' },
      arrows: [{ set: beginSection }],
    },
    rcuReadUnlock: {
      does: 'rcu_read_unlock(): ends the innermost read section',
      needs: { 'rcu-unlock-unbalanced': inSection },
      lockdep: [{ does: 'event' }, { does: 'release' }],
      arrows: [{ set: endSection }],
    },
    synchronizeRcu: {
      does: 'synchronize_rcu(): waits until every read section that has begun by now has ended; not inside one',
      sleeps: true,
      waits: 'rcu_read_unlock()',
      lockdep: { does: 'wait' },
      arrows: gracePeriod,
    },
  },
})
