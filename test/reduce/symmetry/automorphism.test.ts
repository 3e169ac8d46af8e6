// SPDX-License-Identifier: Apache-2.0
import { add, and, at, eq, le, model, or, type ObjectHandle, type VariableHandle } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import type { Model } from '#ir/model'
import { verifiedGroups } from '#reduce/symmetry/groups'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import type { System } from '#system/system'
import type { M } from '../../fixtures/models.ts'

const registry = new Registry(kernelPrimitives)
const built = (build: (m: M) => void): Model =>
  model('test/symmetry', { summary: 'A test.' }, (m) => build(m)).instantiate()
const systemOf = (build: (m: M) => void): System => lower(built(build), registry)

describe('copies are taken for alike only where they are', () => {
  const refused = (build: (m: M) => void): readonly string[] =>
    verifiedGroups(systemOf(build)).refused.map(({ group, why }) => `${group}: ${why}`)

  /** Two copies, each with a flag and a thread that raises it. */
  const pair =
    (more: (m: M, flags: readonly VariableHandle[], locks: readonly ObjectHandle<'mutex'>[]) => void) => (m: M) => {
      const flags: VariableHandle[] = []
      const locks: ObjectHandle<'mutex'>[] = []
      m.copies('c', 2, (c) => {
        const [x, lock] = [c.flag('x'), c.mutex('lock')]
        flags.push(x)
        locks.push(lock)
        c.thread('p', (t) => (t.lock(lock), t.set(x, 1), t.unlock(lock)))
      })
      more(m, flags, locks)
    }

  test('who speaks of all of them in the same way does not tell them apart', () => {
    expect(
      refused(
        pair((m, [x, y]) => {
          m.thread('all', (t) => t.await(and(eq(x!, 1), eq(y!, 1))))
          m.thread('any', (t) => t.await(or(eq(y!, 1), eq(x!, 1))))
          m.invariant('sum', le(add(x!, y!), 2))
          m.invariant('nowhere', or(at('c[0].p', 'end'), at('c[1].p', 'end'), eq(1, 1)))
        }),
      ),
    ).toEqual([])
  })

  test('nor does a sum over three of them, however it is grouped', () => {
    const sum = (m: M): void => {
      const xs: VariableHandle[] = []
      m.copies('c', 3, (c) => {
        const x = c.flag('x')
        xs.push(x)
        c.thread('p', (t) => t.set(x, 1))
      })
      m.invariant('sum', le(add(add(xs[0]!, xs[1]!), xs[2]!), 3))
    }
    expect(refused(sum)).toEqual([])
  })

  test('members of a shared reservation belong to their copies', () => {
    expect(
      refused((m) => {
        const r = m.resv('r', { class: m.wwClass('K') })
        m.copies('c', 3, (c) => {
          const f = c.fence('f')
          c.thread('p', (t) => {
            t.wwLockPlain(r)
            t.reserveFences(r)
            t.addFence(r, { fence: f, usage: 1 })
            t.wwUnlock(r)
          })
          c.hardware('device', (t) => t.signal(f))
        })
        m.thread('evictor', (t) => (t.wwLockPlain(r), t.waitFences(r, { usage: 2 }), t.wwUnlock(r)))
      }),
    ).toEqual([])
  })

  test.each<readonly [string, (m: M) => void, string]>([
    ['a thread that looks at one', pair((m, [x]) => m.thread('q', (t) => t.await(eq(x!, 1)))), "'q' has a step"],
    ['an invariant about one', pair((m, [, y]) => m.invariant('y', eq(y!, 0))), 'invariant y'],
    [
      'locks taken in an order',
      pair((m, _, [a, b]) => m.thread('q', (t) => (t.lock(a!), t.lock(b!), t.unlock(b!), t.unlock(a!)))),
      'copies 0 and 1',
    ],
    [
      'a test of where one is',
      pair((m, [x]) => m.invariant('there', or(at('c[0].p', 'end'), eq(x!, 0), eq(x!, 1)))),
      'invariant there',
    ],
    [
      'a start value',
      (m) => m.copies('c', 2, (c, i) => c.thread('p', (t) => t.set(c.int('x', { max: 2, init: i }), 2))),
      'start value',
    ],
    [
      'another kind of process',
      (m) => m.copies('c', 2, (c, i) => c[i === 0 ? 'thread' : 'worker']('p', (t) => t.local())),
      'context',
    ],
    [
      'a longer path',
      (m) => m.copies('c', 2, (c, i) => c.thread('p', (t) => (t.local(), i === 0 ? t.local() : undefined))),
      'control graph',
    ],
    [
      'a way on to rest, be it by a step that turns out to be impossible',
      (m) => {
        const [never, token] = [m.timer('never'), m.int('token', { max: 2, init: 1 })]
        m.copies('c', 2, (c, i) =>
          c.thread('p', (t) => {
            t.idle()
            t.select({
              stops: () => (t.await(eq(token, 2)), t.end()),
              goes: () => {
                t.step({ when: eq(token, 1), set: [[token, 0]] })
                t.loop(() => {
                  t.local()
                  t.timerPending(never, { yes: () => (i === 0 ? t.continue() : t.end()), no: () => t.continue() })
                })
              },
            })
          }),
        )
      },
      'control graph',
    ],
    [
      'a step that need not happen',
      (m) => m.copies('c', 2, (c, i) => c.thread('p', (t) => t.may(i === 0 ? 'user' : 'environment', () => t.local()))),
      'no counterpart',
    ],
    [
      'a handler of one',
      (m) => {
        m.copies('c', 2, (c) => c.thread('p', (t) => t.local()))
        m.irq('h', (t) => t.local(), { on: ['c[0].p'] })
      },
      'differ in size',
    ],
  ])('%s does', (_, build, why) => {
    const found = refused(build)
    expect(found).toEqual([expect.stringContaining(why)])
  })

  test('copies that share something, or differ in size, are refused', () => {
    const plain = built((m) => m.copies('c', 2, (c) => c.thread('p', (t) => t.local())))
    const [group] = plain.groups!
    const systemWith = (groups: Model['groups']): System => lower({ ...plain, groups: groups! }, registry)
    const twice = verifiedGroups(systemWith([group!, { ...group!, name: 'again' }]))
    expect(twice.groups.map(({ name }) => name)).toEqual(['c'])
    expect(twice.refused).toEqual([{ group: 'again', why: "'c[0].p' belongs to more than one copy" }])
    const same = [group!.copies[0]!, group!.copies[0]!]
    expect(verifiedGroups(systemWith([{ name: 'c', copies: same }])).refused).toHaveLength(1)
  })
})
