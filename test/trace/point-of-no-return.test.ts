// SPDX-License-Identifier: Apache-2.0
import { eq } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { isResting } from '#property/facts'
import { lower } from '#semantics/lower/lower'
import { evaluator } from '#system/expression'
import { moversOf } from '#system/moves'
import { isEscape, isMay, type TransitionId } from '#system/system'
import { pointOfNoReturn } from '#trace/point-of-no-return'
import { replay } from '#trace/replay'
import type { Outcome } from '#trace/trace'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { randomModel } from '../fixtures/random-model.ts'
import { randomRetries } from '../fixtures/random-retries.ts'
import { abba, queuedWriter, told } from './told.ts'
import { evidenceFrom } from '#trace/from-state'
import { plainlyLivelocked } from '../property/plainly-livelocked.ts'

/**
 * The definition, word for word and state by state: no components, no rows, no strides. Undefined if the model has more
 * states than that is bearable for.
 */
function byBruteForce(
  machine: Interpreter,
  path: readonly TransitionId[],
  outcome: Outcome,
  mostStates: number,
): number | undefined {
  const { system } = machine
  const store = machine.store()
  const next: { readonly id: TransitionId; readonly to: number }[][] = []
  store.add(machine.initial())
  for (let s = 0; s < store.size; s++) {
    if (store.size > mostStates) return undefined
    const state = store.get(s)
    next.push(machine.enabled(state).map((id) => ({ id, to: store.add(machine.fire(state, id)) })))
  }
  const reach = (from: number, goOn: (s: number) => boolean, along: (id: TransitionId) => boolean): number[] => {
    const reached = new Set([from])
    for (const s of reached) if (goOn(s)) for (const { id, to } of next[s]!) if (along(id)) reached.add(to)
    return [...reached]
  }
  const tag = (id: TransitionId) => system.transitions[id]!.tag
  const isObserver = (p: number): boolean => system.processes[p]!.context === 'observer'
  const escapes = (id: TransitionId): boolean => outcome.escapes === 'off' && isEscape(tag(id))
  const counted = (id: TransitionId): boolean =>
    !isMay(tag(id)) && !escapes(id) && !isObserver(system.transitions[id]!.process)
  const hasFaulted = (s: number): boolean =>
    system.processes.some((p, i) => !isObserver(i) && machine.location(store.get(s), i) === p.faultAt)
  const isStuck = (s: number, name: string): boolean => {
    const p = system.processes.findIndex((process) => process.name === name)
    if (evaluator(isResting(system, p), machine)(store.get(s)) !== 0) return false
    return reach(s, () => true, counted).every(
      (t) =>
        !hasFaulted(t) && next[t]!.every(({ id }) => !counted(id) || !moversOf(system.transitions[id]!).includes(p)),
    )
  }
  const isLost = (s: number, object: string): boolean =>
    system.debts.some(
      (debt) =>
        debt.object === object &&
        reach(s, () => true, counted).every((t) => !hasFaulted(t) && evaluator(debt.owed, machine)(store.get(t)) !== 0),
    )
  const culprit = system.transitions[path.at(-1) ?? -1]?.process
  const evidence = evidenceFrom(machine, machine.initial(), mostStates)!
  const isLivelocked = (s: number, name: string): boolean =>
    plainlyLivelocked(evidence, evidence.store.find(store.get(s))).some((p) => system.processes[p]!.name === name)
  const hasCome = (s: number): boolean =>
    outcome.kind === 'livelock'
      ? outcome.processes.every((name) => isLivelocked(s, name))
      : outcome.code !== undefined
        ? machine.location(store.get(s), culprit!) === system.processes[culprit!]!.faultAt
        : outcome.processes.length > 0
          ? outcome.processes.every((name) => isStuck(s, name))
          : outcome.objects.every((object) => isLost(s, object))
  const come = next.map((_, s) => hasCome(s))
  const goOn = (s: number): boolean => !come[s]!
  const can = (id: TransitionId): boolean => !escapes(id)
  // Avoiding: something can be reached from which the outcome cannot be reached at all.
  const avoiding = (s: number): boolean => reach(s, goOn, can).some((t) => reach(t, goOn, can).every((u) => !come[u]!))
  const states: State[] = [machine.initial()]
  for (const id of path) states.push(machine.fire(states.at(-1)!, id))
  return states.findLastIndex((state) => avoiding(store.add(state))) + 1
}

/** The same of an attempt that fails at the end of a path: after which step nothing reachable lets it get on. */
function lastWayToGetOn(machine: Interpreter, path: readonly TransitionId[]): number | undefined {
  const { processes, transitions } = machine.system
  const { process, origin } = transitions[path.at(-1)!]!
  const own = [...transitions.entries()].filter(([, t]) => t.origin === origin)
  const tries = own.filter(([, t]) => t.retry === true).map(([, t]) => t.from)
  const gets = own.filter(([, t]) => t.retry !== true && t.fault === undefined && !t.exit.startsWith('('))
  const states: State[] = [machine.initial()]
  for (const id of path) states.push(machine.fire(states.at(-1)!, id))
  const canGetOn = (from: State): boolean => {
    const store = machine.store()
    store.add(from)
    for (let s = 0; s < store.size; s++) {
      const state = store.get(s)
      const at = machine.location(state, process)
      const enabled = machine.enabled(state)
      if (processes[process]!.locations[at]!.rest) return true
      if (gets.some(([id, { to }]) => enabled.includes(id) || (to === at && !tries.includes(at)))) return true
      for (const id of enabled) store.add(machine.fire(state, id))
    }
    return false
  }
  const last = states.findLastIndex(canGetOn)
  return last === path.length ? undefined : last + 1
}

const after = async (build: (m: M) => void): Promise<number | undefined> =>
  (await told(build)).explanation.pointOfNoReturn

describe('the point of no return', () => {
  test('of two locks in two orders is the second lock', async () => {
    expect(await after(abba)).toBe(2)
  })

  test('is before the end where the rest is a matter of time', async () => {
    // Once p has the lock, q will come for it with the fence unsignalled, however long it takes; nobody can yet see it stuck.
    const build = (m: M): void => {
      const [lock, fence] = [m.mutex('lock'), m.fence('fence', { published: true })]
      m.thread('p', (t) => (t.lock(lock), t.wait(fence), t.unlock(lock)))
      m.thread('q', (t) => (t.local('one'), t.local('two'), t.lock(lock), t.signal(fence), t.unlock(lock)))
    }
    const { explanation, trace } = await told(build)
    const taken = trace.steps.findIndex(({ step }) => step.startsWith('lock')) + 1
    expect(explanation.pointOfNoReturn).toBe(taken)
  })

  test('is the start where there is no way round it', async () => {
    expect(await after((m) => m.thread('p', (t) => t.wait(m.fence('never', { published: true }))))).toBe(0)
  })

  test('a loop that may go on for ever is no way round, if those concerned are let run', async () => {
    const build = (m: M): void => {
      abba(m)
      m.thread('ticker', (t) => t.loop(() => t.local('tick')))
    }
    expect(await after(build)).toBe(2)
  })

  test('what merely may happen is a way round', async () => {
    const build = (m: M): void => {
      const [x, fence] = [m.int('x', { max: 1 }), m.fence('fence', { published: true })]
      m.thread('p', (t) => (t.set(x, 1), t.wait(fence)))
      m.thread('helper', (t) => (t.idle(), t.may('opportunistic', () => t.await(eq(x, 0))), t.signal(fence)))
    }
    const { explanation } = await told(build)
    expect(explanation.pointOfNoReturn).toBe(1)
  })

  type Others = (m: M, lock: ReturnType<M['mutex']>) => void

  /** One tries for a lock again and again beside others, and never comes to rest. */
  const besides =
    (others: Others) =>
    (m: M): void => {
      const lock = m.mutex('lock')
      m.thread('a', (t) => t.loop(() => t.trylock(lock, { got: () => t.unlock(lock), missed: () => {} })))
      others(m, lock)
    }

  test('is there where somebody retries and no schedule lets it through, and said', async () => {
    const { kind, explanation, trace } = await told(
      besides((m, lock) => m.thread('b', (t) => (t.local('prepare'), t.lock(lock), t.loop(() => t.local('poll'))))),
    )
    expect(kind).toBe('no-forward-progress')
    const taken = trace.steps.findIndex(({ step }) => step === 'lock lock') + 1
    expect(taken).toBeGreaterThan(0)
    expect(explanation.pointOfNoReturn).toBe(taken)
    expect(explanation.headline).toBe(
      "'a' tries again and again for lock, which 'b' holds, in vain for ever: no schedule lets it through any more.",
    )
  })

  test.each<readonly [string, Others]>([
    ['some schedule lets it through', (m, lock) => m.thread('b', (t) => t.loop(() => (t.lock(lock), t.unlock(lock))))],
    [
      'only what merely may happen lets it through',
      (m, lock) => {
        const x = m.int('x', { max: 1 })
        m.thread('b', (t) => (t.lock(lock), t.loop(() => t.when(eq(x, 1), () => (t.unlock(lock), t.lock(lock))))))
        m.thread('c', (t) => (t.idle(), t.may('environment', () => t.set(x, 1))))
      },
    ],
  ])('is not where %s', async (_, others) => {
    const { kind, explanation } = await told(besides(others))
    expect(kind).toBe('no-forward-progress')
    expect(explanation.pointOfNoReturn).toBeUndefined()
    expect(explanation.headline).toContain('nothing forces a schedule that lets it through')
  })

  test('is not where a success would lead right back to the attempt', async () => {
    const { explanation } = await told(
      (m) => {
        const lock = m.mutex('lock')
        m.thread('b', (t) => t.loop(() => (t.lock(lock), t.unlock(lock))))
        m.thread('a', (t) => t.loop(() => t.trylock(lock, { got: () => {}, missed: () => {} })))
      },
      { kinds: ['no-forward-progress'] },
    )
    expect(explanation.pointOfNoReturn).toBeUndefined()
  })

  test('is not where it may come to rest without a success', async () => {
    const { kind, explanation } = await told((m) => {
      const [lock, x] = [m.mutex('lock'), m.int('x', { max: 1 })]
      m.thread('a', (t) =>
        t.loop(() =>
          t.trylock(lock, {
            got: () => t.unlock(lock),
            missed: () => t.when(eq(x, 1), () => (t.idle(), t.local('go on'))),
          }),
        ),
      )
      m.thread('b', (t) => (t.lock(lock), t.loop(() => (t.set(x, 1), t.set(x, 0)))))
    })
    expect(kind).toBe('no-forward-progress')
    expect(explanation.pointOfNoReturn).toBeUndefined()
  })

  test('is known where a bound is hit only on another way', async () => {
    const { explanation, trace } = await told((m) => {
      const [a, b, c] = [m.mutex('a'), m.mutex('b'), m.completion('c')]
      const x = m.int('x', { max: 1 })
      m.thread('p', (t) =>
        t.either({
          bound: () => t.repeat(8, () => t.complete(c)),
          plain: () => (t.set(x, 1), t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)),
        }),
      )
      m.thread('q', (t) => (t.await(eq(x, 1)), t.lock(b), t.lock(a), t.unlock(a), t.unlock(b)))
    })
    expect(trace.steps).toHaveLength(5)
    expect(explanation.pointOfNoReturn).toBe(5)
  })

  test('is not claimed where the limit is hit', async () => {
    const { trace } = await told(queuedWriter)
    const machine = new Interpreter(lower(instance(queuedWriter), kernelRegistry))
    const { path } = replay(machine, trace)
    const answer = pointOfNoReturn(machine, path, trace.outcome)
    expect(answer).toBeGreaterThan(0)
    for (let limit = 0; limit < 40; limit++)
      expect([undefined, answer]).toContain(pointOfNoReturn(machine, path, trace.outcome, limit))
    expect(pointOfNoReturn(machine, path, trace.outcome, 3)).toBeUndefined()
  })

  test('is what the definition says where random models retry in vain', async () => {
    let [hopeless, lucky] = [0, 0]
    for (let seed = 1; seed <= 150; seed++) {
      const model = randomRetries(seed)
      const { violation } = await check(model, kernelRegistry, { reduction: 'none', kinds: ['no-forward-progress'] })
      if (violation === undefined) continue
      const machine = new Interpreter(lower(model, kernelRegistry))
      const { path } = replay(machine, violation.trace)
      const brute = lastWayToGetOn(machine, path)
      expect(violation.explanation.pointOfNoReturn, `seed ${seed}`).toBe(brute)
      if (brute === undefined) lucky++
      else hopeless++
    }
    expect(hopeless).toBeGreaterThan(3)
    expect(lucky).toBeGreaterThan(3)
  })

  test('is what the definition says, for random models', async () => {
    const seen = new Map<string, number>()
    for (let seed = 1; seed <= 200; seed++) {
      const model = randomModel(seed)
      const { violation } = await check(model, kernelRegistry, { maxStates: 400 })
      if (violation === undefined) continue
      const machine = new Interpreter(lower(model, kernelRegistry))
      const { path } = replay(machine, violation.trace)
      const brute = byBruteForce(machine, path, violation.trace.outcome, 160)
      if (brute === undefined || violation.explanation.pointOfNoReturn === undefined) continue
      expect(violation.explanation.pointOfNoReturn, `seed ${seed}: ${violation.explanation.headline}`).toBe(brute)
      const early = brute < path.length ? 'early' : 'late'
      for (const key of [violation.kind, early]) seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    for (const key of ['misuse', 'deadlock', 'unsignalled-fence', 'early', 'late'])
      expect(seen.get(key) ?? 0, `${key} of ${JSON.stringify([...seen])}`).toBeGreaterThan(1)
  })
})
