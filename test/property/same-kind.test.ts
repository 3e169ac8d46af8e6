// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { add, eq, ifElse } from 'fencecheck'
import { expect, test } from 'vitest'
import { check } from '#check/check'
import { judged } from '#check/judged'
import { qualify, type CheckOptions } from '#check/options'
import { parseModel } from '#ir/json'
import { lower } from '#semantics/lower/lower'
import type { System } from '#system/system'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { randomCopies } from '../fixtures/random-copies.ts'
import { randomModel } from '../fixtures/random-model.ts'

const ways: readonly CheckOptions[] = [
  { reduction: 'none', symmetry: 'off' },
  { reduction: 'none', order: 'depth-first' },
  { reduction: 'none', symmetry: 'on' },
  { reduction: 'stubborn', symmetry: 'off' },
  { reduction: 'full', symmetry: 'off' },
  { reduction: 'full', symmetry: 'on', checkReduction: true },
]

const cases: readonly (readonly [string, (m: M) => void])[] = [
  [
    'who rests now and then, and has something to do each time, is in no cycle',
    (m) => {
      const f = m.fence('f', { published: true })
      const [busy, go] = [m.flag('busy', true), m.flag('go')]
      m.thread('p', (t) => (t.wait(f), t.set(go, 1)))
      m.worker('q', (t) => {
        t.loop(() => {
          t.set(busy, 0)
          t.idle()
          t.select({ again: () => t.await(busy), stop: () => (t.await(go), t.break()) })
        })
        t.signal(f)
      })
      m.worker('r', (t) => t.loop(() => (t.idle(), t.step({ when: eq(busy, 0), set: [[busy, 1]] }))))
    },
  ],
  [
    'nobody is taken to make a variable what it cannot be',
    (m) => {
      const [f, v] = [m.fence('f', { published: true }), m.int('v', { max: 1 })]
      m.thread('p', (t) => t.loop(() => (t.set(v, add(v, v)), t.await(eq(v, 2)))))
      m.thread('q', (t) => (t.local(), t.wait(f)))
    },
  ],
  [
    'a handler that one copy raises, and then the other, comes and goes',
    (m) => {
      const [f, w] = [m.fence('f', { published: true }), m.int('w', { max: 2 })]
      m.thread('p', (t) => t.wait(f))
      const raised: ReturnType<M['flag']>[] = []
      m.copies('c', 2, (c) => {
        const flag = c.flag('raised')
        c.irq('h', (t) => t.set(w, 1), {
          on: ['p'],
          idleCpu: false,
          when: flag,
          set: [[w, ifElse(eq(w, 2), 1, w)]],
        })
        raised.push(flag)
      })
      m.thread('q', (t) =>
        t.select(
          Object.fromEntries(
            raised.flatMap((flag, i) => [
              [`plain ${i}`, () => t.set(flag, 1)],
              [
                `told ${i}`,
                () =>
                  t.step({
                    set: [
                      [flag, 1],
                      [w, 2],
                    ],
                  }),
              ],
            ]),
          ),
        ),
      )
    },
  ],
]

test.each(cases)('however it is searched, a lost fence is what is told: %s', async (_, build) => {
  const told = new Set<string>()
  for (const options of ways) {
    const { verdict, violation } = await check(instance(build), kernelRegistry, options)
    told.add(`${verdict} ${violation?.kind}`)
  }
  expect([...told]).toEqual(['violated unsignalled-fence'])
})

/** The system in which nothing reports a fault, so that more of it can be seen. */
function withoutFaults(system: System): System {
  const kept = [...system.transitions.keys()].filter((id) => system.transitions[id]!.fault === undefined)
  const place = new Map(kept.map((id, i) => [id, i]))
  return {
    ...system,
    transitions: kept.map((id) => system.transitions[id]!),
    debts: system.debts.map((debt) => ({ ...debt, paidBy: debt.paidBy.flatMap((id) => place.get(id) ?? []) })),
  }
}

test('who is told to be stuck is shown where everybody has come to an end, not in passing', async () => {
  const text = readFileSync(new URL('core-in-passing.json', import.meta.url), 'utf8')
  const system = withoutFaults(lower(parseModel(text, 'core-in-passing.json'), kernelRegistry))
  for (const way of ways) {
    const { judgement } = await judged(system, qualify(way))
    expect(judgement.violations[0], JSON.stringify(way)).toMatchObject({
      kind: 'partial-deadlock',
      shape: 'self',
      processes: ['p0'],
    })
  }
})

test('who is stuck, waits for whom and for what does not depend on the search', async () => {
  let stuck = 0
  for (let seed = 30; seed <= 90; seed++) {
    const system = withoutFaults(lower(randomModel(seed), kernelRegistry))
    const found: unknown[] = []
    for (const way of ways.filter(({ symmetry }) => symmetry !== 'on')) {
      const { judgement, effort } = await judged(system, qualify({ maxStates: 1_000, ...way }))
      if (effort.limit !== undefined) break
      const [first] = judgement.violations
      found.push(first && [first.kind, first.shape, first.processes, first.objects])
      if (first !== undefined && ['deadlock', 'partial-deadlock'].includes(first.kind)) stuck++
    }
    for (const each of found) expect(each, `seed ${seed}`).toEqual(found[0])
  }
  expect(stuck).toBeGreaterThan(30)
})

test('of several faults the first one in the model is told, however far it is', async () => {
  const build = (m: M): void => {
    const [l, s] = [m.mutex('l'), m.rwsem('s')]
    m.thread('p', (t) => (t.local(), t.local(), t.local(), t.unlock(l)))
    m.thread('q', (t) => (t.local(), t.upRead(s)))
  }
  for (const way of ways) {
    const { violation } = await check(instance(build), kernelRegistry, way)
    expect(violation, JSON.stringify(way)).toMatchObject({ code: 'unlock-not-held', processes: ['p'], objects: ['l'] })
  }
})

test('of copies that are alike the first one counts, whichever was stored', async () => {
  const build = (m: M): void => {
    const [l, s, n] = [m.mutex('l'), m.rwsem('s'), m.int('n', { max: 1 })]
    m.copies('c', 2, (c) => {
      const first = c.flag('first')
      c.thread('p', (t) =>
        t.select({
          comes: () =>
            t.step({
              when: eq(n, 0),
              set: [
                [n, 1],
                [first, 1],
              ],
            }),
          late: () => (t.await(eq(n, 1)), t.unlock(l)),
        }),
      )
      c.thread('q', (t) => (t.await(first), t.upRead(s)))
    })
  }
  for (const way of ways) {
    const { violation } = await check(instance(build), kernelRegistry, way)
    expect(violation, JSON.stringify(way)).toMatchObject({ code: 'unlock-not-held', objects: ['l'] })
  }
})

test('at one step the fault that its primitive asks for first is told', async () => {
  const build = (m: M): void => {
    const l = m.spinlock('l')
    m.thread('p', (t) => t.spinUnlock(l))
  }
  for (const way of ways) {
    const { violation } = await check(instance(build), kernelRegistry, way)
    expect(violation, JSON.stringify(way)).toMatchObject({ code: 'unlock-not-held' })
  }
})

test('fences that are always lost together are told together, although one is lost first', async () => {
  const build = (m: M): void => {
    const [f, g, lost] = [m.fence('f', { published: true }), m.fence('g'), m.flag('lost')]
    m.thread('p', (t) => t.either({ signals: () => t.signal(f), forgets: () => t.set(lost, 1) }))
    m.worker('q', (t) => (t.idle(), t.await(lost), t.initFence(g), t.publish(g)))
    m.thread('r', (t) => (t.local(), t.local()))
  }
  const told = new Set<string>()
  for (const way of ways) {
    const { violation } = await check(instance(build), kernelRegistry, way)
    told.add(JSON.stringify(violation?.objects))
  }
  expect([...told]).toEqual(['["f","g"]'])
})

test('of the fences that somebody waits for, as many are told to be lost', async () => {
  const told = new Set<string>()
  for (const way of ways) {
    const { violation } = await check(randomCopies(374), kernelRegistry, way)
    told.add(`${violation?.kind} ${violation?.processes.join()} ${violation?.objects.length}`)
  }
  expect([...told]).toHaveLength(1)
})

test('of a net that ends in several ways, what its only process waits for is told alike', async () => {
  const [goes, c, a] = ['goes', 'c', 'a']
  const net = parseModel(
    JSON.stringify({
      schema: 'fencecheck-model/1',
      id: 't/net',
      variables: [goes, c, a].map((name) => ({ name, min: 0, max: 1, init: name === c ? 0 : 1 })),
      bodies: [
        {
          name: 'net',
          initial: 'here',
          locations: [{ name: 'here' }],
          steps: [
            { at: 'here', when: ['and', ['==', a, 1], ['==', c, 1]], set: [[a, 0]], to: 'here' },
            { at: 'here', when: ['==', c, 1], set: [[a, 1]], to: 'here' },
            { at: 'here', when: ['==', goes, 1], set: [[goes, 0]], to: 'here' },
            {
              at: 'here',
              when: ['==', goes, 1],
              set: [
                [goes, 0],
                [a, 0],
              ],
              to: 'here',
            },
          ],
        },
      ],
      processes: [{ name: 'net', body: 'net' }],
    }),
    'net.json',
  )
  const told = new Set<string>()
  for (const way of ways) {
    const { violation } = await check(net, kernelRegistry, way)
    told.add(`${violation?.kind} ${violation?.shape}`)
  }
  expect([...told]).toEqual(['deadlock self'])
})
