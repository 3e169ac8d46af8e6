// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { all, any, bit, bump, no, positive, set, the } from '../vocabulary.ts'

const posted = any(the('forever'), positive(the('done')))
/** One post is used up, unless complete_all() made it last for ever. */
const consume = [set(the('done'), ['if', the('forever'), the('done'), ['-', the('done'), 1]])]
const waits = 'complete() or complete_all()'

/**
 * `struct completion` (kernel/sched/completion.c; read at 6.18). A counter: each `complete()` lets exactly one wait
 * pass, `complete_all()` every one from then on.
 */
export const completion = primitive({
  name: 'completion',
  source: 'kernel/sched/completion.c: complete(), complete_all(), do_wait_for_common(), try_wait_for_completion()',
  limits: [
    'Seven posts can be outstanding; one more makes a verdict unknown.',
    'reinit_completion() while somebody waits is not reported as misuse.',
  ],
  fields: { done: { max: 7 }, forever: bit },
  operations: {
    complete: {
      does: 'complete(): lets one present or future wait pass; from any context',
      lockdep: { does: 'event' },
      arrows: [{ when: no(the('forever')), set: [bump(the('done'), 1)] }, { when: the('forever') }],
    },
    completeAll: {
      does: 'complete_all(): lets every wait pass until reinit_completion(); from any context',
      lockdep: { does: 'event' },
      arrows: [{ set: [set(the('forever'), 1), set(the('done'), 0)] }],
    },
    waitForCompletion: {
      does: 'wait_for_completion(): waits for a post and uses it up',
      sleeps: true,
      waits,
      lockdep: { does: 'wait' },
      arrows: [{ when: posted, set: consume }],
    },
    waitForCompletionInterruptible: {
      does: 'wait_for_completion_interruptible(), _killable(): a signal ends the wait with -ERESTARTSYS',
      sleeps: true,
      waits,
      lockdep: { does: 'wait' },
      arrows: [
        { when: posted, set: consume },
        { when: no(posted), to: 'erestartsys', escape: 'signal' },
      ],
    },
    waitForCompletionTimeout: {
      does: 'wait_for_completion_timeout(): gives up after a time with 0',
      sleeps: true,
      waits,
      lockdep: { does: 'wait' },
      arrows: [
        { when: posted, set: consume },
        { when: no(posted), to: 'timeout', escape: 'timeout' },
      ],
    },
    waitForCompletionInterruptibleTimeout: {
      does: 'wait_for_completion_interruptible_timeout(), _killable_timeout(): ended by a signal or by time',
      sleeps: true,
      waits,
      lockdep: { does: 'wait' },
      arrows: [
        { when: posted, set: consume },
        { when: no(posted), to: 'erestartsys', escape: 'signal' },
        { when: no(posted), to: 'timeout', escape: 'timeout' },
      ],
    },
    tryWaitForCompletion: {
      does: 'try_wait_for_completion(): uses up a post if there is one; from any context',
      arrows: [
        { when: posted, set: consume, to: 'got' },
        { when: no(posted), to: 'missed', retry: true },
      ],
    },
    reinitCompletion: {
      does: 'reinit_completion(): forgets all posts',
      arrows: [{ when: all(), set: [set(the('done'), 0), set(the('forever'), 0)] }],
    },
  },
})
