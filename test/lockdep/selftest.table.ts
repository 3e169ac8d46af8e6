// SPDX-License-Identifier: Apache-2.0

// What lib/locking-selftest.c (6.18, without PREEMPT_RT, with CONFIG_RT_MUTEXES, CONFIG_QUEUED_RWLOCKS and
// CONFIG_PROVE_RAW_LOCK_NESTING) asks of lockdep, one entry for each case that it runs, and the variant of a bundled model
// that says the same. Where one case runs its events in several orders, all of them are one model.

/** What the self-test expects: that lockdep reports (FAILURE), or that it does not (SUCCESS). */
export type Outcome = 'FAILURE' | 'SUCCESS'

export interface SelftestCase {
  /** The function that the kernel runs. */
  readonly test: string
  readonly expected: Outcome
  /** Whether read_lock() is recursive in task context: the self-test forces it to be until its queued_read_lock tests. */
  readonly readLock: 'recursive' | 'queued'
  readonly model: string
  /** None for a model without variants. */
  readonly variant?: string
  /** Who reports, where that is the lock itself, whose warning switches lockdep off. */
  readonly by?: 'CONFIG_DEBUG_WW_MUTEXES'
}

export interface UnexpressedCase {
  readonly test: string
  readonly expected: Outcome
  readonly why: string
}

type Case = Omit<SelftestCase, 'readLock'>

const inFolder = (model: string): string => `lockdep-selftest/${model}`
const one = (expected: Outcome, test: string, model: string, variant?: string): Case => ({
  test,
  expected,
  model: inFolder(model),
  ...(variant !== undefined && { variant }),
})
const orders2 = ['12', '21']
const orders3 = ['123', '132', '213', '231', '312', '321']

/** The six types of lock, of which rlock may be let off. */
const sixTypes = (test: string, model: string, rlock: Outcome, suffix = ''): readonly Case[] =>
  ['spin', 'wlock', 'rlock', 'mutex', 'wsem', 'rsem'].map((type) =>
    one(type === 'rlock' ? rlock : 'FAILURE', `${test}_${type}`, model, `${type}${suffix}`),
  )

/** Some types of lock in some orders of events, readers let off, in hardirq and in softirq context. */
const interrupts = (test: string, model: string, types: readonly string[], orders: readonly string[]): Case[] =>
  ['hard', 'soft'].flatMap((context) =>
    types.flatMap((type) =>
      orders.map((order) =>
        one(
          type === 'rlock' ? 'SUCCESS' : 'FAILURE',
          `${test}_${context}_${type}_${order}`,
          model,
          `${context}-${type}`,
        ),
      ),
    ),
  )

const threeTypes = ['spin', 'wlock', 'rlock']
const rwTypes = ['wlock', 'rlock']

const circles: readonly Case[] = [
  ...sixTypes('AA', 'aa', 'SUCCESS'),
  ...sixTypes('ABBA', 'abba', 'SUCCESS'),
  ...sixTypes('ABBCCA', 'abbcca', 'SUCCESS'),
  ...sixTypes('ABCABC', 'abbcca', 'SUCCESS', '-abcabc'),
  ...sixTypes('ABBCCDDA', 'abbccdda', 'SUCCESS'),
  ...sixTypes('ABCDBDDA', 'abcdbdda', 'SUCCESS'),
  ...sixTypes('ABCDBCDA', 'abbccdda', 'SUCCESS', '-abcdbcda'),
  ...sixTypes('double_unlock', 'double-unlock', 'FAILURE'),
]

const readers: readonly Case[] = [
  one('SUCCESS', 'rlock_AA1', 'read-recursion', 'rlock-aa1'),
  one('FAILURE', 'rsem_AA1', 'read-recursion', 'rsem-aa1'),
  one('SUCCESS', 'rlock_AA1B', 'read-recursion', 'rlock-aa1b'),
  one('FAILURE', 'rsem_AA1B', 'read-recursion', 'rsem-aa1b'),
  one('FAILURE', 'rlock_AA2', 'read-recursion', 'rlock-aa2'),
  one('FAILURE', 'rsem_AA2', 'read-recursion', 'rsem-aa2'),
  one('FAILURE', 'rlock_AA3', 'read-recursion', 'rlock-aa3'),
  one('FAILURE', 'rsem_AA3', 'read-recursion', 'rsem-aa3'),
  one('FAILURE', 'rlock_ABBA1', 'read-abba', 'rlock-abba1'),
  one('FAILURE', 'rwsem_ABBA1', 'read-abba', 'rwsem-abba1'),
  one('SUCCESS', 'rlock_ABBA2', 'read-abba', 'rlock-abba2'),
  one('FAILURE', 'rwsem_ABBA2', 'read-abba', 'rwsem-abba2'),
  one('FAILURE', 'rlock_ABBA3', 'read-abba', 'rlock-abba3'),
  one('FAILURE', 'rwsem_ABBA3', 'read-abba', 'rwsem-abba3'),
  one('FAILURE', 'rlock_chaincache_ABBA1', 'chain-cache', 'rlock'),
  ...orders3.flatMap((order) => [
    one('FAILURE', `W1R2_W2R3_W3R1_${order}`, 'w1r2-w2r3-w3r1', `events-${order}`),
    one('FAILURE', `W1W2_R2R3_W3R1_${order}`, 'w1w2-r2r3-w3r1'),
    // The events of these two are those of the other's name.
    one('SUCCESS', `W1W2_R2R3_R3W1_${order}`, 'w1r2-r2r3-w3w1', 'no-writer'),
    one('SUCCESS', `W1R2_R2R3_W3W1_${order}`, 'w1w2-r2r3-r3w1', 'no-writer'),
  ]),
]

const interruptSafety: readonly Case[] = [
  ...interrupts('irqsafe1', 'irqsafe1', threeTypes, orders2),
  ...threeTypes.flatMap((type) =>
    orders2.map((order) =>
      one(type === 'rlock' ? 'SUCCESS' : 'FAILURE', `irqsafe2A_${type}_${order}`, 'irqsafe2a', type),
    ),
  ),
  ...interrupts('irqsafe2B', 'irqsafe2b', threeTypes, orders2),
  ...interrupts('irqsafe3', 'irqsafe3', threeTypes, orders3),
  ...interrupts('irqsafe4', 'irqsafe4', threeTypes, orders3),
  ...interrupts('irq_inversion', 'irq-inversion', threeTypes, orders3),
  ...interrupts('irq_read_recursion', 'irq-read-recursion-1', rwTypes, orders3),
  ...interrupts('irq_read_recursion2', 'irq-read-recursion-2', rwTypes, orders3),
  ...interrupts('irq_read_recursion3', 'irq-read-recursion-3', rwTypes, orders3),
]

/** A warning of CONFIG_DEBUG_WW_MUTEXES. */
const byWw = (test: string, model: string, variant: string): Case => ({
  ...one('FAILURE', test, model, variant),
  by: 'CONFIG_DEBUG_WW_MUTEXES',
})

const woundWait: readonly Case[] = [
  byWw('ww_test_unneeded_slow', 'ww-contexts', 'unneeded-slow'),
  one('FAILURE', 'ww_test_two_contexts', 'ww-contexts', 'two-contexts'),
  byWw('ww_test_diff_class', 'ww-contexts', 'diff-class'),
  byWw('ww_test_context_done_twice', 'ww-contexts', 'context-done-twice'),
  one('FAILURE', 'ww_test_context_unlock_twice', 'ww-contexts', 'context-unlock-twice'),
  one('FAILURE', 'ww_test_context_fini_early', 'ww-contexts', 'context-fini-early'),
  byWw('ww_test_context_lock_after_done', 'ww-contexts', 'context-lock-after-done'),
  one('FAILURE', 'ww_test_object_unlock_twice', 'ww-contexts', 'object-unlock-twice'),
  one('SUCCESS', 'ww_test_edeadlk_normal', 'ww-backoff', 'normal'),
  one('SUCCESS', 'ww_test_edeadlk_normal_slow', 'ww-backoff', 'normal-slow'),
  ...['no_unlock', 'acquire_more', 'acquire_more_edeadlk', 'acquire_wrong'].flatMap((name) => [
    byWw(`ww_test_edeadlk_${name}`, 'ww-backoff', name.replaceAll('_', '-')),
    byWw(`ww_test_edeadlk_${name}_slow`, 'ww-backoff', `${name.replaceAll('_', '-')}-slow`),
  ]),
  one('FAILURE', 'ww_test_spin_nest_unlocked', 'nest-lock', 'unlocked'),
  one('SUCCESS', 'ww_test_spin_nest_lock', 'nest-lock', 'locked'),
  one('FAILURE', 'ww_test_context_block', 'ww-mixing', 'context-block'),
  one('SUCCESS', 'ww_test_context_try', 'ww-mixing', 'context-try'),
  one('SUCCESS', 'ww_test_context_context', 'ww-mixing', 'context-context'),
  one('FAILURE', 'ww_test_try_block', 'ww-mixing', 'try-block'),
  one('SUCCESS', 'ww_test_try_try', 'ww-mixing', 'try-try'),
  one('FAILURE', 'ww_test_try_context', 'ww-mixing', 'try-context'),
  one('FAILURE', 'ww_test_block_block', 'ww-mixing', 'block-block'),
  one('SUCCESS', 'ww_test_block_try', 'ww-mixing', 'block-try'),
  one('FAILURE', 'ww_test_block_context', 'ww-mixing', 'block-context'),
  one('FAILURE', 'ww_test_spin_block', 'ww-spinlock', 'spin-block'),
  one('SUCCESS', 'ww_test_spin_try', 'ww-spinlock', 'spin-try'),
  one('FAILURE', 'ww_test_spin_context', 'ww-spinlock', 'spin-context'),
]

/** An RCU section, a raw spinlock, a spinlock and a mutex inside an outer context; the last two may be too much for it. */
const waitContexts = (outer: string, ours: string, spinlock: Outcome, mutex: Outcome): readonly Case[] => [
  one('SUCCESS', `RCU_in_${outer}`, 'wait-contexts', `rcu-in-${ours}`),
  one('SUCCESS', `raw_spinlock_in_${outer}`, 'wait-contexts', `raw-in-${ours}`),
  one(spinlock, `spinlock_in_${outer}`, 'wait-contexts', `spin-in-${ours}`),
  one(mutex, `mutex_in_${outer}`, 'wait-contexts', `mutex-in-${ours}`),
]

const afterwards: readonly Case[] = [
  one('FAILURE', 'queued_read_lock_hardirq_RE_Er', 'queued-read-lock', 're-er'),
  one('SUCCESS', 'queued_read_lock_hardirq_ER_rE', 'queued-read-lock', 'er-re'),
  one('FAILURE', 'queued_read_lock_hardirq_inversion', 'queued-read-lock', 'inversion'),
  one('SUCCESS', 'fs_reclaim_correct_nesting', 'fs-reclaim', 'correct-nesting'),
  one('FAILURE', 'fs_reclaim_wrong_nesting', 'fs-reclaim', 'wrong-nesting'),
  one('SUCCESS', 'fs_reclaim_protected_nesting', 'fs-reclaim', 'protected-nesting'),
  ...waitContexts('HARDIRQ', 'hardirq', 'SUCCESS', 'FAILURE'),
  ...waitContexts('SOFTIRQ', 'softirq', 'SUCCESS', 'FAILURE'),
  ...waitContexts('RCU', 'rcu', 'SUCCESS', 'FAILURE'),
  ...waitContexts('RCU_BH', 'rcu-bh', 'SUCCESS', 'FAILURE'),
  ...waitContexts('raw_spinlock', 'raw', 'FAILURE', 'FAILURE'),
  ...waitContexts('spinlock', 'spin', 'SUCCESS', 'FAILURE'),
  ...waitContexts('mutex', 'mutex', 'SUCCESS', 'SUCCESS'),
  one('FAILURE', 'hardirq_deadlock_softirq_not_deadlock', 'hardirq-unsafe-softirq-safe', 'irqs-on'),
]

const forced = [...circles, ...readers, ...interruptSafety, ...woundWait]

/** The cases that are models. */
export const selftestCases: readonly SelftestCase[] = [
  ...forced.map((entry): SelftestCase => ({ ...entry, readLock: 'recursive' })),
  ...afterwards.map((entry): SelftestCase => ({ ...entry, readLock: 'queued' })),
]

const unexpressed = (why: string, expected: Outcome, tests: readonly string[]): readonly UnexpressedCase[] =>
  tests.map((test) => ({ test, expected, why }))
const notThreaded = 'a hardirq handler that PREEMPT_RT does not thread is not told from another'
const rcuSched = 'rcu_read_lock_sched() is not told from a section with preemption off'

/** The cases that the language cannot say; docs/limits.md lists them too. */
export const unexpressedCases: readonly UnexpressedCase[] = [
  ...unexpressed(
    'there are no rt_mutexes',
    'FAILURE',
    ['AA', 'ABBA', 'ABBCCA', 'ABCABC', 'ABBCCDDA', 'ABCDBDDA', 'ABCDBCDA', 'double_unlock'].map((t) => `${t}_rtmutex`),
  ),
  ...unexpressed(
    'an object is there from the start: nothing initialises it again',
    'FAILURE',
    ['spin', 'wlock', 'rlock', 'mutex', 'wsem', 'rsem', 'rtmutex'].map((type) => `init_held_${type}`),
  ),
  ...unexpressed('writes into a ww_mutex or its context', 'SUCCESS', ['ww_test_fail_acquire', 'ww_test_normal']),
  ...unexpressed('writes into a ww_mutex or its context', 'FAILURE', [
    'ww_test_object_lock_unbalanced',
    'ww_test_object_lock_stale_context',
  ]),
  ...unexpressed(notThreaded, 'SUCCESS', ['RCU_in_NOTTHREADED_HARDIRQ', 'raw_spinlock_in_NOTTHREADED_HARDIRQ']),
  ...unexpressed(notThreaded, 'FAILURE', ['spinlock_in_NOTTHREADED_HARDIRQ', 'mutex_in_NOTTHREADED_HARDIRQ']),
  ...unexpressed(rcuSched, 'SUCCESS', ['RCU_in_RCU_SCHED', 'raw_spinlock_in_RCU_SCHED']),
  ...unexpressed(rcuSched, 'FAILURE', ['spinlock_in_RCU_SCHED', 'mutex_in_RCU_SCHED']),
  ...unexpressed('there are no local_locks', 'SUCCESS', ['local_lock_2', 'local_lock_3A']),
  ...unexpressed('there are no local_locks', 'FAILURE', ['local_lock_3B']),
  ...unexpressed('lock classes have no names that change', 'SUCCESS', ['test_lockdep_set_subclass_name']),
]
