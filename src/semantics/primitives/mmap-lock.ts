// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { bump, my } from '../vocabulary.ts'
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
    'A handler that answers VM_FAULT_RETRY is written as one that gives mmap_lock up and takes it again.',
  ],
  hooks: { fault: {} },
  operations: {
    ...rwSemaphore.operations,
    copyUser: {
      does: 'copy_from_user(), copy_to_user(): may fault, then takes mmap_lock for reading and runs a fault handler',
      sleeps: true,
      waits: 'up_write()',
      lockdep: { does: 'acquire', mode: 'read' },
      arrows: [
        { to: 'ok' },
        { to: 'fault' },
        {
          from: 'fault',
          when: canRead,
          set: [bump(my('reads'), 1)],
          to: 'handled',
          enters: { oneOf: ['fault'], notInside: ['fault'] },
        },
        { from: 'handled', set: [bump(my('reads'), -1)] },
      ],
    },
    copyUserInatomic: {
      does: 'copy_from_user_inatomic() under pagefault_disable(): never sleeps, may answer "not copied"',
      arrows: [{ to: 'ok' }, { to: 'efault' }],
    },
  },
})
