// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * The msm submission opened its acquire context and then copied its arguments from user memory, before it had locked a
 * single reservation. lockdep treats a context as a lock and reports the order, once the context is primed like a
 * reservation. A ticket by itself keeps nobody waiting, so this cannot block, whoever faults or queues for mmap_lock.
 */
export default model(
  'msm/ww-ticket-before-copy',
  {
    summary: 'A ticket is taken before a copy from user memory: lockdep reports it, and nothing can hang.',
    sources: [
      '"[PATCH 2/3] dma-resv: Also prime acquire ctx for lockdep", Daniel Vetter, 2019-11-19',
      'drivers/gpu/drm/msm/msm_gem_submit.c: msm_ioctl_gem_submit(), in the form of that time',
      'kernel/locking/ww_mutex.h: __ww_mutex_check_kill(); read at 6.18.19',
    ],
    abstracts: [
      'One buffer; the copy faults on ordinary memory.',
      'The fault on the buffer takes a ticket of its own, so that stamps are compared at all.',
      'A writer queues for mmap_lock, which is what stops a copy under a reservation.',
    ],
    variants: { 'ticket-first': 'holds', 'copy-first': 'holds' },
  },
  (m, variant) => {
    const K = m.wwClass('reservation_ww_class', { waitDie: true })
    const bo = m.resv('bo', { class: K })
    const mmapLock = m.mmapLock('mmap_lock')
    m.thread('submit', (t) => {
      if (variant === 'ticket-first') t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/msm/msm_gem_submit.c: submit_lookup_objects()').copyUser(mmapLock)
      if (variant === 'copy-first') t.wwAcquireInit(K)
      t.at('drivers/gpu/drm/msm/msm_gem_submit.c: submit_lock_objects()')
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
    })
    m.thread('bo-fault', (t) => {
      t.downRead(mmapLock)
      t.wwAcquireInit(K)
      t.wwLock(bo, { edeadlk: () => t.unreachable('a first lock never backs off') })
      t.local('map the page')
      t.wwUnlock(bo)
      t.wwAcquireFini(K)
      t.upRead(mmapLock)
    })
    m.thread('munmap', (t) => {
      t.downWrite(mmapLock)
      t.upWrite(mmapLock)
    })
  },
)
