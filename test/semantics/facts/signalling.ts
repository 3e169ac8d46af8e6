// SPDX-License-Identifier: Apache-2.0
import type { T } from '../../fixtures/models.ts'
import { holds, misuse, type Fact } from './fact.ts'

const ends = (name: string, write: (t: T) => void, isMisuse: boolean): Fact => ({
  name,
  build: (m) => m.thread('a', write),
  expected: isMisuse ? misuse('rest-while-holding', 'a') : holds,
})

/** kernel-semantics.md 4.5 and 15 (7). */
export const signallingFacts: readonly Fact[] = [
  ends('a section that is left is fine', (t) => (t.beginSignalling(), t.endSignalling()), false),
  ends('ending inside a section is misuse', (t) => t.beginSignalling(), true),
  ends('sections nest', (t) => (t.beginSignalling(), t.beginSignalling(), t.endSignalling(), t.endSignalling()), false),
  ends(
    'leaving the inner one of two sections is not enough',
    (t) => (t.beginSignalling(), t.beginSignalling(), t.endSignalling()),
    true,
  ),
  {
    name: 'leaving a section that was not entered is misuse',
    build: (m) => m.thread('a', (t) => t.endSignalling()),
    expected: misuse('end-signalling-unbalanced', 'a', ''),
  },
  ...(['irq', 'softirq'] as const).map((context): Fact => ({
    name: `in a handler (${context}) begin and end do nothing`,
    build: (m) => m[context]('h', (t) => (t.beginSignalling(), t.endSignalling(), t.beginSignalling()), { when: true }),
    expected: holds,
  })),
  {
    name: 'with preemption off begin and end do nothing',
    build: (m) =>
      m.thread('a', (t) => {
        t.preemptDisable()
        t.beginSignalling()
        t.endSignalling()
        t.beginSignalling()
        t.preemptEnable()
      }),
    expected: holds,
  },
  {
    name: 'a section allows to wait for a fence that others signal, as far as blocking goes',
    build: (m) => {
      const f = m.fence('f', { published: true })
      m.thread('a', (t) => {
        t.beginSignalling()
        t.wait(f)
        t.endSignalling()
      })
      m.thread('s', (t) => t.signal(f))
    },
    expected: holds,
  },
  {
    name: 'a wait inside a section of a handler is misuse all the same',
    build: (m) => {
      const f = m.fence('f')
      m.irq(
        'h',
        (t) => {
          t.beginSignalling()
          t.wait(f)
          t.endSignalling()
        },
        { when: true },
      )
    },
    expected: misuse('sleep-in-atomic', 'h', 'f'),
  },
]
