// SPDX-License-Identifier: Apache-2.0
import { eq } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { courseOf as courseAlong } from '#trace/course'
import { abba, queuedWriter, run, told } from './told.ts'

const courseOf = async (...asked: Parameters<typeof told>) => (await told(...asked)).explanation.course

describe('the course of a trace', () => {
  test('locks are held from the step that takes them, and waited for from the step after which that is in vain', async () => {
    expect(await courseOf(abba)).toEqual({
      length: 2,
      arrows: [],
      lanes: [
        {
          process: 'p',
          context: 'task',
          status: 'stuck',
          steps: [1],
          holds: [{ object: 'a', mode: 'write', from: 1 }],
          waits: [{ object: 'b', mode: '', from: 2 }],
        },
        {
          process: 'q',
          context: 'task',
          status: 'stuck',
          steps: [2],
          holds: [{ object: 'b', mode: 'write', from: 2 }],
          waits: [{ object: 'a', mode: '', from: 2 }],
        },
      ],
    })
  })

  test('who queues is marked, and who has not come for the lock yet does not wait for it', async () => {
    const { lanes } = await courseOf(queuedWriter)
    const [completion, , writer] = [...lanes].sort((a, b) => (a.process < b.process ? -1 : 1))
    expect(writer!.holds).toEqual([{ object: 'rwsem', mode: 'queued for write', from: 2, queued: true }])
    expect(completion).toMatchObject({ steps: [], waits: [{ object: 'rwsem', from: 2 }], status: 'stuck' })
  })

  test('who finds a lock taken before its first step has not come for it yet; later it waits', () => {
    const { machine, path, states } = run(
      (m) => {
        const a = m.mutex('a')
        m.thread('p', (t) => (t.lock(a), t.unlock(a)))
        m.thread('q', (t) => (t.lock(a), t.lock(a)))
      },
      'p: lock a',
      'p: unlock a',
      'q: lock a',
    )
    const outcome = { kind: 'deadlock', processes: ['q'], objects: ['a'], stuck: ['q'], escapes: 'on' } as const
    const { lanes, arrows } = courseAlong(machine, path, states, outcome)
    expect(lanes[0]).toMatchObject({ process: 'q', waits: [{ object: 'a', from: 3 }] })
    expect(arrows).toEqual([])
  })

  test('a lock given back ends its bar; a signal and an unlock wake, with what for', async () => {
    const { lanes, arrows } = await courseOf((m) => {
      const lock = m.mutex('lock')
      const fence = m.fence('fence', { published: true })
      const turn = m.int('turn', { max: 2 })
      m.thread('signaller', (t) => {
        t.await(eq(turn, 1))
        t.lock(lock)
        t.set(turn, 2)
        t.signal(fence)
        t.unlock(lock)
      })
      m.thread('waiter', (t) => {
        t.set(turn, 1)
        t.wait(fence)
        t.await(eq(turn, 2))
        t.lock(lock)
        t.lock(lock)
      })
    })
    const lane = (name: string) => lanes.find(({ process }) => process === name)!
    expect(arrows.map(({ step, from, to, object }) => `${step} ${from} -> ${to}: ${object}`)).toEqual([
      '1 waiter -> signaller: turn',
      '5 signaller -> waiter: fence',
    ])
    expect(lane('signaller')).toMatchObject({
      holds: [{ object: 'lock', from: 3, to: 6 }],
      waits: [{ from: 0, to: 1 }],
    })
    expect(lane('waiter').waits[0]).toEqual({ object: 'fence', mode: '', from: 1, to: 5 })
    expect(lane('waiter').status).toBe('stuck')
  })

  test('an idle worker is woken by the one who gives it work, and only for that', async () => {
    const { arrows, lanes } = await courseOf((m) => {
      const [one, two] = [m.int('one', { max: 1 }), m.int('two', { max: 1 })]
      const lock = m.mutex('lock')
      m.worker('engine', (t) =>
        t.loop(() => {
          t.idle()
          t.select({
            first: () => (t.await(eq(one, 1)), t.set(one, 0)),
            second: () => (t.await(eq(two, 1)), t.set(two, 0)),
          })
        }),
      )
      m.thread('p', (t) => {
        t.set(two, 1)
        t.await(eq(two, 0))
        t.lock(lock)
        t.lock(lock)
      })
    })
    expect(arrows).toContainEqual({ step: 1, from: 'p', to: 'engine', object: 'two' })
    expect(arrows.filter(({ to, object }) => to === 'engine' && object === 'one')).toEqual([])
    expect(lanes.find(({ process }) => process === 'engine')!.waits, 'resting is no wait').toEqual([])
  })

  test('an interrupt suspends whom it runs on top of', async () => {
    const { lanes } = await courseOf((m) => {
      const lock = m.spinlock('lock')
      m.thread('p', (t) => (t.spinLock(lock), t.spinUnlock(lock)))
      m.irq('handler', (t) => (t.spinLock(lock), t.spinUnlock(lock)))
    })
    const suspended = lanes.find(({ process }) => process === 'p')!
    expect(suspended.waits).toEqual([{ object: 'handler', mode: '', from: 2 }])
    expect(lanes.map(({ process }) => process).sort()).toEqual(['handler', 'p'])
  })

  test('whoever misuses something is marked', async () => {
    const { lanes } = await courseOf((m) => {
      const lock = m.mutex('lock')
      m.thread('p', (t) => (t.lock(lock), t.unlock(lock), t.unlock(lock)))
    })
    expect(lanes).toMatchObject([{ process: 'p', status: 'faulted', steps: [1, 2, 3], waits: [] }])
  })
})
