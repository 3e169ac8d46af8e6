// SPDX-License-Identifier: Apache-2.0
import { maySleep, notAboutToSleep } from '../contexts.ts'
import { primitive, type Arrow, type PExpr, type PSet } from '../primitive.ts'
import { all, any, bit, bump, is, no, positive, set, the } from '../vocabulary.ts'

const usage = the('usage')
const suspended = the('suspended')
/** A callback runs: the device is RPM_SUSPENDING if it is not suspended, else RPM_RESUMING. */
const changing = the('changing')
/** What pm_wq is asked for: 1 to suspend if nobody uses the device, 2 to resume it. */
const request = the('request')
/** Somebody wants it resumed as soon as it is suspended. */
const deferred = the('deferred')
const active = all(no(suspended), no(changing))
const asleep = all(suspended, no(changing))
const unused = is(usage, 0)
const suspendable = all(active, no(is(request, 2)))
const waits = 'the end of a suspend or resume in progress'
const lockdep = { does: 'wait' } as const
/** might_sleep_if(): only what cannot be decided without it minds an atomic context. */
const sleepsUnless = (decided: PExpr) => ({
  'sleep-in-atomic': any(decided, maySleep),
  'blocking-while-waiting': any(decided, notAboutToSleep),
})
const lastUser = is(usage, 1)
const underflow = { 'pm-usage-underflow': positive(usage) }
const get = bump(usage, 1)
const put = bump(usage, -1)
/** pm_runtime_put_noidle() minds no underflow: a count of 0 stays. */
const drop = set(usage, ['-', usage, positive(usage)])
const resumes = { to: 'resuming', enters: { each: 'runtime_resume' } } as const
const suspends = { to: 'suspending', enters: { each: 'runtime_suspend' } } as const
const beginSuspend = [set(changing, 1), set(request, 0)]

/** rpm_resume() without RPM_NOWAIT: waits while a callback runs, then runs the other one where it has to. */
const resume = (first: readonly PSet[]) =>
  [
    { when: active, set: [...first, set(request, 0)] },
    { when: asleep, set: [...first, set(changing, 1)], ...resumes },
    { when: changing, to: 'waiting', set: [...first, set(request, 0)] },
    { from: 'waiting', when: active },
    { from: 'waiting', when: asleep, set: [set(changing, 1)], ...resumes },
    resumed,
  ] as const
/** The callback has returned: what was asked for is done; if nobody uses the device, pm_wq is asked to suspend it again. */
const resumed = {
  from: 'resuming',
  set: [set(suspended, 0), set(changing, 0), set(request, ['if', unused, 1, 0])],
} as const
/** The callback has returned: the device sleeps, unless somebody has asked for it meanwhile. */
const suspendDone = [
  { from: 'suspending', when: no(deferred), set: [set(suspended, 1), set(changing, 0)] },
  { from: 'suspending', when: deferred, set: [set(suspended, 1), set(deferred, 0)], ...resumes },
  resumed,
] as const satisfies readonly Arrow[]
/** rpm_suspend() without RPM_NOWAIT, where `last` says that nobody uses the device: waits for another suspend. */
const suspend = (last: PExpr, first: readonly PSet[]) => {
  const others = all(no(suspended), changing, no(deferred))
  return [
    { when: all(last, suspendable), set: [...first, ...beginSuspend], ...suspends },
    { when: all(last, others), to: 'waiting', set: first },
    { when: no(all(last, any(suspendable, others))), set: first },
    { from: 'waiting', when: all(unused, suspendable), set: beginSuspend, ...suspends },
    { from: 'waiting', when: no(any(all(unused, suspendable), others)) },
    ...suspendDone,
  ] as const
}

/**
 * Runtime PM of a device (drivers/base/power/runtime.c; read at 6.18): a usage count, and two callbacks of the driver
 * that run in the context of whoever finds that the device has to be resumed or suspended. Everybody else waits for them.
 */
export const runtimePm = primitive({
  name: 'dev_pm_info',
  source:
    'drivers/base/power/runtime.c: rpm_resume(), rpm_suspend(), rpm_idle(), pm_runtime_work(), pm_runtime_barrier()',
  about:
    'm.runtimeResume(device, name, body) and m.runtimeSuspend(device, name, body) are its callbacks. pm_runtime_get_sync() runs the first as the caller, with all its locks held, or waits for a callback that somebody else runs; so a lock that a callback takes must not be held there, and a suspend callback must not wait for who asks for the device. m.pmWorker(name, devices) is the worker of pm_wq, which does what pm_runtime_get() and pm_runtime_put() ask for.',
  limits: [
    'Callbacks do not fail; idle callbacks, parents, children and device links are not modelled.',
    'Autosuspend delays are not modelled: what is put may be suspended at once. pm_runtime_irq_safe() and pm_runtime_disable() are not modelled either.',
    'pm_runtime_barrier() counts as sleeping in any case; the kernel minds only where it has to wait.',
    'pm_wq has a worker for each m.pmWorker(), which needs no memory to start; seven users at once.',
  ],
  fields: { usage: { max: 7 }, suspended: bit, changing: bit, request: { max: 2 }, deferred: bit },
  hooks: { runtime_resume: {}, runtime_suspend: {} },
  operations: {
    pmRuntimeGetSync: {
      does: 'pm_runtime_get_sync(), pm_runtime_resume_and_get(): uses the device; resumes it, or waits while somebody resumes or suspends it',
      needs: sleepsUnless(active),
      waits,
      lockdep,
      arrows: resume([get]),
    },
    pmRuntimeResume: {
      does: 'pm_runtime_resume(): the same without using it',
      needs: sleepsUnless(active),
      waits,
      lockdep,
      arrows: resume([]),
    },
    pmRuntimeGet: {
      does: 'pm_runtime_get(): uses the device, and asks for it to be resumed; never waits, from any context',
      arrows: [
        {
          set: [get, set(request, ['if', asleep, 2, 0]), set(deferred, any(deferred, all(changing, no(suspended))))],
        },
      ],
    },
    pmRuntimeGetNoresume: {
      does: 'pm_runtime_get_noresume(): uses the device as it is; never waits',
      arrows: [{ set: [get] }],
    },
    pmRuntimeGetIfActive: {
      does: 'pm_runtime_get_if_active(): uses the device only if it is awake; never waits',
      arrows: [
        { when: active, set: [get], to: 'yes' },
        { when: no(active), to: 'no' },
      ],
    },
    pmRuntimeGetIfInUse: {
      does: 'pm_runtime_get_if_in_use(): uses the device only if it is awake and somebody uses it; never waits',
      arrows: [
        { when: all(active, positive(usage)), set: [get], to: 'yes' },
        { when: no(all(active, positive(usage))), to: 'no' },
      ],
    },
    pmRuntimePut: {
      does: 'pm_runtime_put(), pm_runtime_put_autosuspend(): the last user asks for it to be suspended; never waits, from any context',
      needs: underflow,
      arrows: [{ set: [put, set(request, ['if', all(lastUser, suspendable), 1, request])] }],
    },
    pmRuntimePutNoidle: {
      does: 'pm_runtime_put_noidle(): uses it no longer, and leaves it as it is; a count of 0 stays; never waits',
      arrows: [{ set: [drop] }],
    },
    pmRuntimePutSync: {
      does: 'pm_runtime_put_sync(): the last user suspends it itself; does not wait for a suspend or resume in progress',
      needs: { ...underflow, ...sleepsUnless(no(lastUser)) },
      arrows: [
        { when: all(lastUser, suspendable), set: [put, ...beginSuspend], ...suspends },
        { when: no(all(lastUser, suspendable)), set: [put] },
        ...suspendDone,
      ],
    },
    pmRuntimePutSyncSuspend: {
      does: 'pm_runtime_put_sync_suspend(): the same, but waits for a suspend in progress',
      needs: { ...underflow, ...sleepsUnless(no(lastUser)) },
      waits,
      lockdep,
      arrows: suspend(lastUser, [put]),
    },
    pmRuntimeSuspend: {
      does: 'pm_runtime_suspend(): suspends a device that nobody uses, or waits for a suspend in progress',
      sleeps: true,
      waits,
      lockdep,
      arrows: suspend(unused, []),
    },
    pmRuntimeBarrier: {
      does: 'pm_runtime_barrier(): does what pm_wq was asked for if that is a resume, else cancels it, and waits until no callback runs',
      sleeps: true,
      waits,
      lockdep,
      arrows: [
        { when: no(is(request, 2)), to: 'flushing', set: [get, set(request, 0)] },
        { when: is(request, 2), to: 'held', set: [get] },
        { from: 'held', when: asleep, set: [set(request, 0), set(changing, 1)], ...resumes },
        { from: 'held', when: active, to: 'flushing', set: [set(request, 0)] },
        { from: 'resuming', to: 'flushing', set: [set(suspended, 0), set(changing, 0)] },
        { from: 'flushing', when: no(changing), set: [drop] },
      ],
    },
    pmRuntimeActive: {
      does: 'pm_runtime_active(): whether it is awake; never waits',
      arrows: [
        { when: active, to: 'yes' },
        { when: no(active), to: 'no' },
      ],
    },
    pmRuntimeWork: {
      does: 'pm_runtime_work(): the worker of pm_wq does what it was asked for; it does not wait for others who suspend or resume',
      waits: 'pm_runtime_get() or pm_runtime_put()',
      arrows: [
        { when: all(is(request, 1), unused, active), set: beginSuspend, ...suspends },
        { when: all(is(request, 2), asleep), set: [set(changing, 1)], ...resumes },
        {
          when: all(positive(request), no(all(is(request, 1), unused, active)), no(all(is(request, 2), asleep))),
          set: [set(request, 0), set(deferred, any(deferred, all(is(request, 2), changing, no(suspended))))],
        },
        ...suspendDone,
      ],
    },
  },
})
