// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { model, type ModelSource } from 'fencecheck'

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
