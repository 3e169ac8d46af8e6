// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { FencecheckError, model, type ModelSource } from 'fencecheck'
import { check } from '#check/check'
import { settingsOf, type Setting } from '#model/switches'
import { kernelRegistry, verdictOf, type M, type Verdict } from '../fixtures/models.ts'

type Head = Parameters<typeof model<'u' | 'v', never, string>>[1]

const source = (
  head: Partial<Head>,
  write: (m: M, switches: Setting, variant: string) => void = (m) => void m.thread('a', (t) => t.local()),
): ModelSource =>
  model<'u' | 'v', never, string>('t/m', { summary: '', ...head }, (m, variant, _, switches) =>
    write(m, switches, variant),
  )
const verdict = (of: ModelSource, setting: Setting = {}): Promise<Verdict> =>
  verdictOf(of.instantiate(undefined, {}, setting))
const refused = (
  act: () => unknown,
): { readonly code: string; readonly message: string; readonly fix: string | undefined } => {
  try {
    act()
  } catch (error) {
    if (!(error instanceof FencecheckError)) throw error
    return { code: error.code, message: error.message, fix: error.fix }
  }
  throw new Error('nothing was refused')
}

describe('a setting', () => {
  const two = source({ switches: { notifiers: ['on', 'off'], platform: ['soc', 'kvm'] } })

  test('is the first of each switch unless another is asked for, and is in the instance', () => {
    expect(two.instantiate().switches).toEqual({ notifiers: 'on', platform: 'soc' })
    expect(two.instantiate(undefined, {}, { platform: 'kvm' }).switches).toEqual({ notifiers: 'on', platform: 'kvm' })
    expect(two.instantiate(undefined, {}, { notifiers: 'off', platform: 'kvm' }).switches).toEqual({
      notifiers: 'off',
      platform: 'kvm',
    })
  })

  test('is not in an instance of a model without switches', () => {
    expect('switches' in source({}).instantiate()).toBe(false)
  })

  test('of an unknown switch is refused, with the one that is meant', () => {
    expect(refused(() => two.instantiate(undefined, {}, { notifier: 'off' }))).toMatchObject({
      code: 'unknown-switch',
      message: expect.stringContaining("model 't/m' has no switch notifier") as string,
      fix: 'did you mean notifiers?',
    })
    expect(refused(() => two.instantiate(undefined, {}, { zzzzzz: 'off' })).fix).toBe('it has notifiers and platform')
    expect(refused(() => source({}).instantiate(undefined, {}, { notifiers: 'off' })).fix).toBe('it has none')
  })

  test('that a switch does not have is refused, with the one that is meant', () => {
    expect(refused(() => two.instantiate(undefined, {}, { platform: 'kvn' }))).toMatchObject({
      code: 'unknown-switch',
      message: expect.stringContaining('has no setting platform=kvn') as string,
      fix: 'did you mean kvm?',
    })
  })

  test('named like something that every object has is unknown too', () => {
    expect(refused(() => two.instantiate(undefined, {}, { constructor: 'on' })).code).toBe('unknown-switch')
    expect(refused(() => two.instantiate(undefined, {}, { toString: 'on' })).code).toBe('unknown-switch')
  })

  test('every combination is listed once, the first switch varying slowest', () => {
    expect(settingsOf(two.switches)).toEqual([
      { notifiers: 'on', platform: 'soc' },
      { notifiers: 'on', platform: 'kvm' },
      { notifiers: 'off', platform: 'soc' },
      { notifiers: 'off', platform: 'kvm' },
    ])
    expect(settingsOf({})).toEqual([{}])
  })

  test('is an assumption of what holds in it', async () => {
    const { assumptions } = await check(two.instantiate(undefined, {}, { platform: 'kvm' }), kernelRegistry)
    expect(assumptions).toContain('the switch notifiers is on')
    expect(assumptions).toContain('the switch platform is kvm')
    const { assumptions: none } = await check(source({}).instantiate(), kernelRegistry)
    expect(none.some((line) => line.startsWith('the switch'))).toBe(false)
  })

  test('of a switch that only the model knows reaches the model', () => {
    const seen: Setting[] = []
    const custom = source({ switches: { reset: ['none', 'full', 'partial'] } }, (m, switches) => {
      seen.push(switches)
      m.thread('a', (t) => t.local())
    })
    custom.instantiate()
    custom.instantiate(undefined, {}, { reset: 'partial' })
    expect(seen).toEqual([{ reset: 'none' }, { reset: 'partial' }])
  })
})

describe('a declaration of switches is refused', () => {
  test.each([
    ['with a setting that a built-in switch cannot have', { notifiers: ['on', 'maybe'] }, 'on and off'],
    ['of timeouts', { timeouts: ['error', 'ok'] }, 'error, success and never'],
    ['of memory', { memory: ['low'] }, 'ample and short'],
    ['of debugWw', { debugWw: ['yes'] }, 'on and off'],
    ['without settings', { platform: [] }, 'on and off'],
    ['of a built-in one without settings', { timeouts: [] }, 'error, success and never'],
  ])('%s', (_, switches, known) => {
    expect(refused(() => source({ switches: switches as never }))).toMatchObject({
      code: 'unknown-switch',
      fix: `it can be ${known}`,
    })
  })

  test('but not in part or in another order', () => {
    for (const switches of [{ timeouts: ['never', 'error'] }, { notifiers: ['off'] }, { debugWw: ['off', 'on'] }])
      expect(source({ switches: switches as never }).instantiate().switches).toEqual(
        Object.fromEntries(Object.entries(switches).map(([name, [first]]) => [name, first])),
      )
  })
})

describe('an expectation', () => {
  const expecting = (
    expected: unknown,
    switches: Record<string, readonly string[]> = { a: ['x', 'y'], b: ['p', 'q'] },
  ) => source({ switches: switches as never, expect: expected as never })
  const of = (expected: unknown, setting: Setting): unknown =>
    expecting(expected).instantiate(undefined, {}, setting).expect

  test('without settings is that of every setting', () => {
    for (const setting of settingsOf(expecting('holds').switches))
      expect(of('holds', setting)).toEqual({ verdict: 'holds' })
  })

  test('by setting is that of the first entry that fits', () => {
    const when = { when: { 'a=x,b=q': 'misuse', 'a=x': 'deadlock', ' b=p , a=y ': 'masked', 'b=q': 'holds' } }
    const kinds = settingsOf(expecting(when).switches).map((setting) => of(when, setting))
    expect(kinds).toEqual([
      { verdict: 'violated', kind: 'deadlock' },
      { verdict: 'violated', kind: 'misuse' },
      { verdict: 'violated', kind: 'masked' },
      { verdict: 'holds' },
    ])
  })

  test('is refused where a setting has none, with what is missing', () => {
    const when = { when: { 'a=x': 'holds' } }
    expect(of(when, { a: 'x' })).toEqual({ verdict: 'holds' })
    expect(refused(() => of(when, { a: 'y' }))).toMatchObject({
      code: 'wrong-expectation',
      message: expect.stringContaining('a=y, b=p') as string,
    })
  })

  test('is refused where the model has no switches', () => {
    const { code, message } = refused(() => expecting({ when: { 'a=x': 'holds' } }, {}).instantiate())
    expect([code, message]).toEqual(['wrong-expectation', expect.stringContaining('a model without switches')])
  })

  test('that is mistyped is refused in its setting', () => {
    const when = { when: { 'a=x': 'holds', 'a=y': 'dedlock' } }
    expect(of(when, { a: 'x' })).toEqual({ verdict: 'holds' })
    expect(refused(() => of(when, { a: 'y' })).code).toBe('wrong-expectation')
  })

  test('by setting may be that of a variant', () => {
    const both = source({
      switches: { a: ['x', 'y'] },
      variants: { u: 'holds', v: { when: { 'a=x': 'holds', 'a=y': { kind: 'deadlock', processes: ['a'] } } } },
    })
    expect(both.instantiate('v', {}, { a: 'y' }).expect).toEqual({
      verdict: 'violated',
      kind: 'deadlock',
      processes: ['a'],
    })
    expect(both.instantiate('u', {}, { a: 'y' }).expect).toEqual({ verdict: 'holds' })
  })
})

describe('notifiers=off', () => {
  const both = (hook: 'mmuNotifier' | 'shrinker', allocate: 'allocKernel' | 'invalidateRange' | 'oomReap') =>
    source({ switches: { notifiers: ['on', 'off'] } }, (m) => {
      const x = m.mutex('x')
      m[hook]('hook', (t) => (t.lock(x), t.unlock(x)))
      m.thread('a', (t) => {
        t.lock(x)
        t[allocate]()
        t.unlock(x)
      })
    })
  test.each(['allocKernel', 'invalidateRange'] as const)('leaves out what %s would run', async (operation) => {
    expect(await verdict(both('mmuNotifier', operation))).toMatchObject({ kind: 'deadlock', shape: 'self' })
    expect((await verdict(both('mmuNotifier', operation), { notifiers: 'off' })).verdict).toBe('holds')
  })
  test('leaves out what the OOM reaper would run', async () => {
    expect(await verdict(both('mmuNotifier', 'oomReap'))).toMatchObject({ kind: 'misuse', code: 'sleep-in-atomic' })
    expect((await verdict(both('mmuNotifier', 'oomReap'), { notifiers: 'off' })).verdict).toBe('holds')
  })
  test('leaves shrinkers alone', async () => {
    expect((await verdict(both('shrinker', 'allocKernel'), { notifiers: 'off' })).kind).toBe('deadlock')
  })
  test('does not even write the body', () => {
    let written = 0
    const counted = source({ switches: { notifiers: ['on', 'off'] } }, (m) => {
      m.mmuNotifier('n', (t) => (written++, t.local()))
      m.thread('a', (t) => t.allocKernel())
    })
    counted.instantiate(undefined, {}, { notifiers: 'off' })
    expect(written).toBe(0)
    counted.instantiate()
    expect(written).toBe(1)
  })
})

describe('timeouts', () => {
  const operations = {
    'dma_fence_wait_timeout()': (m: M, seen: (t: Path) => void, timeout: (t: Path) => void) => {
      const [x, f] = [m.mutex('x'), m.fence('f', { published: true })]
      m.thread('a', (t) => {
        t.lock(x)
        t.waitTimeout(f, { ok: () => seen(t), timeout: () => timeout(t) })
        t.unlock(x)
      })
      m.thread('s', (t) => {
        t.lock(x)
        t.unlock(x)
        t.signal(f)
      })
    },
    'dma_resv_wait_timeout()': (m: M, seen: (t: Path) => void, timeout: (t: Path) => void) => {
      const [x, f] = [m.mutex('x'), m.fence('f')]
      const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
      m.thread('a', (t) => {
        t.wwLockPlain(r)
        t.reserveFences(r)
        t.addFence(r, { fence: f })
        t.wwUnlock(r)
        t.lock(x)
        t.waitFencesTimeout(r, { ok: () => seen(t), timeout: () => timeout(t) })
        t.unlock(x)
      })
      m.thread('s', (t) => {
        t.lock(x)
        t.unlock(x)
        t.signal(f)
      })
    },
    'wait_for_completion_timeout()': (m: M, seen: (t: Path) => void, timeout: (t: Path) => void) => {
      const [x, c] = [m.mutex('x'), m.completion('c')]
      m.thread('a', (t) => {
        t.lock(x)
        t.waitForCompletionTimeout(c, { ok: () => seen(t), timeout: () => timeout(t) })
        t.unlock(x)
      })
      m.thread('s', (t) => {
        t.lock(x)
        t.unlock(x)
        t.complete(c)
      })
    },
  }
  type Path = Parameters<Parameters<M['thread']>[1]>[0]
  const switches = { timeouts: ['error', 'success', 'never'] as const }
  const [nothing, fault] = [(t: Path) => t.local(), (t: Path) => t.assert(0, 'seen')]

  describe.each(Object.entries(operations))('of %s', (_, write) => {
    const reading = (timeouts: string, seen: (t: Path) => void, timeout: (t: Path) => void): Promise<Verdict> =>
      verdict(
        source({ switches }, (m) => write(m, seen, timeout)),
        { timeouts },
      )

    test('are masked where they give up, whichever of the two readings', async () => {
      for (const timeouts of ['error', 'success'])
        expect(await reading(timeouts, nothing, nothing)).toMatchObject({
          kind: 'masked',
          shape: 'cycle',
          processes: ['a', 's'],
        })
    })
    test('never: the cycle is a deadlock', async () => {
      expect(await reading('never', nothing, nothing)).toMatchObject({
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['a', 's'],
      })
    })
    test('error: the branch of the timeout is taken, that of the success only after it', async () => {
      expect(await reading('error', nothing, fault)).toMatchObject({ kind: 'assertion' })
    })
    test('success: the branch of the success is taken instead', async () => {
      expect(await reading('success', nothing, fault)).toMatchObject({ kind: 'masked' })
      expect(await reading('success', fault, nothing)).toMatchObject({ kind: 'assertion' })
    })
    test('never: the branch of the timeout is not taken, and that is no finding', async () => {
      expect(await reading('never', nothing, fault)).toMatchObject({ kind: 'deadlock', findings: [] })
    })
  })

  test('never leaves signals alone', async () => {
    const interruptible = source({ switches }, (m) => {
      const [x, f] = [m.mutex('x'), m.fence('f', { published: true })]
      m.thread('a', (t) => {
        t.lock(x)
        t.waitInterruptible(f, { erestartsys: () => {} })
        t.unlock(x)
      })
      m.thread('s', (t) => (t.lock(x), t.unlock(x), t.signal(f)))
    })
    expect((await verdict(interruptible, { timeouts: 'never' })).kind).toBe('masked')
  })

  test('that nobody needs are no findings in any reading', async () => {
    const harmless = source({ switches }, (m) => {
      const f = m.fence('f', { published: true })
      m.thread('a', (t) => t.waitTimeout(f, { ok: () => t.local(), timeout: () => t.local() }))
      m.thread('s', (t) => t.signal(f))
    })
    for (const setting of settingsOf(harmless.switches)) {
      const { verdict: outcome, findings } = await verdict(harmless, setting)
      expect([outcome, findings]).toEqual(['holds', []])
    }
  })
})

describe('debugWw', () => {
  const alone = (more: object = {}) =>
    source({ switches: { debugWw: ['off', 'on'] } }, (m) => {
      const K = m.wwClass('K', { waitDie: true, ...more })
      const [a, b] = [m.wwMutex('a', { class: K }), m.wwMutex('b', { class: K })]
      m.thread('t', (t) => {
        t.wwAcquireInit(K)
        t.wwLock(a, { edeadlk: () => t.unreachable('a first lock never backs off') })
        t.wwLock(b, { ok: () => t.wwUnlock(b), edeadlk: () => t.assert(0, 'backs off') })
        t.wwUnlock(a)
        t.wwAcquireFini(K)
      })
    })
  test('on lets a second lock back off although nobody is in the way, a first one never', async () => {
    expect((await verdict(alone(), { debugWw: 'off' })).verdict).toBe('holds')
    expect((await verdict(alone(), { debugWw: 'on' })).kind).toBe('assertion')
  })
  test('what the model says of one object comes first', async () => {
    expect((await verdict(alone({ debugWw: 1 }), { debugWw: 'off' })).kind).toBe('assertion')
    expect((await verdict(alone({ debugWw: false }), { debugWw: 'on' })).verdict).toBe('holds')
  })
})

describe('memory', () => {
  /** Two items of one queue that need each other; two slots, one rescuer. */
  const mutual = (memReclaim: boolean) =>
    source({ switches: { memory: ['ample', 'short'] } }, (m) => {
      const [f, g] = [m.fence('f', { published: true }), m.fence('g', { published: true })]
      const q = m.workqueue('q', { memReclaim, maxActive: 2 })
      const first = m.workItem(q, 'first', (t) => (t.signal(f), t.wait(g)))
      const second = m.workItem(q, 'second', (t) => (t.wait(f), t.signal(g)))
      m.thread('a', (t) => (t.queueWork(first), t.queueWork(second)))
    })
  test('ample: two workers are made', async () => {
    for (const memReclaim of [true, false])
      expect((await verdict(mutual(memReclaim), { memory: 'ample' })).verdict).toBe('holds')
  })
  test('short: the rescuer alone cannot run two items that need each other', async () => {
    expect(await verdict(mutual(true), { memory: 'short' })).toMatchObject({ kind: 'deadlock', processes: ['q/0'] })
  })
  test('short: without a rescuer nobody may rely on any worker', async () => {
    const one = (memReclaim: boolean) =>
      source({ switches: { memory: ['ample', 'short'] } }, (m) => {
        const f = m.fence('f', { published: true })
        const w = m.workItem(m.workqueue('q', { memReclaim }), 'w', (t) => t.signal(f))
        m.thread('a', (t) => (t.queueWork(w), t.wait(f)))
      })
    expect((await verdict(one(false), { memory: 'ample' })).verdict).toBe('holds')
    expect((await verdict(one(true), { memory: 'short' })).verdict).toBe('holds')
    expect(await verdict(one(false), { memory: 'short' })).toMatchObject({ verdict: 'violated', objects: ['f'] })
  })
})
