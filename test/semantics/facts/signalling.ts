// SPDX-License-Identifier: Apache-2.0
import type { M, T } from '../../fixtures/models.ts'
import { holds, misuse, type Fact } from './fact.ts'

const ends = (name: string, write: (t: T) => void, isMisuse: boolean): Fact => ({
  name,
  build: (m) => m.thread('a', write),
  expected: isMisuse ? misuse('rest-while-holding', 'a') : holds,
})

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
  ...(
    [
      ['preemption', (t: T) => t.preemptDisable(), (t: T) => t.preemptEnable(), true],
      ['bottom halves', (t: T) => t.localBhDisable(), (t: T) => t.localBhEnable(), true],
      ['interrupts', (t: T) => t.localIrqDisable(), (t: T) => t.localIrqEnable(), false],
      ['saved interrupts', (t: T) => t.localIrqSave(), (t: T) => t.localIrqRestore(), false],
    ] as const
  ).flatMap(([what, off, on, nothing]): Fact[] => [
    ends(
      `with ${what} off ${nothing ? 'begin and end do nothing' : 'alone a section is one as ever'}`,
      (t) => {
        off(t)
        t.beginSignalling()
        t.endSignalling()
        t.beginSignalling()
        on(t)
      },
      !nothing,
    ),
    ...(nothing
      ? []
      : [
          {
            name: `with ${what} off alone an end without a begin is misuse`,
            build: (m: M) =>
              m.thread('a', (t) => {
                off(t)
                t.endSignalling()
                on(t)
              }),
            expected: misuse('end-signalling-unbalanced', 'a', ''),
          },
        ]),
    ends(
      `a section begun before may end with ${what} off`,
      (t) => {
        t.beginSignalling()
        off(t)
        t.endSignalling()
        on(t)
      },
      false,
    ),
  ]),
  {
    name: 'under a spinlock begin and end do nothing',
    build: (m) => {
      const l = m.spinlock('l')
      m.thread('a', (t) => {
        t.spinLock(l)
        t.beginSignalling()
        t.spinUnlock(l)
      })
    },
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
  {
    name: 'a section that was never begun cannot end, in atomic task context either',
    build: (m) => m.thread('a', (t) => (t.preemptDisable(), t.endSignalling(), t.preemptEnable())),
    expected: misuse('end-signalling-unbalanced', 'a', ''),
  },
]
