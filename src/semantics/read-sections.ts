// SPDX-License-Identifier: Apache-2.0
import type { Arrow, Field, PExpr } from './primitive.ts'
import { any, bump, each, every, is, its, many, my, no, positive, set, some, the } from './vocabulary.ts'

// Read sections that nobody waits to enter, and those who wait for the ones that have begun (RCU, SRCU). Waiters have
// places in the order in which they came; a section knows how many of those who wait now were there when it began. So it
// is in the way of whoever has a place behind that, and of nobody who came before it.

const depth = my('depth')
const behind = my('behind')
const place = my('place')
const waiting = the('waiting')

export const sectionFields = {
  depth: { max: 3, per: ['process'] },
  behind: { max: 'processes', per: ['process'] },
  place: { max: 'processes', per: ['process'] },
  waiting: many,
} as const satisfies Record<string, Field>

export const inSection: PExpr = positive(depth)

/** The outermost section of a process counts; one inside it began later, but ends earlier. */
export const beginSection = [set(behind, ['if', is(depth, 0), waiting, behind]), bump(depth, 1)]
export const endSection = [set(behind, ['if', is(depth, 1), 0, behind]), bump(depth, -1)]

const someSection = some('q', 'process', positive(its('depth', 'q')))
/** Every section that had begun when `me` took its place has ended. */
const elapsed = every('q', 'process', any(is(its('depth', 'q'), 0), ['<=', place, its('behind', 'q')]))

/** Waits until every section that has begun by now has ended; not for later ones. */
export const gracePeriod = [
  { when: no(someSection) },
  { when: someSection, to: 'waiting', set: [set(place, ['+', waiting, 1]), bump(waiting, 1)] },
  {
    from: 'waiting',
    when: elapsed,
    set: [
      each(
        'q',
        'process',
        set(its('place', 'q'), ['-', its('place', 'q'), ['<', place, its('place', 'q')]]),
        set(its('behind', 'q'), ['-', its('behind', 'q'), ['<=', place, its('behind', 'q')]]),
      ),
      set(place, 0),
      bump(waiting, -1),
    ],
  },
] as const satisfies readonly Arrow[]
