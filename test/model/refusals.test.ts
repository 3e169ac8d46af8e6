// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { add, eq, FencecheckError, model, type KernelBuilder, type ModelSource } from 'fencecheck'

const here = 'test/model/refusals.test.ts'

const codeOf = (source: ModelSource): unknown => {
  try {
    source.instantiate()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return 'accepted'
}

describe('what an async function would write after its first await is not lost silently', () => {
  test('of the model', () => {
    const source = model('t/model', { summary: '' }, (async (m: { thread: (n: string, w: () => void) => void }) => {
      m.thread('a', () => {})
      await Promise.resolve()
    }) as never)
    expect(codeOf(source)).toBe('wrong-control-flow')
  })

  test('of a path', () => {
    const source = model('t/path', { summary: '' }, (m) => {
      m.thread('a', (async () => {}) as never)
    })
    expect(codeOf(source)).toBe('wrong-control-flow')
  })

  test.each<readonly [string, (m: KernelBuilder, write: never) => void]>([
    ['work item', (m, write) => m.thread('a', (t) => t.queueWork(m.workItem(m.workqueue('wq'), 'w', write)))],
    ['timer', (m, write) => m.timerCallback('tm', write)],
    ['callback', (m, write) => m.callback(m.fence('f'), 'cb', write)],
    ['shrinker', (m, write) => m.shrinker('s', write)],
    ['group of copies', (m, write) => m.copies('g', 2, write)],
  ])('of a %s', (_, declare) => {
    const source = model('t/late', { summary: '' }, (m) => {
      declare(m, (async () => {}) as never)
      m.thread('b', (t) => t.local())
    })
    expect(codeOf(source)).toBe('wrong-control-flow')
  })

  test('of the callback of an interval', () => {
    const source = model('t/interval', { summary: '' }, (m) => {
      const mm = m.mmapLock('mm')
      m.intervalCallback(m.interval('i', { mm }), 'cb', (async () => {}) as never)
      m.thread('b', (t) => t.invalidateRange())
    })
    expect(codeOf(source)).toBe('wrong-control-flow')
  })

  test('of a branch', () => {
    const source = model('t/branch', { summary: '' }, (m) => {
      m.thread('a', (t) => t.either({ a: (async () => {}) as never }))
    })
    expect(codeOf(source)).toBe('wrong-control-flow')
  })
})

describe('an expectation that would never be compared is refused', () => {
  const expecting = (expect: unknown): unknown =>
    codeOf(model('t/e', { summary: '', expect: expect as 'holds' }, (m) => void m.thread('a', (t) => t.local())))

  test.each([
    ['hold'],
    [{ kind: 'dedlock' }],
    [{ kind: 'deadlock', proceses: ['t'] }],
    [{ kind: 'deadlock', shape: 'ring' }],
  ])('%j', (e) => {
    expect(expecting(e)).toBe('wrong-expectation')
  })

  test('a good one is not', () =>
    expect(expecting({ kind: 'deadlock', shape: 'cycle', processes: [], objects: [] })).toBe('accepted'))
})

/** What is said of a model that is wrong, and how to mend it. */
const saidOf = (write: Parameters<typeof model>[2], head: object = {}): string => {
  try {
    model('t/wrong', { summary: '', ...head }, write).instantiate()
  } catch (error) {
    const { message, fix } = error as FencecheckError
    return `${message}; ${fix}`
  }
  return 'accepted'
}

describe('an option that nobody would look at is refused', () => {
  const none = (t: { local: () => void }): void => t.local()

  test.each<readonly [string, Parameters<typeof model>[2], string]>([
    [
      'of a path',
      (m) => void m.thread('p', none, { pth: 'x' } as never),
      "'p' has no option 'pth'; did you mean 'path'?",
    ],
    [
      'of a thread, which is not raised',
      (m) => void m.thread('p', none, { when: 1 } as never),
      "'p' has no option 'when'; its options are path",
    ],
    [
      'of an interrupt',
      (m) => void m.irq('i', none, { wen: 1 } as never),
      "'i' has no option 'wen'; did you mean 'when'?",
    ],
    [
      'of a softirq',
      (m) => void m.softirq('i', none, { onn: [] } as never),
      "'i' has no option 'onn'; did you mean 'on'?",
    ],
    [
      'of a shrinker',
      (m) => m.shrinker('s', none, { fs: true } as never),
      "'s' has no option 'fs'; its options are looksAtFs",
    ],
    [
      'of a callback',
      (m) => void m.callback(m.fence('f'), 'c', none, { aded: false } as never),
      "'c' has no option 'aded'; did you mean 'added'?",
    ],
    [
      'of an array of fences',
      (m) => void m.fenceArrayOf('a', [m.fence('f')], { any: true } as never),
      "'a' has no option 'any'; its options are signalOnAny",
    ],
    [
      'of a machine',
      (m) => void m.machine('d', { initial: 'a', states: { a: {} } } as never, { contxt: 'task' } as never),
      "'d' has no option 'contxt'; did you mean 'context'?",
    ],
    ['of a variable', (m) => void m.int('x', { maxx: 1 } as never), "'x' has no option 'maxx'; did you mean 'max'?"],
    [
      'of an array',
      (m) => void m.array('x', 2, { max: 1, initial: 1 } as never),
      "'x' has no option 'initial'; its options are min, max, init",
    ],
    [
      'of a step',
      (m) => void m.thread('p', (t) => t.step({ wen: 1 } as never)),
      "t.step() has no option 'wen'; did you mean 'when'?",
    ],
  ])('%s', (_, write, said) => expect(saidOf(write)).toBe(said))

  test.each([
    ['of a model', { varients: { a: 'holds' } }, "model 't/wrong' has no option 'varients'; did you mean 'variants'?"],
    [
      'of a parameter',
      { params: { N: { min: 1, max: 2, default: 1, step: 1 } } },
      "parameter N of 't/wrong' has no option 'step'; its options are min, max, default, what",
    ],
  ])('%s', (_, head, said) => expect(saidOf((m) => void m.thread('p', none), head)).toBe(said))
})

describe('a path is written with what is its own', () => {
  test('a label of another path is refused', () => {
    let label: unknown
    expect(
      saidOf((m) => {
        m.thread('p', (t) => ((label = t.label()), t.local()))
        m.thread('q', (t) => (t.local(), t.goto(label as never)))
      }),
    ).toMatch(/^'q': t\.goto\(\) is given a label of another path; jump within one path/)
  })

  test('a step of a path that is finished is refused, not left out', () => {
    let other: { local: () => void }
    expect(
      saidOf((m) => {
        m.thread('p', (t) => ((other = t), t.local()))
        m.thread('q', (t) => (t.local(), other.local()))
      }),
    ).toMatch(/^'p': its path is finished/)
  })
})

test('how to handle an exit is said as it is written, with an object or without', () => {
  expect(saidOf((m) => void m.thread('p', (t) => t.allocNowait({} as never)))).toBe(
    "allocNowait memory can end with 'enomem', which is not handled; say what happens then: t.allocNowait({ enomem: () => { ... } })",
  )
  expect(saidOf((m) => void m.thread('p', (t) => t.trylock(m.mutex('a'), { got: () => {} } as never)))).toContain(
    't.trylock(a, { missed: () => { ... } })',
  )
})

test('an expectation that leaves a setting out is refused with how settings are written', () => {
  const switches = { notifiers: ['on', 'off'], timeouts: ['error', 'never'] }
  const expecting = (when: object): string =>
    saidOf((m) => void m.thread('p', (t) => t.local()), { switches, expect: { when } })
  expect(expecting({ 'notifiers=off': 'holds' })).toBe(
    "nothing is expected for notifiers=on, timeouts=error; the keys of 'when' are settings like 'notifiers=on', several of them like 'notifiers=on, timeouts=error', and every setting needs one",
  )
  expect(expecting({ 'notifiers=on, timeouts=error': 'holds' })).toBe('accepted')
})

describe('what is no expression is refused where it is used, with what can be written', () => {
  const saidOfValue = (value: (m: KernelBuilder) => unknown): string =>
    saidOf((m) => void m.thread('p', (t) => t.await(eq(1, value(m) as number))))

  test.each<readonly [string, (m: KernelBuilder) => unknown, string]>([
    ['an object', (m) => m.fence('done'), "object 'done'"],
    ['a name', () => 'done', "'done'"],
    ['nothing', () => undefined, 'undefined'],
  ])('%s', (_, value, shown) =>
    expect(saidOfValue(value)).toBe(
      `${shown} is not an expression; build it with eq(), and(), field(), ... or use a variable`,
    ),
  )

  test.each<readonly [string, (m: KernelBuilder) => unknown]>([
    ['a comparison', (m) => (m.int('x', { max: 1 }) as unknown as number) > 0],
    ['a sum', (m) => (add(m.int('x', { max: 1 }), 1) as unknown as number) + 1],
    ['an element', (m) => -(m.array('a', 2, { max: 1 }).at(0) as unknown as number)],
    ['text', (m) => `${m.fence('done') as unknown as string} is done`],
  ])('%s of JavaScript, which would compare or compute with what stands for it', (_, value) => {
    expect(saidOfValue(value)).toBe(
      'an operator of JavaScript is applied to something of the model; build the expression with eq(), lt(), not(), and(), add(), ...; for text use its name',
    )
  })

  test('as a wrong expression, at its line', () => {
    expect(() => eq(1, undefined as never)).toThrow(
      expect.objectContaining({ code: 'wrong-expression', site: expect.objectContaining({ file: here }) as object }),
    )
  })
})

test.each<readonly [string, Parameters<typeof model>[2]]>([
  [
    'of a work item',
    (m) => {
      m.workItem(m.workqueue('wq'), 'work', () => {
        throw new Error('no')
      })
    },
  ],
  [
    'of a timer',
    (m) => {
      m.timerCallback('timer', () => {
        throw new Error('no')
      })
    },
  ],
])('what the body %s throws, which is written last, is a fault of the model, at its line', (_, write) => {
  expect(() => model('t/late', { summary: '' }, write).instantiate()).toThrow(
    expect.objectContaining({ code: 'model-threw', site: expect.objectContaining({ file: here }) as object }),
  )
})

test.each<readonly [string, (m: KernelBuilder) => unknown, string]>([
  [
    'a flag',
    (m) => m.flag('f', { init: 1 } as never),
    "flag 'f' starts neither at 0 nor at 1; write m.flag('f', true) for a flag that is set at the start",
  ],
  [
    'an object that is tied to another',
    (m) => m.workItem('system_wq' as never, 'work', () => {}),
    "option 'queue' of work_struct 'work' is neither a number nor an object; fields are pending, running, place, disabled, flushes; objects are queue (a workqueue that the model declares)",
  ],
])('what %s is declared with by mistake is told with what it can be', (_, declare, said) =>
  expect(saidOf((m) => (declare(m), m.thread('p', () => {})))).toBe(said),
)
