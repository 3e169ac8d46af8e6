// SPDX-License-Identifier: Apache-2.0
import { instance as graphviz } from '@viz-js/viz'
import { describe, expect, test } from 'vitest'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { toAut } from '#export/aut'
import { toDot } from '#export/dot'
import { toLockOrderDot } from '#export/lock-order-dot'
import { Interpreter } from '#interp/interpreter'
import { lower } from '#semantics/lower/lower'
import { instance, kernelRegistry, type M } from '../fixtures/models.ts'
import { stuck } from './counterexamples.ts'

const viz = await graphviz()

function exported(build: (m: M) => void): { readonly aut: string; readonly order: string; readonly states: string } {
  const machine = new Interpreter(lower(instance(build), kernelRegistry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  search.advance(Infinity)
  const { graph, store } = search
  return {
    aut: toAut(machine.system, graph),
    order: toLockOrderDot(machine, graph, store),
    states: toDot(machine, graph, store),
  }
}

const inOrders =
  (p: 'ab' | 'ba', q: 'ab' | 'ba', names = ['a', 'b']) =>
  (m: M): void => {
    const [a, b] = names.map((name) => m.mutex(name))
    for (const [name, order] of [
      ['p', p],
      ['q', q],
    ] as const)
      m.thread(`${name}${names[0]!.slice(1)}`, (t) => {
        const [first, second] = order === 'ab' ? [a!, b!] : [b!, a!]
        t.lock(first)
        t.lock(second)
        t.unlock(second)
        t.unlock(first)
      })
  }

interface Lts {
  readonly states: number
  readonly edges: readonly (readonly [number, string, number])[]
}
/** The Aldebaran format: a header with counts that are right, then edges between states that there are. */
function readAut(text: string): Lts {
  const [head, ...lines] = text.split('\n')
  const [, transitions, states] = /^des \(0,(\d+),(\d+)\)$/.exec(head!)!.map(Number)
  if (lines.pop() !== '' || lines.length !== transitions) throw new Error(`${lines.length} edges, not ${transitions}`)
  const edges = lines.map((line): [number, string, number] => {
    const match = /^\((\d+),"([^"\\\n]*)",(\d+)\)$/.exec(line)
    if (match === null) throw new Error(`no edge: ${line}`)
    const [from, to] = [Number(match[1]), Number(match[3])]
    if (from >= states! || to >= states!) throw new Error(`no such state: ${line}`)
    return [from, match[2]!, to]
  })
  return { states: states!, edges }
}

const ordersOf = (dot: string): readonly string[] => {
  const { objects = [], edges = [] } = viz.renderJSON(dot) as {
    objects?: { label: string }[]
    edges?: { tail: number; head: number; color?: string; style?: string }[]
  }
  return edges
    .map(({ tail, head, color, style }) =>
      [objects[tail]!.label, objects[head]!.label, color, style].filter(Boolean).join(' '),
    )
    .sort()
}

describe('aut', () => {
  test('is the state graph, edge by edge', () => {
    const { aut } = exported((m) => {
      const a = m.mutex('a')
      m.thread('p', (t) => {
        t.lock(a)
        t.unlock(a)
      })
    })
    expect(readAut(aut)).toEqual({
      states: 3,
      edges: [
        [0, 'p: lock a', 1],
        [1, 'p: unlock a', 2],
      ],
    })
  })

  test('a fault says so', () => {
    const { aut } = exported((m) => m.thread('p', (t) => t.unlock(m.mutex('a'))))
    expect(readAut(aut).edges.map(([, label]) => label)).toEqual([
      expect.stringMatching(/^p: .* ! misuse unlock-not-held$/),
    ])
  })

  test('has the states that SPIN and the search count: 2 locks in opposite orders', () => {
    // Each of p, q is at one of 5 locations: 0, has 1, has 2, has 1 again, end. Both together, without those in which both
    // hold one lock: p holds a at 1, 2, 3 and b at 2; q holds b at 1, 2, 3 and a at 2. Of 25 pairs the forbidden ones are
    // (1,2) (2,1) (2,2) (2,3) (3,2). Nor is (3,3) reached: whoever gets there last had both while the other held
    // its first. 19 are left.
    expect(readAut(exported(inOrders('ab', 'ba')).aut).states).toBe(19)
  })
})

describe('lock-order', () => {
  test('opposite orders are a red cycle, one order is an edge', () => {
    expect(ordersOf(exported(inOrders('ab', 'ba')).order)).toEqual(['a b red', 'b a red'])
    expect(ordersOf(exported(inOrders('ab', 'ab')).order)).toEqual(['a b'])
  })

  test('what is only waited for is dashed; a lock taken twice is a cycle of its own', () => {
    expect(
      ordersOf(
        exported((m) => {
          const [a, f] = [m.mutex('a'), m.fence('f', { published: true })]
          m.thread('p', (t) => {
            t.lock(a)
            t.wait(f)
            t.lock(a)
          })
          m.thread('q', (t) => t.signal(f))
        }).order,
      ),
    ).toEqual(['a a red dashed', 'a f dashed'])
  })
})

test.each(['<script>"];} digraph {', 'x\\', 'a\nb', '",0)\n(0,"x', 'a\u202eb\u001b', '&lt;'])(
  '%j in every name is only text',
  (text) => {
    const [plain, hostile] = [exported(inOrders('ab', 'ba')), exported(inOrders('ab', 'ba', [`1${text}`, `2${text}`]))]
    expect(readAut(hostile.aut).edges.map(([from, , to]) => [from, to])).toEqual(
      readAut(plain.aut).edges.map(([from, , to]) => [from, to]),
    )
    for (const form of ['order', 'states'] as const) {
      const [read, wanted] = [hostile, plain].map((one) => viz.renderJSON(one[form]) as { objects: []; edges: [] })
      expect([read!.objects.length, read!.edges.length]).toEqual([wanted!.objects.length, wanted!.edges.length])
    }
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(Object.values(hostile).join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/)
  },
)

test('Graphviz draws the states of a model', () => {
  const machine = new Interpreter(lower(stuck(), kernelRegistry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  search.advance(Infinity)
  const drawn = viz.renderJSON(toDot(machine, search.graph, search.store)) as { objects: readonly object[] }
  expect(drawn.objects).toHaveLength(search.graph.states)
})
