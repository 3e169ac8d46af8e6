// SPDX-License-Identifier: Apache-2.0
import * as fc from 'fast-check'
import type { ModelExpr } from '#ir/expression'
import type { Model } from '#ir/model'

/** A model that has every key of the JSON form at least once. */
export const everything: Model = {
  schema: 'fencecheck-model/1',
  id: 'test/everything',
  summary: 'One of each.',
  sources: ['kernel/locking/mutex.c: mutex_lock()'],
  abstracts: ['It means nothing.'],
  variant: 'buggy',
  params: { N: 2 },
  switches: { notifiers: 'off' },
  rules: ['R7'],
  objects: [
    { name: 'A', kind: 'mutex', init: { locked: 0 }, role: 'mm', site: { file: 'a.c', line: 3 } },
    { name: 'L', kind: 'spinlock' },
    { name: 'f', kind: 'dma_fence', refs: { lock: 'L' } },
    { name: 'cb', kind: 'dma_fence_cb' },
  ],
  variables: [
    { name: 'x', min: 0, max: 3, init: 0, site: { file: 'a.c', line: 0 } },
    { name: 'a', min: -1, max: 1, init: [0, 1], length: 2 },
    { name: 'b', min: 0, max: 1, init: 0, length: 3 },
  ],
  bodies: [
    {
      name: 'main',
      initial: 'start',
      locations: [{ name: 'start' }, { name: 'held' }, { name: 'end', rest: true }],
      steps: [
        {
          at: 'start',
          call: { op: 'trylock', on: 'A' },
          exits: { got: 'held', missed: 'start' },
          tag: 'opportunistic',
          kernel: 'kernel/locking/mutex.c: mutex_trylock()',
          site: { file: 'a.c', line: 4 },
        },
        {
          at: 'start',
          call: { op: 'addCallback', on: 'f', args: { callback: 'cb' } },
          exits: { ok: 'start', enoent: 'end' },
          excluded: ['enoent'],
        },
        { at: 'held', assert: { holds: 'A' }, message: 'A is held', to: 'held' },
        {
          at: 'held',
          when: ['and', ['>=', ['at', 'a', 1], 0], { field: 'signalled', of: 'f' }, { process: 'Q', in: ['end'] }],
          set: [
            ['x', ['if', 'x', 0, 1]],
            [
              ['at', 'b', 'x'],
              ['!', ['neg', 'x']],
            ],
          ],
          label: 'a step',
          to: 'held',
        },
        { at: 'held', sync: { channel: 'c', role: 'send' }, to: 'held' },
        { at: 'held', sync: { channel: 'c', role: 'receive' }, to: 'held', tag: 'user' },
        { at: 'held', call: { op: 'unlock', on: 'A', params: {} }, exits: { ok: 'end' } },
      ],
    },
    {
      name: 'irq',
      initial: 'run',
      locations: [{ name: 'run' }, { name: 'done', rest: true }],
      steps: [{ at: 'run', to: 'done' }],
    },
  ],
  processes: [
    { name: 'P', body: 'main', context: 'task', path: 'submit', site: { file: 'a.c', line: 9 } },
    { name: 'Q', body: 'main' },
    {
      name: 'I',
      body: 'irq',
      context: 'hardirq',
      handler: { on: ['P'], idleCpu: false, when: ['<', 'x', 3], set: [['x', 2]] },
    },
  ],
  hooks: [{ on: 'callback', object: 'f', body: 'irq', when: { field: 'added', of: 'cb' } }],
  groups: [{ name: 'g', copies: [{ processes: ['P'], objects: [], variables: ['x'] }] }],
  invariants: [{ name: 'i', always: ['<=', 'x', 3], site: { file: 'a.c', line: 1 } }],
  expect: { verdict: 'violated', kind: 'misuse', code: 'x', shape: 'none', processes: ['P'], objects: ['A'] },
}

const word = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'prototype', 'x', 'a.b', '\u001b[31m', '"', '1'),
)
const whole = fc.maxSafeInteger().map((n) => n + 0)
const operator = { 1: ['!', 'neg', '~'], 2: ['+', '/', '%', '<<', '==', '>='], 3: ['if'] } as const

const { expression } = fc.letrec<{ expression: ModelExpr }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    whole,
    word,
    fc.record({ holds: word }),
    fc.record({ field: word, of: word }),
    fc.record({ process: word, in: fc.array(word, { maxLength: 3 }) }),
    fc.tuple(fc.constantFrom(...operator[1]), tie('expression')),
    fc.tuple(fc.constantFrom(...operator[2]), tie('expression'), tie('expression')),
    fc.tuple(fc.constantFrom(...operator[3]), tie('expression'), tie('expression'), tie('expression')),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('expression'), { maxLength: 4 }))
      .map(([op, operands]): ModelExpr => [op, ...operands]),
    fc.tuple(fc.constant('at'), word, tie('expression')),
  ),
}))

const key = word.filter((w) => !['__proto__', 'constructor', 'prototype'].includes(w))
const names = fc.array(word, { maxLength: 3 })
const site = fc.record({ file: word, line: fc.nat() })
const target = fc.oneof(word, fc.tuple(fc.constant('at'), word, expression))
const set = fc.array(fc.tuple(target, expression), { maxLength: 3 })
const tag = fc.constantFrom('timeout', 'signal', 'opportunistic', 'user', 'environment')
const ofStep = { at: word, tag, kernel: word, site }

const step = fc.oneof(
  fc.record(
    {
      ...ofStep,
      call: fc.record(
        { op: word, on: word, args: fc.dictionary(key, word), params: fc.dictionary(key, whole) },
        { requiredKeys: ['op', 'on'] },
      ),
      exits: fc.dictionary(key, word),
    },
    { requiredKeys: ['at', 'call', 'exits'] },
  ),
  fc.record(
    {
      ...ofStep,
      when: expression,
      set,
      to: word,
      label: word,
      sync: fc.record({ channel: word, role: fc.constantFrom('send', 'receive') }),
    },
    { requiredKeys: ['at', 'to'] },
  ),
  fc.record({ ...ofStep, assert: expression, message: word, to: word }, { requiredKeys: ['at', 'assert', 'to'] }),
)

/** Models of the right form; almost none of them means anything. */
export const anyModel = fc.record(
  {
    schema: fc.constant('fencecheck-model/1'),
    id: fc.constantFrom('a', 'a/b', 'drm-sched/x_1.2'),
    summary: word,
    sources: names,
    variant: word,
    params: fc.dictionary(key, whole),
    switches: fc.dictionary(key, word),
    rules: fc.array(word),
    objects: fc.array(
      fc.record(
        {
          name: word,
          kind: word,
          init: fc.dictionary(key, whole),
          refs: fc.dictionary(key, word),
          members: names,
          role: word,
          site,
        },
        { requiredKeys: ['name', 'kind'] },
      ),
      { maxLength: 3 },
    ),
    variables: fc.array(
      fc.record(
        {
          name: word,
          min: whole,
          max: whole,
          init: fc.oneof(whole, fc.array(whole)),
          length: fc.integer({ min: 1 }),
          site,
        },
        { requiredKeys: ['name', 'min', 'max', 'init'] },
      ),
      { maxLength: 3 },
    ),
    bodies: fc.array(
      fc.record({
        name: word,
        initial: word,
        locations: fc.array(fc.record({ name: word, rest: fc.boolean() }, { requiredKeys: ['name'] }), {
          maxLength: 3,
        }),
        steps: fc.array(step, { maxLength: 4 }),
      }),
      { maxLength: 3 },
    ),
    processes: fc.array(
      fc.record(
        {
          name: word,
          body: word,
          context: fc.constantFrom('task', 'worker', 'softirq', 'hardirq', 'hardware'),
          handler: fc.record({ on: names, idleCpu: fc.boolean(), when: expression, set }, { requiredKeys: [] }),
          path: word,
          site,
        },
        { requiredKeys: ['name', 'body'] },
      ),
      { maxLength: 3 },
    ),
    hooks: fc.array(
      fc.record({ on: word, object: word, body: word, when: expression }, { requiredKeys: ['on', 'body'] }),
      { maxLength: 2 },
    ),
    groups: fc.array(
      fc.record({ name: word, copies: fc.array(fc.record({ processes: names, objects: names, variables: names })) }),
      { maxLength: 2 },
    ),
    invariants: fc.array(fc.record({ name: word, always: expression, site }, { requiredKeys: ['name', 'always'] }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ['schema', 'id', 'bodies', 'processes'] },
) as fc.Arbitrary<Model>
