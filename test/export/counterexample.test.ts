// SPDX-License-Identifier: Apache-2.0
import { instance as graphviz } from '@viz-js/viz'
import Ajv from 'ajv-draft-04'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { counterexampleForms, type Counterexample } from '#export/counterexample'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { lower } from '#semantics/lower/lower'
import { explain } from '#trace/explanation'
import { replay } from '#trace/replay'
import { instance, kernelRegistry } from '../fixtures/models.ts'
import { readMermaid } from '../report/mermaid-grammar.ts'
import { counterexampleOf, stuck, type Names } from './counterexamples.ts'

const viz = await graphviz()
const plain = await counterexampleOf(stuck())

const value = {
  anyOf: [
    { type: ['boolean', 'string'] },
    {
      type: 'object',
      required: ['#bigint'],
      properties: { '#bigint': { type: 'string', pattern: '^-?[0-9]+$' } },
      maxProperties: 1,
    },
    {
      type: 'object',
      required: ['#map'],
      properties: {
        '#map': {
          type: 'array',
          items: { type: 'array', minItems: 2, maxItems: 2, items: { $ref: '#/definitions/value' } },
        },
      },
      maxProperties: 1,
    },
    { type: 'object', patternProperties: { '^(?!#)': { $ref: '#/definitions/value' } }, additionalProperties: false },
  ],
}
/** What Apalache's ADR 015 says of the format, as far as we use it: numbers are written as text. */
const itfSchema = {
  type: 'object',
  required: ['#meta', 'vars', 'states'],
  additionalProperties: false,
  properties: {
    '#meta': { type: 'object', required: ['varTypes'] },
    loop: { type: 'integer', minimum: 0 },
    vars: { type: 'array', items: { type: 'string', pattern: '^(?!#)' }, uniqueItems: true },
    states: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: { '#meta': { type: 'object' } },
        patternProperties: { '^(?!#)': { $ref: '#/definitions/value' } },
        additionalProperties: false,
      },
    },
  },
  definitions: { value },
}
const isItf = new Ajv.default({ strict: false }).compile(itfSchema)

interface Itf {
  readonly '#meta': { readonly varTypes: Readonly<Record<string, string>> }
  readonly vars: readonly string[]
  readonly states: readonly Readonly<Record<string, unknown>>[]
  readonly loop?: number
}
function readItf(text: string): Itf {
  const document = JSON.parse(text) as Itf
  if (!isItf(document)) throw new Error(`not ITF: ${JSON.stringify(isItf.errors)}`)
  expect(Object.keys(document['#meta'].varTypes)).toEqual(document.vars)
  for (const state of document.states) expect(Object.keys(state)).toEqual(['#meta', ...document.vars])
  return document
}

interface Event {
  readonly ph: string
  readonly name: string
  readonly cat?: string
  readonly pid: number
  readonly tid: number
  readonly ts?: number
  readonly dur?: number
  readonly id?: number
  readonly args?: Readonly<Record<string, unknown>>
}
/** The trace event format: each kind of event with what it needs; slices of a track nest; arrows leave and reach slices. */
function readPerfetto(text: string): readonly Event[] {
  const { traceEvents: events } = JSON.parse(text) as { readonly traceEvents: readonly Event[] }
  const slices = events.filter(({ ph }) => ph === 'X')
  const needed: Readonly<Record<string, readonly (keyof Event)[]>> = {
    M: ['name', 'pid', 'tid', 'args'],
    X: ['name', 'pid', 'tid', 'ts', 'dur'],
    s: ['name', 'cat', 'id', 'pid', 'tid', 'ts'],
    f: ['name', 'cat', 'id', 'pid', 'tid', 'ts'],
    i: ['name', 'pid', 'tid', 'ts'],
  }
  for (const event of events)
    for (const key of needed[event.ph]!) if (event[key] === undefined) throw new Error(`${event.ph} without ${key}`)
  const end = (slice: Event): number => slice.ts! + slice.dur!
  for (const a of slices)
    for (const b of slices)
      if (a !== b && a.pid === b.pid && a.tid === b.tid && a.ts! < b.ts! && b.ts! < end(a) && end(a) < end(b))
        throw new Error(`${a.name} and ${b.name} overlap on one track`)
  for (const { ph, pid, tid, ts } of events.filter((event) => event.ph === 's' || event.ph === 'f'))
    if (!slices.some((slice) => slice.pid === pid && slice.tid === tid && slice.ts! <= ts! && ts! <= end(slice)))
      throw new Error(`an arrow (${ph}) at ${ts} in no slice`)
  return events
}

interface Drawing {
  readonly nodes: number
  readonly edges: number
  readonly red: number
}
function readDot(text: string): Drawing {
  const drawn = viz.renderJSON(text) as {
    readonly objects?: readonly { readonly name: string; readonly color?: string }[]
    readonly edges?: readonly { readonly color?: string }[]
  }
  const { objects = [], edges = [] } = drawn
  return { nodes: objects.length, edges: edges.length, red: edges.filter(({ color }) => color === 'red').length }
}

/** What is drawn, without the text in it. */
const structure: Readonly<Record<string, (document: string) => unknown>> = {
  mermaid: (document) => readMermaid(document).map(([kind]) => kind),
  itf: (document) => {
    const { vars, states } = readItf(document)
    return [vars.length, states.length]
  },
  perfetto: (document) => readPerfetto(document).map(({ ph, pid, tid, ts, dur }) => [ph, pid, tid, ts, dur]),
  dot: readDot,
}

test('the forms', () => {
  expect(Object.keys(counterexampleForms)).toEqual(Object.keys(structure))
})

describe.each(Object.entries(counterexampleForms))('%s', (name, write: (one: Counterexample<State>) => string) => {
  test('is read by its reader, and is the same bytes each time', async () => {
    structure[name]!(write(plain))
    expect(write(await counterexampleOf(stuck()))).toBe(write(plain))
  })

  test.each([
    '<script>alert(1)</script>',
    'x\nend\nP0->>P1: y\n',
    '"];} digraph { x [label="',
    'end; %% loop',
    '\\N\\"&lt;',
    '#bigint',
    'mbt::actionTaken',
    'pc',
    '__proto__',
    'a\u202eb\u001b[2J\u0000',
    'x'.repeat(190),
  ])('%j in every name is only text', async (text) => {
    const named = (other: string): string => `${text}${other}`
    const names: Names = {
      locks: [named('1'), named('2')],
      fence: named('3'),
      processes: [named('4'), named('5'), named('6')],
      label: named('7'),
    }
    const document = write(await counterexampleOf(stuck(names)))
    expect(structure[name]!(document)).toEqual(structure[name]!(write(plain)))
    // oxlint-disable-next-line no-control-regex -- they are what must not be there
    expect(document).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/)
  })
})

test('mermaid: who takes, holds, waits and wakes', () => {
  const drawn = readMermaid(counterexampleForms['mermaid']!(plain))
  const name = new Map(drawn.filter(([kind]) => kind === 'participant').map(([, id, label]) => [id, label]))
  const messages = drawn.flatMap(([kind, from, arrow, to]) =>
    kind === 'message' ? [[name.get(from), arrow, name.get(to)].join(' ')] : [],
  )
  expect(messages).toEqual([
    'reader (task) ->> sem',
    'reader (task) --x start fence',
    'waiter (task) ->> sem',
    'waiter (task) ->> lock',
    'waiter (task) --x fence',
    'signaller (worker) -) reader (task)',
    'signaller (worker) --x lock',
    'reader (task) ->> sem',
  ])
})

test('mermaid: a long trace is cut in the middle, and what is held there stays held', () => {
  const { trace, explanation } = plain
  const [one] = trace.steps
  const steps = Array.from({ length: 500 }, () => one!)
  const process = one!.process
  const lanes = [
    {
      process,
      context: 'task' as const,
      status: 'stuck' as const,
      steps: steps.map((_, i) => i + 1),
      holds: [
        { object: 'a', mode: 'write', from: 20 },
        { object: 'b', mode: 'write', from: 1, to: 30 },
      ],
      waits: [],
    },
  ]
  const long = { ...explanation, course: { lanes, arrows: [], length: 500 } }
  const drawn = readMermaid(
    counterexampleForms['mermaid']!({ ...plain, trace: { ...trace, steps }, explanation: long }),
  )
  expect(drawn.length).toBeLessThan(80)
  expect(drawn.filter(([kind]) => kind === 'activate' || kind === 'deactivate')).toHaveLength(3)
  expect(drawn.filter(([, , , text]) => text?.includes('left out'))).toHaveLength(1)
})

test('itf: the values and places of each state, and the step that led to it', () => {
  const { states } = readItf(counterexampleForms['itf']!(plain))
  const { steps } = plain.trace
  expect(states).toHaveLength(steps.length + 1)
  expect(states.slice(1).map((state) => state['mbt::actionTaken'])).toEqual(steps.map(({ step }) => step))
  expect(states.map((state) => state['lock.locked'])).toEqual(
    // The waiter takes the mutex in the third step and never gives it back.
    ['0', '0', '0', ...steps.slice(2).map(() => '1')].map((n) => ({ '#bigint': n })),
  )
  expect(states[1]!['pc']).toEqual({
    '#map': [
      ['reader', 'L1'],
      ['waiter', 'L0'],
      ['signaller', 'L0'],
    ],
  })
})

test('perfetto: a track a process, a track an object and one more for a second reader, an arrow for the wake-up', () => {
  const events = readPerfetto(counterexampleForms['perfetto']!(plain))
  const tracks = events.flatMap(({ name, pid, args }) => (name === 'thread_name' ? [[pid, args!['name']]] : []))
  expect(tracks).toEqual([
    [1, 'waiter (task)'],
    [1, 'signaller (worker)'],
    [1, 'reader (task)'],
    [2, 'sem'],
    [2, 'sem'],
    [2, 'lock'],
  ])
  const slices = events.filter(({ ph, pid }) => ph === 'X' && pid === 1)
  expect(slices.filter(({ cat }) => cat === 'step')).toHaveLength(plain.trace.steps.length)
  expect(events.filter(({ ph }) => ph === 's' || ph === 'f').map(({ ph, tid }) => [ph, tid])).toEqual([
    ['s', 2],
    ['f', 3],
  ])
})

test('where somebody goes round, all but the picture of the end say from where', async () => {
  const model = instance((m) => {
    const lock = m.mutex('lock')
    m.thread('a', (t) => t.loop(() => t.trylock(lock, { got: () => (t.unlock(lock), t.end()), missed: () => {} })))
    m.thread('b', (t) => t.loop(() => (t.lock(lock), t.unlock(lock))))
  })
  const machine = new Interpreter(lower(model, kernelRegistry))
  const { trace } = (await check(model, kernelRegistry)).violation!
  const { path, states } = replay(machine, trace)
  const explanation = explain(machine, path, states, trace.outcome)
  const drawn = (form: string): string => counterexampleForms[form]!({ machine, trace, states, explanation })
  expect(trace.backTo).toBe(2)
  const itf = readItf(drawn('itf'))
  expect(itf.loop).toBe(2)
  const { pc, ...values } = itf.states.at(-1)!
  expect(itf.states[2]).toMatchObject({ pc, 'lock.locked': values['lock.locked'] })
  const notes = readMermaid(drawn('mermaid')).flatMap(([kind, , , text]) => (kind === 'note' ? [text] : []))
  expect(notes).toEqual(
    expect.arrayContaining(['from here on round and round, for ever', 'back to where step 2 leads']),
  )
  const instants = readPerfetto(drawn('perfetto')).flatMap(({ ph, name, ts }) => (ph === 'i' ? [[name, ts]] : []))
  expect(instants).toContainEqual(['from here on round and round, for ever', 2_000])
})

test('dot: waiter -> fence -> signaller -> mutex -> waiter is the cycle', () => {
  // Nodes: two processes, fence, mutex, semaphore. Edges: two waits, who alone could signal, who holds mutex and semaphore.
  expect(readDot(counterexampleForms['dot']!(plain))).toEqual({ nodes: 5, edges: 5, red: 4 })
})

test('the readers refuse what is wrong', () => {
  const mermaid = counterexampleForms['mermaid']!(plain)
  expect(() => readMermaid(mermaid.replace('  activate O3\n', ''))).not.toThrow()
  expect(() => readMermaid(mermaid.replaceAll('  activate O3\n', ''))).toThrow('not active')
  expect(() => readMermaid(mermaid.replace('#59;', ';'))).toThrow('no statement')
  expect(() => readItf(counterexampleForms['itf']!(plain).replace('"#bigint": "0"', '"#bigint": 0'))).toThrow('not ITF')
  const perfetto = counterexampleForms['perfetto']!(plain)
  expect(() =>
    readPerfetto(perfetto.replace(/"ph": "f",[^]*?"ts": \d+/, (event) => event.replace(/\d+$/, '99999'))),
  ).toThrow('in no slice')
  expect(() => readDot(counterexampleForms['dot']!(plain).replace('"', ''))).toThrow()
})
