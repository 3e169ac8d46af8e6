// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

const reports = { plain: 'reports' } as const

/**
 * Acquire contexts and locks of a wound/wait class used against their rules, one rule a variant. Some of it lockdep sees,
 * because a context is a lock to it that others nest in; what is only bookkeeping of the class the lock warns of itself, and
 * that switches lockdep off.
 */
export default model(
  'lockdep-selftest/ww-contexts',
  {
    summary: 'Contexts and locks of a wound/wait class used against the rules, by a single thread.',
    sources: [
      'lib/locking-selftest.c: ww_test_unneeded_slow(), ww_test_two_contexts(), ww_test_diff_class(), ww_test_context_done_twice(), ww_test_context_unlock_twice(), ww_test_context_fini_early(), ww_test_context_lock_after_done(), ww_test_object_unlock_twice(); read at 6.18',
      'include/linux/ww_mutex.h: ww_acquire_init(), ww_acquire_done(), ww_acquire_fini(), ww_mutex_lock_slow(); kernel/locking/lockdep.c: reacquire_held_locks(), print_lock_nested_lock_not_held(); read at 6.18',
    ],
    abstracts: [
      'A context is told by its class: the context of another class is a class in which there is no context.',
      'What lockdep does includes the warnings of ww_mutex itself (DEBUG_LOCKS_WARN_ON()), which are on wherever lockdep is and switch it off.',
    ],
    variants: {
      'unneeded-slow': {
        kind: 'misuse',
        code: 'not-the-contended-lock',
        processes: ['task'],
        objects: ['o'],
        lockdep: reports,
      },
      'two-contexts': {
        kind: 'misuse',
        code: 'two-contexts',
        processes: ['task'],
        objects: ['ww_lockdep'],
        lockdep: reports,
      },
      'diff-class': { kind: 'misuse', code: 'no-context', processes: ['task'], objects: ['o'], lockdep: reports },
      'context-done-twice': {
        kind: 'misuse',
        code: 'done-twice',
        processes: ['task'],
        objects: ['ww_lockdep'],
        lockdep: reports,
      },
      'context-unlock-twice': {
        kind: 'misuse',
        code: 'fini-without-init',
        processes: ['task'],
        objects: ['ww_lockdep'],
        lockdep: reports,
      },
      // The lock that is still held is nested in a context that is not.
      'context-fini-early': {
        kind: 'misuse',
        code: 'fini-while-held',
        processes: ['task'],
        objects: ['ww_lockdep'],
        lockdep: reports,
      },
      'context-lock-after-done': {
        kind: 'misuse',
        code: 'lock-after-done',
        processes: ['task'],
        objects: ['o'],
        lockdep: reports,
      },
      'object-unlock-twice': {
        kind: 'misuse',
        code: 'unlock-not-held',
        processes: ['task'],
        objects: ['o'],
        lockdep: reports,
      },
    },
  },
  (m, variant) => {
    const K = m.wwClass('ww_lockdep', { waitDie: true })
    const needsLock = !['two-contexts', 'context-done-twice', 'context-unlock-twice'].includes(variant)
    const o = needsLock
      ? m.wwMutex('o', { class: variant === 'diff-class' ? m.wwClass('another_class') : K })
      : undefined
    m.thread('task', (t) => {
      if (variant !== 'object-unlock-twice') t.wwAcquireInit(K)
      if (variant === 'two-contexts') t.wwAcquireInit(K)
      if (['context-done-twice', 'context-unlock-twice', 'context-lock-after-done'].includes(variant))
        t.wwAcquireDone(K)
      if (variant === 'context-done-twice') t.wwAcquireDone(K)
      if (variant === 'unneeded-slow') t.wwLockSlow(o!)
      if (variant === 'object-unlock-twice') t.wwLockPlain(o!)
      if (['diff-class', 'context-fini-early', 'context-lock-after-done'].includes(variant))
        t.wwLock(o!, { edeadlk: () => t.unreachable('nobody else is there') })
      if (variant === 'context-fini-early') t.wwAcquireDone(K)
      if (o !== undefined && variant !== 'context-fini-early') t.wwUnlock(o)
      if (variant === 'object-unlock-twice') t.wwUnlock(o!)
      else t.wwAcquireFini(K)
      if (variant === 'context-unlock-twice') t.wwAcquireFini(K)
    })
  },
)
