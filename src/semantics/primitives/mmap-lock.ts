// SPDX-License-Identifier: Apache-2.0
import { pageFault } from '../allocation.ts'
import { primitive } from '../primitive.ts'
import { bump, is, my, positive } from '../vocabulary.ts'
import { canRead, rwSemaphore } from './rw-semaphore.ts'

/**
 * `mm->mmap_lock`, an rw_semaphore, with what page faults do under it (include/linux/mmap_lock.h, mm/memory.c
 * __might_fault(); read at 6.18). A copy from or to user memory may fault; then it takes the lock for reading and runs
 * at most one of the fault handlers hooked on it, in the caller's context.
 */
export const mmapLock = primitive({
  ...rwSemaphore,
  name: 'mmap_lock',
  source: `include/linux/mmap_lock.h; mm/memory.c: __might_fault(), handle_mm_fault(); ${rwSemaphore.source}`,
  limits: [
    ...rwSemaphore.limits,
    'A fault takes mmap_lock, never the per-VMA lock alone: the core retries under mmap_lock for drivers without map_pages().',
    'Since 6.5 a fatal signal ends the wait for the lock (mmap_read_lock_killable()); a hang that only a kill ends is reported as one.',
    'A handler that answers VM_FAULT_RETRY is written out: `faultDropLock`, the wait, `faultRetry`, and again from its start. RETRY_NOWAIT and FAULT_FLAG_KILLABLE are not modelled.',
  ],
  lockMap: { named: '&mm->mmap_lock', wait: 'sleep' },
  hooks: { fault: {} },
  operations: {
    ...rwSemaphore.operations,
    copyUser: {
      does: 'copy_from_user(), copy_to_user(): may fault, then takes mmap_lock for reading and runs a fault handler, or allocates the page and may reclaim',
      sleeps: true,
      waits: 'up_read() or up_write()',
      lockdep: { does: 'touch', mode: 'read' },
      arrows: [
        { to: 'ok' },
        { to: 'efault', optional: true },
        { to: 'fault' },
        ...pageFault({ from: 'fault', to: 'handled', when: canRead, set: [bump(my('reads'), 1)] }),
        { from: 'handled', when: positive(my('reads')), set: [bump(my('reads'), -1)] },
        { from: 'handled', when: positive(my('reads')), set: [bump(my('reads'), -1)], to: 'efault', optional: true },
        { from: 'handled', when: is(my('reads'), 0), to: 'lock-lost', unexpected: true },
      ],
    },
    faultDropLock: {
      does: 'mmap_read_unlock() before VM_FAULT_RETRY: the fault handler gives the lock up and waits for what it needs',
      needs: { 'up-not-held': positive(my('reads')) },
      lockdep: { does: 'release' },
      arrows: [{ set: [bump(my('reads'), -1)] }],
    },
    faultRetry: {
      does: 'mmap_read_lock() after VM_FAULT_RETRY: the core takes the lock again and handles the fault from the start',
      sleeps: true,
      waits: 'up_read() or up_write()',
      lockdep: { does: 'acquire', mode: 'read' },
      arrows: [{ when: canRead, set: [bump(my('reads'), 1)] }],
    },
    copyUserInatomic: {
      does: 'copy_from_user_inatomic() under pagefault_disable(): never sleeps, may answer "not copied"',
      arrows: [{ to: 'ok' }, { to: 'efault' }],
    },
  },
})
