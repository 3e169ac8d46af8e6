// SPDX-License-Identifier: Apache-2.0
import { primitive, type Arrow, type PSet } from '../primitive.ts'
import { any, bump, each, is, its, many, mine, my, no, positive, set, the } from '../vocabulary.ts'

const count = the('count')
const queued = the('queued')
/** Its place among the waiters, from 1; 0 if it does not wait. */
const place = my('place')
const granted = my('granted')
const waits = 'up()'

/** down() of a semaphore, with what else the caller gets when it gets in. */
export const downArrows = (taken: readonly PSet[] = []) =>
  [
    { when: positive(count), set: [bump(count, -1), ...taken] },
    { when: is(count, 0), to: 'queued', set: [set(place, ['+', queued, 1]), bump(queued, 1)] },
    { from: 'queued', when: granted, set: [set(granted, 0), ...taken] },
  ] as const satisfies readonly Arrow[]
/** It leaves the queue, and those behind it move up. */
const giveUp = [
  each('q', 'process', set(its('place', 'q'), ['-', its('place', 'q'), ['<', place, its('place', 'q')]])),
  set(place, 0),
  bump(queued, -1),
]
const unlessGranted = { from: 'queued', when: no(granted), set: giveUp } as const
/** up(), with what else the caller gives back: the first waiter gets it, if there is one. */
export const upArrows = (given: readonly PSet[] = []) =>
  [
    {
      set: [
        set(count, ['+', count, is(queued, 0)]),
        each(
          'q',
          'process',
          set(its('granted', 'q'), any(its('granted', 'q'), is(its('place', 'q'), 1))),
          set(its('place', 'q'), ['-', its('place', 'q'), positive(its('place', 'q'))]),
        ),
        set(queued, ['-', queued, positive(queued)]),
        ...given,
      ],
    },
  ] as const satisfies readonly Arrow[]
export const semaphoreFields = {
  count: { max: 7, init: 1 },
  queued: many,
  place: { max: 'processes', per: ['process'] },
  granted: mine,
} as const

/**
 * `struct semaphore` (kernel/locking/semaphore.c; read at 6.18): a count without an owner. `up()` hands over to the
 * waiter that has waited longest instead of raising the count, so nobody can steal in between.
 */
export const semaphore = primitive({
  name: 'semaphore',
  source: 'kernel/locking/semaphore.c: __down_common(), __up(), down_trylock()',
  about:
    'A count that anybody may raise, from any context: nobody owns a semaphore, so it is held by nobody either, and who is in the way is told by who could still call up(). Waiters are served first come, first served.',
  limits: ['The count is at most 7; one more makes a verdict unknown.'],
  fields: semaphoreFields,
  operations: {
    down: {
      does: 'down(): takes one, waits while none is left',
      sleeps: true,
      waits,
      arrows: downArrows(),
    },
    downInterruptible: {
      does: 'down_interruptible(): as down(), a signal ends the wait with -EINTR',
      sleeps: true,
      waits,
      arrows: [...downArrows(), { ...unlessGranted, to: 'eintr', escape: 'signal' }],
    },
    downKillable: {
      does: 'down_killable(): as down(), a fatal signal ends the wait with -EINTR',
      sleeps: true,
      waits,
      arrows: [...downArrows(), { ...unlessGranted, to: 'eintr', escape: 'signal' }],
    },
    downTimeout: {
      does: 'down_timeout(): as down(), gives up after a time with -ETIME',
      sleeps: true,
      waits,
      arrows: [...downArrows(), { ...unlessGranted, to: 'etime', escape: 'timeout' }],
    },
    downTrylock: {
      does: 'down_trylock(): never waits; from any context (0 in C means that it was taken)',
      arrows: [
        { when: positive(count), set: [bump(count, -1)], to: 'got' },
        { when: is(count, 0), to: 'missed', retry: true },
      ],
    },
    up: {
      does: 'up(): gives one back, to the first waiter if there is one; by anybody, from any context',
      arrows: upArrows(),
    },
  },
})
