// SPDX-License-Identifier: Apache-2.0
import { model, not } from 'fencecheck'

/**
 * A worker pings the GuC for engine busyness and has to stay away from a reset, so it waited until no reset was in
 * progress. The reset cancels the worker synchronously, and if it has started, each waits for the other. The worker gives
 * up now instead, since the flush would deadlock otherwise. lockdep still complained of the flush later, as it
 * does not see that the worker never waits; the cancel is not synchronous any more while a reset is on.
 */
export default model(
  'i915/i915-guc-busyness-reset',
  {
    summary: 'GPU reset cancels a statistics worker synchronously; the worker waits for the end of the reset.',
    sources: [
      'commit "drm/i915/guc: Don\'t deadlock busyness stats vs reset", John Harrison, 2022-11-02',
      'commit "drm/i915/guc: Avoid circular locking issue on busyness flush", John Harrison, 2023-12-19: the report on the flush is called a false positive there',
      'drivers/gpu/drm/i915/gt/intel_reset.c: _intel_gt_reset_lock(), intel_gt_handle_error(); drivers/gpu/drm/i915/gt/uc/intel_guc_submission.c: guc_timestamp_ping(), guc_cancel_busyness_worker(); read at 6.18',
    ],
    abstracts: [
      'One reset, at any time, and one ping; the delay of the ping and its being queued again are left out.',
      'The wait of the worker is interruptible in the kernel, but nobody sends signals to a worker of a workqueue.',
      'no-sync-in-reset leaves the cancel out: the ping stays queued and gives up when it runs.',
      'Of the flags and the mutex that no-sync-in-reset looks at, only the case that a reset is on is kept.',
    ],
    rules: { 'worker-waits': ['R12'] },
    variants: {
      'worker-waits': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['reset', 'system_highpri_wq/0'],
        objects: ['timestamp_work', 'reset_queue'],
      },
      'worker-gives-up': 'holds',
      'no-sync-in-reset': 'holds',
    },
  },
  (m, variant) => {
    const backoff = m.flag('I915_RESET_BACKOFF')
    const backoffSrcu = m.srcu('backoff_srcu')
    const queue = m.waitQueue('reset_queue')
    const wq = m.workqueue('system_highpri_wq')
    const lockAt = 'drivers/gpu/drm/i915/gt/intel_reset.c: _intel_gt_reset_lock()'

    const work = m.workItem(wq, 'timestamp_work', (t) => {
      const readCounters = (): void => {
        t.at(lockAt).srcuReadLock(backoffSrcu)
        t.rcuReadUnlock()
        t.at('drivers/gpu/drm/i915/gt/uc/intel_guc_submission.c: guc_timestamp_ping()').local('read the counters')
        t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_reset_unlock()').srcuReadUnlock(backoffSrcu)
      }
      const again = t.label()
      t.at(lockAt).rcuReadLock()
      t.at(lockAt).when(
        backoff,
        () => {
          t.rcuReadUnlock()
          if (variant !== 'worker-waits') return
          t.at(lockAt).waitEvent(queue, not(backoff))
          t.goto(again)
        },
        readCounters,
      )
    })
    m.worker('unpark', (t) =>
      t.at('drivers/gpu/drm/i915/gt/uc/intel_guc_submission.c: guc_enable_busyness_worker()').queueWork(work),
    )
    m.worker('reset', (t) => {
      const handle = 'drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_handle_error()'
      const cancel = 'drivers/gpu/drm/i915/gt/uc/intel_guc_submission.c: guc_cancel_busyness_worker()'
      t.at(handle).set(backoff, 1)
      t.at(handle).synchronizeRcu()
      t.at(handle).synchronizeSrcu(backoffSrcu)
      if (variant === 'no-sync-in-reset') t.at(cancel).local('cancel_delayed_work()')
      else t.at(cancel).cancelWorkSync(work)
      t.at('drivers/gpu/drm/i915/gt/intel_reset.c: intel_gt_reset()').local('reset')
      t.at(handle).set(backoff, 0)
      t.at(handle).wakeUp(queue)
    })
  },
)
