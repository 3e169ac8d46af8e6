// SPDX-License-Identifier: Apache-2.0
import { add, at, eq, mul, type Expression } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { FencecheckError } from '#base/errors'
import { toPromela } from '#export/promela'
import { lower } from '#semantics/lower/lower'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

const promela = (build: (m: M) => void, title?: string): string =>
  toPromela(lower(instance(build), kernelRegistry), title)
const withoutComments = (text: string): string => text.replace(/ *\/\*[^]*?\*\//g, '')
/** What happens in the one transition whose comment has this label. */
const stepCalled = (label: string, text: string): string | undefined =>
  text.split('\n').find((line) => line.includes(`| ${label} */`))

describe('names of the model are comments and nothing else', () => {
  const build =
    (n: (name: string) => string) =>
    (m: M): void => {
      const lock = m.spinlock(n('lock'))
      const x = m.int(n('x'), { max: 3 })
      m.thread(n('thread'), (t) => {
        t.label(n('start'))
        t.spinLock(lock)
        t.step({ set: [[x, 1]], label: n('step') })
        t.assert(eq(x, 1), n('claim'))
        t.spinUnlock(lock)
      })
      m.irq(n('handler'), (t) => t.local(n('local')))
    }
  const plain = withoutComments(promela(build((name) => name)))

  test.each([
    '*/ assert(false) /*',
    '*/\nassert(false)\n/*',
    'a\n#include "/etc/passwd"\n',
    '\r#define v0 v1\r',
    '\\',
    'a\\\n',
    '??/\n*/',
    '*\\\n/ assert(false)',
    '"\'`${}\u2028*\u2029/\0',
    '//',
    '/*',
    '\\u002a/',
    '*?/',
  ])('%j', (hostile) => {
    const text = promela(
      build((name) => `${name}${hostile}`),
      `title${hostile}`,
    )
    expect(withoutComments(text)).toBe(plain)
    expect(text.split('\n').length).toBe(promela(build((name) => name)).split('\n').length)
    expect(text).toMatch(/^[\n -~]*$/)
  })
})

describe('assignments of a step happen at once', () => {
  const step = (set: (x: Expression, y: Expression) => [Expression, Expression]): { text: string; line: string } => {
    const text = promela((m) => {
      const [x, y] = [m.int('x', { max: 3, init: 1 }), m.int('y', { max: 3 })]
      const [toX, toY] = set(x, y)
      m.thread('swapper', (t) =>
        t.loop(() =>
          t.step({
            set: [
              [x, toX],
              [y, toY],
            ],
            label: 'both',
          }),
        ),
      )
    })
    return { text, line: stepCalled('both', text)! }
  }

  test('a value that an earlier one would spoil is saved first', () => {
    const { text, line } = step((x, y) => [y, x])
    expect(line).toContain('-> t0 = v0; v0 = v1; v1 = t0; goto')
    expect(text).toContain('hidden int t0\n')
  })

  test('otherwise nothing is saved', () => {
    const { text, line } = step((x, y) => [y, y])
    expect(line).toContain('-> v0 = v1; v1 = v1; goto')
    expect(text).not.toContain('hidden')
  })
})

test('an element with a computed index is written and read', () => {
  const text = promela((m) => {
    const i = m.int('i', { max: 1 })
    const a = m.array('a', 2, { max: 300 })
    m.thread('writer', (t) => {
      t.loop(() => {
        t.step({
          set: [
            [a.at(i), 7],
            [i, 1],
          ],
          label: 'write',
        })
        t.step({ when: eq(a.at(i), 7), set: [[a.at(1), 5]], label: 'read' })
      })
    })
  })
  expect(stepCalled('write', text)).toContain('-> v1 = ((v0 == 0) -> 7 : v1); v2 = ((v0 == 1) -> 7 : v2); v0 = 1; goto')
  expect(stepCalled('read', text)).toContain(':: (((v0 == 0 -> v1 : v2) == 7)) -> v2 = 5; goto')
})

test('whoever asks where a process is reads its location variable, which every move of that process sets', () => {
  const text = promela((m) => {
    m.thread('asks', (t) => t.step({ when: at('asked', 'middle'), label: 'ask' }))
    m.thread('asked', (t) => {
      t.local('first')
      t.label('middle')
      t.local('second')
    })
  })
  const middle = /goto (?:end_)?L(\d+)/.exec(stepCalled('first', text)!)![1]
  expect(text).toMatch(/^byte l1 = \d {2}\/\* location of asked \*\/$/m)
  expect(text).not.toMatch(/^\w+ l0 =/m)
  expect(stepCalled('ask', text)).toContain(`:: ((l1 == ${middle})) -> goto`)
  expect(stepCalled('first', text)).toContain(`-> l1 = ${middle}; goto L${middle} `)
})

test('a process on top of which a handler runs cannot move', () => {
  const text = promela((m) => {
    m.thread('below', (t) => t.local('moves'))
    m.irq('handler', (t) => t.local(), { on: ['below'] })
  })
  expect(text).toContain('bit v0 = 0  /* on[handler][below] */')
  expect(stepCalled('moves', text)).toContain(':: (!(v0)) -> goto')
})

test('a fault fails an assertion and parks its process, which may stay there', () => {
  const text = promela((m) => m.thread('wrong', (t) => t.assert(0, 'never')))
  expect(stepCalled('assert never __ assertion', text)).toContain(':: (0 == 0) -> assert(false); goto end_L0')
  expect(text).toContain('end_L0:  /* FAULT */\n  false;')
})

test('the type of a variable holds its range', () => {
  const text = promela((m) => {
    const ranges = [
      [0, 1],
      [0, 2],
      [0, 255],
      [0, 256],
      [-1, 0],
      [-32768, 32767],
      [0, 32768],
      [-(2 ** 31), 2 ** 31 - 1],
    ]
    const all = ranges.map(([min, max], i) => m.int(`x${i}`, { min: min!, max: max!, init: min! }))
    m.thread('writer', (t) => all.forEach((x, i) => t.set(x, ranges[i]![1]!)))
  })
  expect(text.match(/^\w+ v\d = [^/]*(?= {2}\/)/gm)).toEqual([
    'bit v0 = 0',
    'byte v1 = 0',
    'byte v2 = 0',
    'short v3 = 0',
    'short v4 = (-1)',
    'short v5 = (-32768)',
    'int v6 = 0',
    'int v7 = (-2147483647 - 1)',
  ])
})

test('steps that two processes take together make it one process over locations', () => {
  const text = promela((m) => {
    m.thread('sender', (t) => t.step({ sync: { channel: 'c', role: 'send' }, label: 'send' }))
    m.thread('receiver', (t) => t.step({ sync: { channel: 'c', role: 'receive' }, label: 'receive' }))
  })
  expect(text.match(/active proctype/g)).toHaveLength(1)
  expect(stepCalled('send with receive', text)).toMatch(
    /:: \(l0 == (\d) && l1 == (\d)\) -> l0 = (?!\1)\d; l1 = (?!\2)\d; goto L /,
  )
})

describe('what Promela cannot say is refused', () => {
  const refusal = (build: (m: M) => void): FencecheckError | undefined => {
    try {
      promela(build)
      return undefined
    } catch (error) {
      return error as FencecheckError
    }
  }

  test.each([
    ['a value', (m: M) => m.thread('t', (t) => t.await(eq(mul(bigVariable(m), 100_000), 7)))],
    ['a sum', (m: M) => m.thread('t', (t) => t.await(eq(add(bigVariable(m), 2 ** 31 - 1), 7)))],
    ['a range', (m: M) => m.thread('t', (t) => t.set(m.int('wide', { max: 2 ** 31 }), 1))],
  ])('%s beyond 32 bits', (_, build) => {
    expect(refusal(build)).toMatchObject({ code: 'not-exportable', fix: 'declare smaller ranges' })
  })

  test.each([
    [255, undefined],
    [256, 'not-exportable'],
  ])('%i processes', (n, code) => {
    const error = refusal((m) => {
      for (let i = 0; i < n; i++) m.thread(`t${i}`, (t) => t.local())
    })
    expect(error?.code).toBe(code)
    expect(error === undefined || error.fix!.includes('255')).toBe(true)
  })
})

/** A variable of more than 16 bits that does change. */
function bigVariable(m: M): Expression {
  const x = m.int('big', { max: 100_000 })
  m.thread('changes', (t) => t.set(x, 1))
  return x
}
