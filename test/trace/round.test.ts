// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { Interpreter } from '#interp/interpreter'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import { moversOf } from '#system/moves'
import type { TransitionId } from '#system/system'
import { readTrace, writeTrace } from '#trace/codec'
import { explored } from '#trace/from-state'
import { replay } from '#trace/replay'
import { goingOn } from '#trace/round'
import type { Trace } from '#trace/trace'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomRetries } from '../fixtures/random-retries.ts'
import { told } from './told.ts'

/** One spins for a lock that another takes and gives back for ever, and a third is of no concern. */
const starved = (m: M): void => {
  const l = m.mutex('l')
  m.thread('a', (t) => t.loop(() => t.trylock(l, { got: () => (t.unlock(l), t.end()), missed: () => {} })))
  m.thread('b', (t) => t.loop(() => (t.lock(l), t.unlock(l))))
  m.thread('c', (t) => t.local('once'))
}

/** One spins for what it holds itself, as soon as somebody has let it; another one goes round beside. */
const livelocked = (m: M): void => {
  const l = m.mutex('l')
  m.thread('a', (t) => {
    t.lock(l)
    t.loop(() => t.trylock(l, { got: () => t.break(), missed: () => {} }))
  })
  m.thread('b', (t) => t.loop(() => t.local('turn')))
}

async function traceOf(model: Model): Promise<Trace | undefined> {
  const { violation } = await check(model, kernelRegistry, {
    reduction: 'none',
    maxStates: 20_000,
    kinds: ['livelock', 'no-forward-progress'],
  })
  return violation?.trace
}

const stepsOf = ({ steps }: Trace): readonly string[] => steps.map(({ process, step }) => `${process}: ${step}`)

/** By the words of the definition: what is wrong with a round. */
function faultsOf(model: Model, { outcome }: Trace, path: readonly TransitionId[], backTo: number): readonly string[] {
  const machine = new Interpreter(lower(model, kernelRegistry))
  const { processes, transitions } = machine.system
  const states = [machine.initial()]
  for (const id of path) {
    if (!machine.enabled(states.at(-1)!).includes(id)) return [`${transitions[id]!.label} is not enabled`]
    states.push(machine.fire(states.at(-1)!, id))
  }
  const round = path.slice(backTo)
  const moves = (process: number): boolean => round.some((id) => moversOf(transitions[id]!).includes(process))
  const named = outcome.processes.map((name) => processes.findIndex((p) => p.name === name))
  const store = machine.store()
  return [
    ...(round.length === 0 ? ['no step'] : []),
    ...(store.add(states[backTo]!) === store.add(states.at(-1)!) ? [] : ['not back']),
    ...named.filter((p) => !moves(p)).map((p) => `${p} is named and does not move`),
    ...states.slice(backTo).flatMap((state) => [
      ...machine
        .enabled(state)
        .filter((id) => transitions[id]!.tag === undefined)
        .flatMap((id) => moversOf(transitions[id]!))
        .filter((p) => !moves(p))
        .map((p) => `${p} is passed over`),
      ...named
        .filter((p) => processes[p]!.locations[machine.location(state, p)]!.rest)
        .map((p) => `${p} is named and rests`),
    ]),
    ...(outcome.kind !== 'no-forward-progress' ||
    (transitions[path.at(-1)!]!.retry === true && transitions[path.at(-1)!]!.process === named[0])
      ? []
      : ['no attempt at the end']),
  ]
}

describe('a round', () => {
  test.each([
    [
      'of who is starved',
      starved,
      ['b: lock l', 'c: once', 'a: trylock l -> missed', '|', 'b: unlock l', 'b: lock l', 'a: trylock l -> missed'],
    ],
    ['of who is livelocked', livelocked, ['a: lock l', '|', 'a: trylock l -> missed', 'b: turn']],
  ] as const)('%s is as short as can be', async (_, build, expected) => {
    const trace = await traceOf(instance(build))
    expect(stepsOf(trace!).toSpliced(trace!.backTo!, 0, '|')).toEqual(expected)
  })

  test('is strongly fair, shortest or by the nearest, on random models', async () => {
    const found = { livelock: 0, 'no-forward-progress': 0, longer: 0 }
    for (let seed = 0; seed < 200; seed++) {
      const model = seed % 2 === 0 ? randomModel(seed) : randomRetries(seed)
      const trace = await traceOf(model)
      if (trace === undefined) continue
      const { kind, processes } = trace.outcome
      found[kind as keyof typeof found]++
      const machine = new Interpreter(lower(model, kernelRegistry))
      const again = replay(machine, trace)
      expect(again.reproduces, `seed ${seed}`).toBe(true)
      expect(trace.backTo, `seed ${seed}`).toBeDefined()
      expect(faultsOf(model, trace, again.path, trace.backTo!), `seed ${seed}`).toEqual([])
      const nearest = goingOn(machine, again.path, { kind, processes }, explored(machine), { states: 1e6, exact: 0 })
      expect(faultsOf(model, trace, nearest.path, nearest.backTo!), `seed ${seed}`).toEqual([])
      const [shortest, other] = [again.path.length - trace.backTo!, nearest.path.length - nearest.backTo!]
      expect(shortest, `seed ${seed}`).toBeLessThanOrEqual(other)
      if (shortest < other) found.longer++
    }
    expect(found.livelock).toBeGreaterThan(5)
    expect(found['no-forward-progress']).toBeGreaterThan(5)
    expect(found.longer).toBeGreaterThan(0)
  })

  test('is left out where too much can still happen', async () => {
    const model = instance(starved)
    const { path } = replay(new Interpreter(lower(model, kernelRegistry)), (await traceOf(model))!)
    const machine = new Interpreter(lower(model, kernelRegistry))
    const outcome = { kind: 'no-forward-progress', processes: ['a'] } as const
    expect(goingOn(machine, path, outcome, explored(machine), { states: 1, exact: 1 })).toEqual({ path })
  })
})

test('how everybody stands on a round is told, also who waits all the while', async () => {
  const { explanation } = await told((m) => {
    const [k, l] = [m.mutex('k'), m.mutex('l')]
    m.thread('a', (t) => {
      t.lock(k)
      t.loop(() => t.trylock(l, { got: () => t.break(), missed: () => {} }))
      t.unlock(l)
      t.unlock(k)
    })
    m.thread('b', (t) => t.loop(() => (t.lock(l), t.unlock(l))))
    m.thread('c', (t) => (t.lock(k), t.unlock(k)))
    m.thread('d', (t) => t.local('once'))
  })
  expect(explanation.table.map(({ process, status, waitsFor }) => [process, status, waitsFor])).toEqual([
    ['a', 'goes round', ''],
    ['b', 'runs on', ''],
    ['c', 'waits', 'mutex k in mutex_lock()'],
    ['d', 'at rest', ''],
  ])
})

describe('a trace that says so replays', () => {
  const replayed = async (change: (trace: Trace) => Trace): Promise<string> => {
    const model = instance(starved)
    const again = replay(new Interpreter(lower(model, kernelRegistry)), change((await traceOf(model))!))
    return again.reproduces ? 'reproduces' : again.why
  }
  const without =
    (...gone: readonly number[]) =>
    (trace: Trace): Trace => ({ ...trace, steps: trace.steps.filter((_, i) => !gone.includes(i)) })

  test('as it is, and with no word of that', async () => {
    expect(await replayed((trace) => trace)).toBe('reproduces')
    expect(await replayed(({ schema, model, outcome, steps }) => ({ schema, model, outcome, steps }))).toBe(
      'reproduces',
    )
  })

  test('not where the last step leads elsewhere', async () => {
    const wrong = 'the steps can be taken but no longer lead back to'
    expect(await replayed((trace) => ({ ...trace, backTo: 0 }))).toBe(`${wrong} the start`)
    expect(await replayed((trace) => ({ ...trace, backTo: 1 }))).toBe(`${wrong} where step 1 leads`)
    expect(await replayed((trace) => ({ ...trace, backTo: trace.steps.length }))).toBe(`${wrong} where step 6 leads`)
    expect(await replayed((trace) => ({ ...trace, backTo: 1_000 }))).toBe(`${wrong} where step 1000 leads`)
  })

  test('not where somebody is passed over', async () => {
    expect(await replayed(without(3, 4))).toBe(
      'the steps can be taken but no fair run goes round them for ever: b could move, and does not',
    )
  })

  test('a number of steps that is none is refused', async () => {
    const trace = (await traceOf(instance(starved)))!
    expect(readTrace(writeTrace(trace), 'x')).toEqual(trace)
    for (const backTo of [-1, 1.5, '3', null])
      expect(() => readTrace(JSON.stringify({ ...trace, backTo }), 'x')).toThrow(/backTo/)
  })
})
