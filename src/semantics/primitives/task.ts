// SPDX-License-Identifier: Apache-2.0
import { primitive, type PExpr } from '../primitive.ts'
import { bump, is, mine, my, set } from '../vocabulary.ts'

const atomic = my('atomic')
const irqOff = my('irqOff')
const bhOff = my('bhOff')
/** Deeper than the context itself is: a handler runs with interrupts off, a task does not. */
const raised = (field: 'atomic' | 'irqOff' | 'bhOff'): PExpr => ['<', my(`${field}Base`), my(field)]

/**
 * The execution state of a process: its `preempt_count()` and its CPU's interrupt state as far as locking cares
 * (include/linux/preempt.h, include/linux/irqflags.h, kernel/softirq.c; read at 6.18). Nesting depths, not flags:
 * `local_irq_restore()` gives back what `local_irq_save()` found.
 */
export const task = primitive({
  name: 'task',
  source: 'include/linux/preempt.h, include/linux/irqflags.h, kernel/softirq.c: __local_bh_enable_ip()',
  limits: [
    'Signals reach tasks only: a worker, kernel thread or handler is not ended by one (allow_signal() is not modelled).',
    'Every process has a CPU of its own unless a handler runs on top of it; NMIs and PREEMPT_RT are not modelled.',
    'Saved interrupt states are nesting depths: releasing two irqsave locks in the order they were taken, which turns interrupts on too early, is not seen.',
    'Interrupts and bottom halves can be disabled three deep, locks nested seven deep; beyond that a verdict is unknown.',
  ],
  implicit: true,
  fields: {
    atomic: { max: 7, per: ['process'], init: { softirq: 1, hardirq: 1 } },
    irqOff: { max: 3, per: ['process'], init: { hardirq: 1 } },
    bhOff: { max: 3, per: ['process'], init: { softirq: 1 } },
    nonBlock: { max: 3, per: ['process'] },
    toSleep: mine,
    inInterrupt: { max: 1, per: ['process'], init: { softirq: 1, hardirq: 1 } },
    atomicBase: { max: 1, per: ['process'], init: { softirq: 1, hardirq: 1 } },
    irqOffBase: { max: 1, per: ['process'], init: { hardirq: 1 } },
    bhOffBase: { max: 1, per: ['process'], init: { softirq: 1 } },
  },
  holds: { 'preemption off': raised('atomic'), 'interrupts off': raised('irqOff'), 'softirqs off': raised('bhOff') },
  operations: {
    localIrqDisable: {
      does: 'local_irq_disable(): interrupts off on this CPU',
      arrows: [{ set: [set(irqOff, ['if', is(irqOff, 0), 1, irqOff])] }],
    },
    localIrqEnable: { does: 'local_irq_enable(): interrupts on, however deep', arrows: [{ set: [set(irqOff, 0)] }] },
    localIrqSave: { does: 'local_irq_save(): interrupts off, nests', arrows: [{ set: [bump(irqOff, 1)] }] },
    localIrqRestore: {
      does: 'local_irq_restore(): back to what the matching save found',
      needs: { 'irq-restore-unbalanced': raised('irqOff') },
      arrows: [{ set: [bump(irqOff, -1)] }],
    },
    localBhDisable: {
      does: 'local_bh_disable(): softirqs off on this CPU, nests',
      arrows: [{ set: [bump(bhOff, 1)] }],
    },
    localBhEnable: {
      does: 'local_bh_enable()',
      needs: { 'bh-enable-unbalanced': raised('bhOff'), 'bh-enable-irqs-off': is(irqOff, 0) },
      arrows: [{ set: [bump(bhOff, -1)] }],
    },
    mightSleep: {
      does: 'might_sleep(): says that what follows may sleep, also where it does not this time',
      sleeps: true,
      arrows: [{}],
    },
    preemptDisable: { does: 'preempt_disable(): atomic from here, nests', arrows: [{ set: [bump(atomic, 1)] }] },
    preemptEnable: {
      does: 'preempt_enable()',
      needs: { 'preempt-enable-unbalanced': raised('atomic') },
      arrows: [{ set: [bump(atomic, -1)] }],
    },
  },
})
