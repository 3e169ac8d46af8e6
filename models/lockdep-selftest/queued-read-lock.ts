// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

const reports = { plain: 'reports' } as const
const silent = { plain: 'silent' } as const

/**
 * A lock that only readers take, in a handler and with interrupts off, and one that is written. With queued rwlocks
 * read_lock() in a handler is recursive, but with interrupts merely off it is not: there it waits behind a writer. These
 * are the cases of the self-test that run without forcing readers to be recursive; none of them has the writer that the
 * deadlock needs.
 */
export default model(
  'lockdep-selftest/queued-read-lock',
  {
    summary: 'A handler and a thread nest a read lock and an exclusive one; who is let past a queued writer decides.',
    sources: [
      'lib/locking-selftest.c: queued_read_lock_hardirq_RE_Er(), queued_read_lock_hardirq_ER_rE(), queued_read_lock_hardirq_inversion(); read at 6.18',
      'kernel/locking/lockdep.c: read_lock_is_recursive(), check_noncircular(), check_irq_usage(); kernel/locking/qrwlock.c: queued_read_lock_slowpath(); read at 6.18',
    ],
    abstracts: [
      'The handler, which the test enters by hand, is a handler here, and the other halves are threads.',
      'The lock that the comments call a spinlock is a write lock, as the last header that the tests include has it.',
    ],
    variants: {
      're-er': { kind: 'holds', lockdep: reports },
      're-er-writer': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['handler', 'task', 'writer'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
      'er-re': { kind: 'holds', lockdep: silent },
      'er-re-writer': { kind: 'holds', lockdep: silent },
      inversion: { kind: 'holds', lockdep: reports },
      'inversion-writer': {
        kind: 'deadlock',
        shape: 'irq',
        processes: ['handler', 'reader', 'task', 'writer'],
        objects: ['A', 'B'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const a = m.rwlock('A')
    const b = m.rwlock('B')
    const reads = (t: KernelPath, inner = (): void => {}): void => {
      t.readLock(a)
      inner()
      t.readUnlock(a)
    }
    const excludes = (t: KernelPath, inner = (): void => {}): void => {
      t.writeLock(b)
      inner()
      t.writeUnlock(b)
    }
    const irqsOff = (t: KernelPath, body: () => void): void => {
      t.localIrqDisable()
      body()
      t.localIrqEnable()
    }
    const inversion = variant.startsWith('inversion')
    const readsFirst = variant.startsWith('re-er')
    m.irq('handler', (t) => {
      if (inversion) excludes(t)
      else if (readsFirst) reads(t, () => excludes(t))
      else excludes(t, () => reads(t))
    })
    m.thread('task', (t) =>
      irqsOff(t, () => {
        if (inversion || readsFirst) excludes(t, () => reads(t))
        else reads(t, () => excludes(t))
      }),
    )
    if (inversion) m.thread('reader', (t) => reads(t))
    if (variant.endsWith('writer'))
      m.thread('writer', (t) =>
        irqsOff(t, () => {
          t.writeLock(a)
          t.writeUnlock(a)
        }),
      )
  },
)
