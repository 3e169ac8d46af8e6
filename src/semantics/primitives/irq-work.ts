// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { any, bit, no, set, the } from '../vocabulary.ts'

const pending = the('pending')
const running = the('running')

/**
 * `struct irq_work` (kernel/irq_work.c; read at 6.18): runs once in hardirq context, soon after it was queued from
 * whatever context. Containers of fences signal from one, so that no callback signals under a foreign fence's lock.
 */
export const irqWork = primitive({
  name: 'irq_work',
  source: 'kernel/irq_work.c: irq_work_queue(), irq_work_claim(), irq_work_single(), irq_work_sync()',
  about:
    'm.irqWorkCallback(name, body) declares an irq_work with its handler. It may be queued again while it runs, and then runs again.',
  limits: [
    'It may run on any CPU with interrupts on; that it waits for the CPU which queued it is not modelled.',
    'IRQ_WORK_LAZY and the threads of PREEMPT_RT are not modelled.',
  ],
  fields: { pending: bit, running: bit },
  operations: {
    irqWorkQueue: {
      does: 'irq_work_queue(): it will run; answers false and does nothing if it is pending; from any context',
      arrows: [
        { when: no(pending), set: [set(pending, 1)] },
        { when: pending, to: 'already', otherwise: 'ok' },
      ],
    },
    irqWorkSync: {
      does: 'irq_work_sync(): waits until it is neither pending nor running',
      sleeps: true,
      waits: 'the end of the irq_work',
      lockdep: { does: 'wait' },
      arrows: [{ when: no(any(pending, running)) }],
    },
    startIrqWork: {
      does: 'irq_work_single(), begin: the interrupt takes it; none = it was not pending',
      arrows: [
        { when: pending, set: [set(pending, 0), set(running, 1)] },
        { when: no(pending), to: 'none' },
      ],
    },
    finishIrqWork: {
      does: 'irq_work_single(), end',
      needs: { 'finish-not-running': running },
      lockdep: { does: 'event' },
      arrows: [{ set: [set(running, 0)] }],
    },
  },
})
