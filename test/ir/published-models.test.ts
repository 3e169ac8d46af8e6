// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import { parseModel } from '#ir/json'
import { lower } from '#semantics/lower/lower'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { reach, type Space } from './mini.ts'

// Models as another program would write them: JSON text made from plain values, following docs/model-json.md. Every
// count is published, derived in a comment, or taken by a search that shares no line with fencecheck.

const registry = new Registry(kernelPrimitives)
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

/** Everything reachable, counted by the reference interpreter. */
function count(model: object): Space {
  const text = JSON.stringify({ schema: 'fencecheck-model/1', id: 'test/published', ...model })
  const machine = new Interpreter(lower(parseModel(text, 'published.json'), registry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  while (!search.advance(10_000)) continue
  const { graph } = search
  const ends = upTo(graph.states).filter((id) => graph.degree(id) === 0).length
  return { states: graph.states, edges: graph.edges, ends }
}

/** One net transition: places it takes a token from and places it gives one to. */
type Fire = readonly [take: readonly string[], give: readonly string[]]

/** A Petri net with at most `bound` tokens in a place: one process, one location, one self-loop step a transition. */
function net(tokens: Readonly<Record<string, number>>, transitions: readonly Fire[], bound = 1): object {
  const steps = transitions.map(([take, give]) => ({
    at: 'net',
    when: ['and', ...take.map((p) => ['>', p, 0])],
    set: [
      ...take.filter((p) => !give.includes(p)).map((p) => [p, ['-', p, 1]]),
      ...give.filter((p) => !take.includes(p)).map((p) => [p, ['+', p, 1]]),
    ],
    to: 'net',
  }))
  return {
    variables: Object.entries(tokens).map(([name, init]) => ({ name, min: 0, max: bound, init })),
    bodies: [{ name: 'net', initial: 'net', locations: [{ name: 'net' }], steps }],
    processes: [{ name: 'net', body: 'net' }],
  }
}

type Steps = readonly (readonly [at: string, step: object, to: string])[]
/** A body with the locations that its steps mention. */
const body = (name: string, initial: string, steps: Steps): object => ({
  name,
  initial,
  locations: [...new Set(steps.flatMap(([at, , to]) => [at, to]))].map((location) => ({ name: location })),
  steps: steps.map(([at, step, to]) => ({ at, ...step, to })),
})
/** One process for each body. */
const processes = (bodies: readonly object[]): object => ({
  bodies,
  processes: bodies.map((b) => ({ name: `P ${(b as { name: string }).name}`, body: (b as { name: string }).name })),
})

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k)

describe('Petri nets', () => {
  /**
   * Dining philosophers of the Model Checking Contest (Philosophers-PT-00000N: 243 states for 5, 59,049 for 10): each
   * takes his two forks in either order and lays both down at once. A fork is free, with the one or with the other
   * neighbour, and every combination is reachable: 3^N. Two states are dead: all forks to the left, all to the right.
   * Edges: a fork is picked up in every state where it is free, by either neighbour: N * 2 * 3^(N-1); and a
   * philosopher who has both forks lays them down: N * 3^(N-2).
   */
  function philosophers(n: number): object {
    const places = upTo(n).flatMap((i) => [
      [`think${i}`, 1],
      [`left${i}`, 0],
      [`right${i}`, 0],
      [`eat${i}`, 0],
      [`fork${i}`, 1],
    ])
    const transitions = upTo(n).flatMap((i): Fire[] => {
      const [mine, other] = [`fork${i}`, `fork${(i + 1) % n}`]
      return [
        [[`think${i}`, mine], [`left${i}`]],
        [[`think${i}`, other], [`right${i}`]],
        [[`left${i}`, other], [`eat${i}`]],
        [[`right${i}`, mine], [`eat${i}`]],
        [[`eat${i}`], [`think${i}`, mine, other]],
      ]
    })
    return net(Object.fromEntries(places) as Record<string, number>, transitions)
  }
  test.each([2, 3, 5, 7])('%d philosophers have 3^N states', (n) => {
    const edges = n * 2 * 3 ** (n - 1) + n * 3 ** (n - 2)
    expect(count(philosophers(n))).toEqual({ states: 3 ** n, edges, ends: 2 })
  })

  /**
   * The same with the left fork first: a philosopher thinks (T), has his left fork (H) or eats (E). One who eats has
   * the fork of his neighbour, who therefore thinks, and nothing else is excluded: cyclic words over
   * {T, H, E} where E is followed by T: the trace of [[1,1,1],[1,1,1],[1,0,0]]^N, whose eigenvalues are 1 + sqrt 2,
   * 1 - sqrt 2 and 0: the Pell-Lucas numbers 6, 14, 34, 82, 198 (OEIS A002203). Dead only when all have the left one.
   */
  test.each([
    [2, 6],
    [3, 14],
    [4, 34],
    [5, 82],
    [6, 198],
  ])('%d philosophers with the left fork first have %d states', (n, states) => {
    const tokens = upTo(n).flatMap((i) => [
      [`T${i}`, 1],
      [`H${i}`, 0],
      [`E${i}`, 0],
      [`F${i}`, 1],
    ])
    const transitions = upTo(n).flatMap((i): Fire[] => {
      const [mine, other] = [`F${i}`, `F${(i + 1) % n}`]
      return [
        [[`T${i}`, mine], [`H${i}`]],
        [[`H${i}`, other], [`E${i}`]],
        [[`E${i}`], [`T${i}`, mine, other]],
      ]
    })
    const space = count(net(Object.fromEntries(tokens) as Record<string, number>, transitions))
    expect(space.states).toBe(states)
    expect(space.ends).toBe(1)
  })

  /**
   * Kanban (Ciardo and Tilgner 1996; states and transitions as on the PRISM site): four cells with N tickets each.
   * States: cells 1 and 4 have C(N+3, 3) markings each; in cells 2 and 3, which take and give their tickets together,
   * the sum over k free tickets of C(N-k+2, 2)^2.
   */
  test.each([
    [1, 160, 616],
    [2, 4_600, 28_120],
    [3, 58_400, 446_400],
  ])('kanban with %d tickets has %d states and %d transitions', (n, states, edges) => {
    const cells = [1, 2, 3, 4]
    const tokens = cells.flatMap((c) => [
      [`m${c}`, 0],
      [`back${c}`, 0],
      [`out${c}`, 0],
      [`kan${c}`, n],
    ])
    const transitions: Fire[] = [
      [['kan1'], ['m1']],
      ...cells.flatMap((c): Fire[] => [
        [[`m${c}`], [`back${c}`]],
        [[`back${c}`], [`m${c}`]],
        [[`m${c}`], [`out${c}`]],
      ]),
      [
        ['out1', 'kan2', 'kan3'],
        ['kan1', 'm2', 'm3'],
      ],
      [
        ['out2', 'out3', 'kan4'],
        ['kan2', 'kan3', 'm4'],
      ],
      [['out4'], ['kan4']],
    ]
    const middle = upTo(n + 1).reduce((sum, k) => sum + choose(n - k + 2, 2) ** 2, 0)
    expect(choose(n + 3, 3) ** 2 * middle).toBe(states)
    expect(count(net(Object.fromEntries(tokens) as Record<string, number>, transitions, n))).toEqual({
      states,
      edges,
      ends: 0,
    })
  })

  /** k tokens on a ring of n places move on if the next place is free: every choice of k places is reachable. */
  const ring = (n: number, k: number): object =>
    net(
      Object.fromEntries(upTo(n).flatMap((i) => [[`p${i}`, i < k ? 1 : 0] as const, [`free${i}`, i < k ? 0 : 1]])),
      upTo(n).map((i): Fire => [
        [`p${i}`, `free${(i + 1) % n}`],
        [`p${(i + 1) % n}`, `free${i}`],
      ]),
    )

  test.each([
    [6, 1],
    [8, 3],
    [12, 6],
  ])('a ring of %d places with %d tokens', (n, k) => {
    // An edge is a token with a free place after it: n places, the other k - 1 tokens on n - 2 places.
    expect(count(ring(n, k))).toEqual({ states: choose(n, k), edges: n * choose(n - 2, k - 1), ends: 0 })
  })

  test('a place that gets a second token leaves its range, which is a fault and not a state', () => {
    // Two tokens on three places, nothing asks whether the next is free: one move stays in range, the other does not.
    const places = { a: 1, b: 1, c: 0 }
    const space = count(
      net(places, [
        [['a'], ['b']],
        [['b'], ['c']],
        [['c'], ['a']],
      ]),
    )
    expect(space).toEqual(reach([1, 1, 0], (marking) => crowded(marking)))
    function crowded(marking: readonly number[]): number[][] {
      // A faulted process is at a location of its own, from which nothing leads on.
      if (marking.length === 4) return []
      return upTo(3).flatMap((i) => {
        if (marking[i] === 0) return []
        const next = (i + 1) % 3
        return [marking[next] === 1 ? [...marking, -1] : marking.map((m, p) => (p === i ? 0 : p === next ? 1 : m))]
      })
    }
  })

  /** Time limit for machines that are busy; alone it takes a few seconds. */
  const patience = 300_000
  test(
    '500 variables and more than 100,000 states are within reach of the reference',
    () => {
      // Two tokens on 500 places, the free ones found by their being empty.
      const n = 500
      const places = upTo(n).map((i) => `p${i}`)
      const steps = places.map((p, i) => ({
        at: 'net',
        when: ['and', p, ['!', places[(i + 1) % n]]],
        set: [
          [p, 0],
          [places[(i + 1) % n], 1],
        ],
        to: 'net',
      }))
      const model = {
        variables: places.map((name, i) => ({ name, min: 0, max: 1, init: i < 2 ? 1 : 0 })),
        bodies: [{ name: 'net', initial: 'net', locations: [{ name: 'net' }], steps }],
        processes: [{ name: 'net', body: 'net' }],
      }
      expect(count(model)).toEqual({ states: choose(500, 2), edges: 500 * 498, ends: 0 })
    },
    patience,
  )
})

describe('counters and cubes', () => {
  test.each([1, 4, 10])('%d independent two-state processes: 2^N states, N 2^N edges', (n) => {
    const bodies = upTo(n).map((i) =>
      body(`b${i}`, 'off', [
        ['off', {}, 'on'],
        ['on', {}, 'off'],
      ]),
    )
    expect(count(processes(bodies))).toEqual({ states: 2 ** n, edges: n * 2 ** n, ends: 0 })
  })

  test('one body run by N processes is N control states', () => {
    const b = body('b', 'a', [
      ['a', {}, 'b'],
      ['b', {}, 'c'],
    ])
    const model = { bodies: [b], processes: upTo(5).map((i) => ({ name: `P${i}`, body: 'b' })) }
    // Each of 5 is at one of 3 places; an edge is one of them that is not at the last: 5 * 2 * 3^4.
    expect(count(model)).toEqual({ states: 3 ** 5, edges: 5 * 2 * 3 ** 4, ends: 1 })
  })

  test.each([
    [1, 9],
    [3, 4],
    [4, 3],
  ])('%d bounded counters up to %d', (n, top) => {
    const steps = upTo(n).map((i) => ({
      at: 'l',
      when: ['<', `c${i}`, top],
      set: [[`c${i}`, ['+', `c${i}`, 1]]],
      to: 'l',
    }))
    const model = {
      variables: upTo(n).map((i) => ({ name: `c${i}`, min: 0, max: top, init: 0 })),
      bodies: [{ name: 'count', initial: 'l', locations: [{ name: 'l', rest: true }], steps }],
      processes: [{ name: 'counter', body: 'count' }],
    }
    // (top+1)^n vectors; each counter below its top can step: n * top * (top+1)^(n-1).
    expect(count(model)).toEqual({ states: (top + 1) ** n, edges: n * top * (top + 1) ** (n - 1), ends: 1 })
  })

  test('a constant tells no states apart, nor does a variable that only ever gets its own value', () => {
    const b = body('b', 'l', [['l', { when: ['==', 'k', 7], set: [['x', ['%', ['+', 'x', 1], 5]]] }, 'l']])
    const variables = [
      { name: 'k', min: 0, max: 1000, init: 7 },
      { name: 'x', min: 0, max: 4, init: 0 },
    ]
    expect(count({ variables, ...processes([b]) })).toEqual({ states: 5, edges: 5, ends: 0 })
  })
})

test('assignments of a step are made at once', () => {
  const set = (...pairs: readonly (readonly [string, string])[]): object => ({ set: pairs })
  const b = body('b', 'l', [
    ['l', set(['x', 'y'], ['y', 'x']), 'l'],
    ['l', set(['x', 'y'], ['y', 'z'], ['z', 'x']), 'l'],
  ])
  const variables = ['x', 'y', 'z'].map((name, init) => ({ name, min: 0, max: 2, init }))
  // An exchange and a rotation generate all permutations; one after another they would lose values.
  expect(count({ variables, ...processes([b]) })).toEqual({ states: 6, edges: 12, ends: 0 })
})

describe('puzzles', () => {
  /** The towers of Hanoi: n disks, each on one of 3 pegs, 3^n states; 3^(n+1) - 3 moves (twice the edges of the graph). */
  test.each([1, 2, 5])('hanoi with %d disks', (n) => {
    // Disk i (0 the smallest) may move to peg q if no smaller disk lies on its own peg or on q.
    const steps = upTo(n).flatMap((i) =>
      upTo(3).map((q) => ({
        at: 'l',
        when: [
          'and',
          ['!=', ['at', 'd', i], q],
          ...upTo(i).flatMap((j) => [
            ['!=', ['at', 'd', j], ['at', 'd', i]],
            ['!=', ['at', 'd', j], q],
          ]),
        ],
        set: [[['at', 'd', i], q]],
        to: 'l',
      })),
    )
    const model = {
      variables: [{ name: 'd', min: 0, max: 2, init: 0, length: n }],
      bodies: [{ name: 'hanoi', initial: 'l', locations: [{ name: 'l' }], steps }],
      processes: [{ name: 'player', body: 'hanoi' }],
    }
    expect(count(model)).toEqual({ states: 3 ** n, edges: 3 ** (n + 1) - 3, ends: 0 })
  })

  /**
   * Sliding tiles on 2 x 3 fields: 6!/2 positions are reachable (the other half has the wrong parity). The gap is on
   * each field equally often and has 2 neighbours in a corner, 3 in the middle: 14/6 moves on average. The array index
   * is computed, and two elements are written at once.
   */
  test('sliding tiles 2 x 3', () => {
    const fields = upTo(6).map((f) => [Math.floor(f / 3), f % 3] as const)
    const steps = [
      ['up', -3, ['>=', 'gap', 3]],
      ['down', 3, ['<', 'gap', 3]],
      ['left', -1, ['!=', ['%', 'gap', 3], 0]],
      ['right', 1, ['!=', ['%', 'gap', 3], 2]],
    ].map(([label, by, when]) => ({
      at: 'l',
      when,
      // The gap moves first in the list and yet last: every index on the left reads the state before.
      set: [
        ['gap', ['+', 'gap', by]],
        [
          ['at', 'tile', 'gap'],
          ['at', 'tile', ['+', 'gap', by]],
        ],
        [['at', 'tile', ['+', 'gap', by]], 0],
      ],
      label,
      to: 'l',
    }))
    const model = {
      variables: [
        { name: 'tile', min: 0, max: 5, init: [0, 1, 2, 3, 4, 5], length: 6 },
        { name: 'gap', min: 0, max: 5, init: 0 },
      ],
      bodies: [{ name: 'slide', initial: 'l', locations: [{ name: 'l' }], steps }],
      processes: [{ name: 'player', body: 'slide' }],
    }
    expect(count(model)).toEqual({ states: 360, edges: (360 * 14) / 6, ends: 0 })
    const space = reach([0, 1, 2, 3, 4, 5], (tiles) =>
      fields.flatMap(([row, column], f) => {
        const gap = tiles.indexOf(0)
        const [r, c] = fields[gap]!
        if (Math.abs(r - row) + Math.abs(c - column) !== 1) return []
        const next = [...tiles]
        ;[next[gap], next[f]] = [next[f]!, 0]
        return [next]
      }),
    )
    expect(space.states).toBe(360)
  })
})

describe('mutual exclusion', () => {
  /** Peterson's algorithm for two: `want` set, the turn given away, wait, critical section. */
  const peterson = (i: 0 | 1, broken = false): object =>
    body(`p${i}`, 'idle', [
      ['idle', { set: [[`want${i}`, 1]] }, 'wants'],
      ['wants', { set: [['turn', broken ? i : 1 - i]] }, 'waits'],
      ['waits', { when: ['or', ['==', `want${1 - i}`, 0], ['==', 'turn', i]] }, 'critical'],
      ['critical', { set: [[`want${i}`, 0]] }, 'idle'],
    ])
  const variables = [
    { name: 'want0', min: 0, max: 1, init: 0 },
    { name: 'want1', min: 0, max: 1, init: 0 },
    { name: 'turn', min: 0, max: 1, init: 0 },
  ]
  const both = { process: 'P p0', in: ['critical'] }
  const never = [{ name: 'exclusion', always: ['!', ['and', both, { process: 'P p1', in: ['critical'] }]] }]

  /** The same by hand: program counters 0 idle, 1 wants, 2 waits, 3 critical. */
  const petersonSteps =
    (broken: boolean) =>
    ([pc0, pc1, w0, w1, turn]: readonly number[]): (readonly number[])[] =>
      ([0, 1] as const).flatMap((i) => {
        const [pc, want] = [
          [pc0!, pc1!],
          [w0!, w1!],
        ]
        let t = turn!
        if (pc[i] === 2 && want[1 - i] === 1 && t !== i) return []
        if (pc[i] === 0) want[i] = 1
        if (pc[i] === 1) t = broken ? i : 1 - i
        if (pc[i] === 3) want[i] = 0
        pc[i] = (pc[i]! + 1) % 4
        return [[...pc, ...want, t]]
      })

  test('Peterson keeps two processes apart and never stops', () => {
    const space = reach<readonly number[]>([0, 0, 0, 0, 0], petersonSteps(false))
    expect(space.ends).toBe(0)
    expect(count({ variables, ...processes([peterson(0), peterson(1)]) })).toEqual(space)
    // The observer of an invariant that holds adds no state.
    expect(count({ variables, ...processes([peterson(0), peterson(1)]), invariants: never })).toEqual(space)
  })

  test('with the turn kept instead of given away both get in', () => {
    const model = { variables, ...processes([peterson(0, true), peterson(1, true)]) }
    expect(count(model)).toEqual(reach<readonly number[]>([0, 0, 0, 0, 0], petersonSteps(true)))
    // The observer of an invariant that fails adds no state either: it reports and stays where it is.
    const watched = count({ ...model, invariants: never })
    expect(watched.states).toBe(count(model).states)
    expect(watched.edges).toBeGreaterThan(count(model).edges)
  })

  /**
   * Lamport's bakery for n customers with tickets up to `top`: choosing and taking a ticket is one step each; a
   * customer for whom no ticket is left waits. The loops over the others are steps of their own.
   */
  function bakery(n: number, top: number): object {
    const max = upTo(n).reduce<unknown>((most, j) => {
      const ticket = ['at', 'ticket', j]
      return j === 0 ? ticket : ['if', ['>', ticket, most], ticket, most]
    }, 0)
    const customer = (i: number): object =>
      body(`c${i}`, 'out', [
        ['out', { set: [[['at', 'choosing', i], 1]] }, 'chooses'],
        [
          'chooses',
          {
            when: ['<', max, top],
            set: [
              [
                ['at', 'ticket', i],
                ['+', max, 1],
              ],
              [['at', 'choosing', i], 0],
            ],
          },
          'look0',
        ],
        ...upTo(n).flatMap((j): Steps => {
          const to = j === n - 1 ? 'in' : `look${j + 1}`
          if (j === i) return [[`look${j}`, {}, to]]
          const [mine, theirs] = [
            ['at', 'ticket', i],
            ['at', 'ticket', j],
          ]
          const before = ['or', ['<', mine, theirs], ['and', ['==', mine, theirs], ['<', i, j]]]
          return [
            [`look${j}`, { when: ['==', ['at', 'choosing', j], 0] }, `wait${j}`],
            [`wait${j}`, { when: ['or', ['==', theirs, 0], before] }, to],
          ]
        }),
        ['in', { set: [[['at', 'ticket', i], 0]] }, 'out'],
      ])
    return {
      variables: [
        { name: 'ticket', min: 0, max: top, init: 0, length: n },
        { name: 'choosing', min: 0, max: 1, init: 0, length: n },
      ],
      ...processes(upTo(n).map(customer)),
    }
  }

  interface Bakery {
    readonly at: readonly string[]
    readonly ticket: readonly number[]
    readonly choosing: readonly number[]
  }
  function bakerySpace(n: number, top: number): Space {
    return reach<Bakery>({ at: Array(n).fill('out'), ticket: Array(n).fill(0), choosing: Array(n).fill(0) }, (s) =>
      upTo(n).flatMap((i) => {
        const next = structuredClone(s) as { at: string[]; ticket: number[]; choosing: number[] }
        const [what, which] = [s.at[i]!.replace(/\d/, ''), Number(/\d/.exec(s.at[i]!)?.[0])]
        const after = which === n - 1 ? 'in' : `look${which + 1}`
        if (what === 'out') [next.choosing[i], next.at[i]] = [1, 'chooses']
        else if (what === 'in') [next.ticket[i], next.at[i]] = [0, 'out']
        else if (what === 'chooses') {
          const most = Math.max(...s.ticket)
          if (most === top) return []
          ;[next.ticket[i], next.choosing[i], next.at[i]] = [most + 1, 0, 'look0']
        } else if (which === i) next.at[i] = after
        else if (what === 'look') {
          if (s.choosing[which] === 1) return []
          next.at[i] = `wait${which}`
        } else {
          const [mine, theirs] = [s.ticket[i]!, s.ticket[which]!]
          if (theirs !== 0 && (mine > theirs || (mine === theirs && i > which))) return []
          next.at[i] = after
        }
        return [next]
      }),
    )
  }

  test.each([
    [2, 3],
    [2, 6],
    [3, 3],
  ])('the bakery with %d customers and tickets up to %d', (n, top) => {
    const space = bakerySpace(n, top)
    expect(space.states).toBeGreaterThan(90)
    expect(count(bakery(n, top))).toEqual(space)
  })
})

describe('communication', () => {
  /**
   * Cyclic server polling (Ibe and Trivedi 1990; 240 states and 800 transitions for 5 stations on the PRISM site). The
   * server is at one of N stations, idle (any requests) or serving (the station has a request): N 2^N + N 2^(N-1).
   * Edges: one step of the server a state, and one arrival for each station without a request: N^2 2^(N-1) while idle
   * and N (N-1) 2^(N-2) while serving.
   */
  test.each([2, 3, 5])('polling of %d stations', (n) => {
    const server = body(
      'server',
      'idle0',
      upTo(n).flatMap((i): Steps => {
        const next = `idle${(i + 1) % n}`
        return [
          [`idle${i}`, { when: ['!', `s${i}`] }, next],
          [`idle${i}`, { when: `s${i}` }, `serve${i}`],
          [`serve${i}`, { set: [[`s${i}`, 0]] }, next],
        ]
      }),
    )
    const arrivals = upTo(n).map((i) =>
      body(`station${i}`, 'l', [['l', { when: ['!', `s${i}`], set: [[`s${i}`, 1]] }, 'l']]),
    )
    const states = 3 * n * 2 ** (n - 1)
    const edges = states + n * n * 2 ** (n - 1) + n * (n - 1) * 2 ** (n - 2)
    if (n === 5) expect([states, edges]).toEqual([240, 800])
    const variables = upTo(n).map((i) => ({ name: `s${i}`, min: 0, max: 1, init: 0 }))
    expect(count({ variables, ...processes([server, ...arrivals]) })).toEqual({ states, edges, ends: 0 })
  })

  /**
   * A rendezvous moves both at once. The producer makes an item (p), then hands it over; the consumer takes it and uses
   * it. Each is at one of two places, and the hand-over needs one of each: 2 * 2 states. Edges: make from 2 states, use
   * from 2 states, hand over from 1.
   */
  const producer = body('producer', 'empty', [
    ['empty', {}, 'full'],
    ['full', { sync: { channel: 'c', role: 'send' } }, 'empty'],
  ])
  const consumer = body('consumer', 'waits', [
    ['waits', { sync: { channel: 'c', role: 'receive' } }, 'uses'],
    ['uses', {}, 'waits'],
  ])
  test('a rendezvous is one step of both', () => {
    expect(count(processes([producer, consumer]))).toEqual({ states: 4, edges: 5, ends: 0 })
    // Alone each half waits for ever.
    expect(count(processes([producer]))).toEqual({ states: 2, edges: 1, ends: 1 })
    expect(count(processes([consumer]))).toEqual({ states: 1, edges: 0, ends: 1 })
  })

  test('a rendezvous picks any partner and passes a value', () => {
    const senders = upTo(3).map((i) =>
      body(`s${i}`, 'go', [['go', { sync: { channel: 'c', role: 'send' }, set: [['box', i]] }, 'sent']]),
    )
    const receiver = body('r', 'wait', [
      ['wait', { sync: { channel: 'c', role: 'receive' }, set: [['n', ['+', 'n', 1]]] }, 'wait'],
    ])
    const variables = [
      { name: 'box', min: 0, max: 2, init: 0 },
      { name: 'n', min: 0, max: 3, init: 0 },
    ]
    // Nobody has sent: 1. Else the set of those who have and who was last among them: 3 * 2^2. Edges: the senders left.
    expect(count({ variables, ...processes([...senders, receiver]) })).toEqual({
      states: 1 + 3 * 2 ** 2,
      edges: 3 + 3 * 2 + 3 * 2 * 1,
      ends: 3,
    })
  })

  /**
   * A channel of K places from an array, as docs/model-json.md shows: `q` is shifted on receiving and unused places
   * are cleared, so that equal contents are equal states. N values round and round: the contents are determined by
   * the next value and the fill: N * (K+1) states, a send below K, a receive above 0.
   */
  test.each([
    [1, 3],
    [3, 4],
  ])('a buffered channel of %d places for %d values', (k, n) => {
    const send = {
      when: ['<', 'fill', k],
      set: [
        [['at', 'q', 'fill'], 'next'],
        ['fill', ['+', 'fill', 1]],
        ['next', ['%', ['+', 'next', 1], n]],
      ],
    }
    const shift = upTo(k).map((i) => [['at', 'q', i], i + 1 < k ? ['at', 'q', i + 1] : 0])
    const receive = { when: ['>', 'fill', 0], set: [...shift, ['fill', ['-', 'fill', 1]]] }
    const variables = [
      { name: 'q', min: 0, max: n - 1, init: 0, length: k },
      { name: 'fill', min: 0, max: k, init: 0 },
      { name: 'next', min: 0, max: n - 1, init: 0 },
    ]
    const bodies = [body('sender', 'l', [['l', send, 'l']]), body('receiver', 'l', [['l', receive, 'l']])]
    expect(count({ variables, ...processes(bodies) })).toEqual({ states: n * (k + 1), edges: 2 * n * k, ends: 0 })
  })
})
