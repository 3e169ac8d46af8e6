// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { maxDotStates, toDot } from '#export/dot'
import { Interpreter } from '#interp/interpreter'
import { lower } from '#semantics/lower/lower'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'

function dot(build: (m: M) => void, expand = Infinity): string {
  const machine = new Interpreter(lower(instance(build), kernelRegistry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  search.advance(expand)
  return toDot(machine, search.graph, search.store)
}

test('nodes say where everybody is and what has changed, edges who did what', () => {
  const text = dot((m) => {
    const x = m.int('x', { max: 5, init: 2 })
    m.thread('a', (t) => t.step({ set: [[x, 3]], label: 'raise' }))
  })
  expect(text).toBe(
    [
      'digraph states {',
      '  node [shape=box, fontname=monospace]',
      '  s0 [label="a @ L0\\l", penwidth=3]',
      '  s0 -> s1 [label="a: raise"]',
      '  s1 [label="a @ end\\lx = 3\\l", peripheries=2]',
      '}',
      '',
    ].join('\n'),
  )
})

test('a state in which somebody is stuck is red, one in which all rest or have faulted is not', () => {
  const stuck = dot((m) => m.thread('a', (t) => t.await(0)))
  expect(stuck).toContain('s0 [label="a @ L0\\l", penwidth=3, peripheries=2, color=red]')
  const faulted = dot((m) => m.thread('a', (t) => t.assert(0, 'never')))
  expect(faulted).toContain('s1 [label="a @ FAULT\\l", peripheries=2]')
  expect(faulted).toContain('s0 -> s1 [label="a: assert never !! assertion", color=red]')
})

test('an edge of several processes names them', () => {
  const text = dot((m) => {
    m.thread('a', (t) => t.step({ sync: { channel: 'c', role: 'send' }, label: 'send' }))
    m.thread('b', (t) => t.step({ sync: { channel: 'c', role: 'receive' }, label: 'receive' }))
  })
  expect(text).toContain('[label="a + b: send with receive"]')
})

test('a state that was not expanded is dashed and not called terminal', () => {
  const text = dot((m) => m.thread('a', (t) => t.local()), 0)
  expect(text).toContain('s0 [label="a @ L0\\l", penwidth=3, style=dashed]')
})

describe('names stay inside their strings', () => {
  test.each([
    ['"]; evil [label="', '\\"]; evil [label=\\"'],
    ['\\', '\\\\'],
    ['\\N\\G', '\\\\N\\\\G'],
    ['\\"', '\\\\\\"'],
    ['&lt;', '&amp;lt;'],
    ['a\nb\tc', 'a b c'],
    ['\u001b[31m\u202e', '?[31m?'],
    ['<b>x</b>', '<b>x</b>'],
  ])('%j', (name, escaped) => {
    const text = dot((m) => m.thread(name, (t) => t.local(name)))
    expect(text.split('\n')).toHaveLength(7)
    expect(text).toContain(`s0 [label="${escaped} @ L0\\l", penwidth=3]`)
    expect(text).toContain(`[label="${escaped}: ${escaped}"]`)
  })
})

test('at most so many states are drawn', () => {
  const chain =
    (states: number) =>
    (m: M): void =>
      void m.thread('a', (t) => t.repeat(states - 1, () => t.local()))
  expect(dot(chain(maxDotStates)).match(/^ {2}s\d+ \[/gm)).toHaveLength(maxDotStates)
  expect(() => dot(chain(maxDotStates + 1))).toThrow(expect.objectContaining({ code: 'too-large' }))
})
