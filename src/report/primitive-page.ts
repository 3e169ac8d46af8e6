// SPDX-License-Identifier: Apache-2.0
import type { Heard } from '#semantics/lock-map'
import {
  conditionOf,
  exitsOf,
  expectedExitsOf,
  isHazard,
  type Arrow,
  type Need,
  type Operation,
  type Primitive,
} from '#semantics/primitive'
import { showCondition, showEffects, trim } from '#semantics/show-condition'

/** The page of all primitives, in Markdown: what every step of a model means. Generated, so it cannot be wrong alone. */
export function primitivesPage(primitives: Readonly<Record<string, Primitive>>): string {
  return [
    '# Primitives',
    '',
    'Generated from `src/semantics/primitives/` by `npm run docs`; `fencecheck explain <name>` prints a part of it.',
    '',
    'How to read an arrow: *phase -> phase or exit*, when it can be taken, what it changes. A process in a phase whose',
    "arrows all have a false condition is blocked. Effects are simultaneous. `my x` is the executing process's own value of",
    "a field, `q's x` another's, `lock.x` a field of an object it is tied to, `task.x` the state of the process itself.",
    'An exit with a question mark need not be handled: a correct caller never sees it, and taking it unhandled is misuse.',
    'One in brackets happens only where the caller handles it; *(else ok)* says what it counts as where it is not handled.',
    '*Escape* marks a timeout or a signal that gives a wait up; *retry* an attempt that failed.',
    '',
    ...Object.entries(primitives).flatMap(([key, primitive]) => [primitiveSection(key, primitive), '']),
    misuseSection(primitives),
    '',
  ].join('\n')
}

/** One primitive: source, fields, views, operations, limits. */
export function primitiveSection(key: string, primitive: Primitive): string {
  const {
    name,
    source,
    about,
    limits = [],
    fields,
    refs = {},
    members,
    hooks = {},
    holds = {},
    queues = {},
    debt,
    always = {},
    implicit,
  } = primitive
  const views = [
    ...Object.entries(holds).map(([mode, e]) => `- held (${mode}): ${trim(showCondition(e))}`),
    ...Object.entries(queues).map(([mode, e]) => `- in the way (${mode}): ${trim(showCondition(e))}`),
    ...Object.entries(always).map(
      ([code, { kind, that, after }]) =>
        `- always, else ${kind} \`${code}\`: ${trim(showCondition(that))} (watched where ${after.join(' or ')} is used)`,
    ),
    ...(debt === undefined ? [] : [`- owed: ${trim(showCondition(debt.owed))}; paid by ${debt.paidBy.join(', ')}`]),
  ]
  const ties = [
    ...Object.entries(refs).map(([ref, kind]) => `- ref \`${ref}\`: a ${kind}`),
    ...(members === undefined ? [] : [`- members: each a ${members}`]),
    ...Object.entries(hooks).map(
      ([hook, { under }]) =>
        `- hook \`${hook}\`${under === undefined ? '' : `: its bodies run under the ref \`${under}\``}`,
    ),
  ]
  const declared = Object.entries(fields).map(
    ([field, { max, per = [], init }]) =>
      `- \`${field}\`: 0 to ${max === 'processes' ? 'the number of processes that use it' : max}${per.length === 0 ? '' : `, for each ${per.join(' and ')}`}${init === undefined ? '' : `, starts at ${typeof init === 'number' ? init : JSON.stringify(init)}`}`,
  )
  const how =
    implicit === true ? 'there is one in every model; its operations need no object' : `\`m.${key}(name, ...)\``
  return [
    `## ${name}`,
    '',
    `${how}. Read from ${source}.`,
    '',
    ...(about === undefined ? [] : [about, '']),
    ...block('Fields', declared),
    ...block('Tied to', ties),
    ...block('Views', views),
    ...Object.entries(primitive.operations).flatMap(([op, operation]) => [
      operationText(op, toldApart(operation, fields)),
      '',
    ]),
    ...block(
      'Left out',
      limits.map((limit) => `- ${limit}`),
    ),
  ]
    .join('\n')
    .trimEnd()
}

/** An argument with the name of a field that is said without an owner: `value < given value`. */
const toldApart = (operation: Operation, fields: Primitive['fields']): Operation =>
  JSON.parse(JSON.stringify(operation), (key, part: string) =>
    key === 'param' && fields[part] !== undefined && fields[part].per === undefined ? `given ${part}` : part,
  ) as Operation

/** One operation with its preconditions and arrows. */
function operationText(op: string, operation: Operation): string {
  const expected = expectedExitsOf(operation)
  const exits = exitsOf(operation).map((exit) => {
    if (expected.includes(exit)) return exit
    const { optional, otherwise } = operation.arrows.find(({ to = 'ok' }) => to === exit)!
    return optional === true ? `[${exit}]` : otherwise === undefined ? `${exit}?` : `${exit} (else ${otherwise})`
  })
  const facts = [
    `exits ${exits.join(', ')}`,
    ...(operation.sleeps === true ? ['may sleep'] : []),
    ...(operation.waits === undefined ? [] : [`a wait is ended by ${operation.waits}`]),
    ...Object.entries(operation.args ?? {}).map(([arg, kind]) => `argument ${arg}: a ${kind}`),
    ...Object.entries(operation.params ?? {}).map(
      ([name, { min, max, default: chosen }]) => `${name}: ${min} to ${max}, ${chosen ?? min} unless said`,
    ),
    ...(operation.lockdep === undefined ? [] : [`lockdep: ${[operation.lockdep].flat().map(heardText).join(', ')}`]),
  ]
  return [
    `### \`${op}\``,
    '',
    `${operation.does}.`,
    '',
    `- ${facts.join('; ')}`,
    ...Object.entries(operation.needs ?? {}).map(
      ([code, need]) => `- ${kindOf(need)} \`${code}\` unless ${trim(showCondition(conditionOf(need)))}`,
    ),
    ...operation.arrows.map((arrow) => `- ${arrowText(arrow)}`),
  ].join('\n')
}

function arrowText({ from = 'call', to = 'ok', when, set = [], escape, retry, enters }: Arrow): string {
  const condition = when === undefined ? '' : ` when ${trim(showCondition(when))}`
  const effects = set.length === 0 ? '' : `: ${showEffects(set)}`
  const bodies =
    enters === undefined
      ? ''
      : 'each' in enters
        ? `; then every ${enters.each} runs`
        : `; then one ${enters.oneOf.join(' or ')} may run, not inside ${enters.notInside.join(' or ')}`
  const marks = [...(escape === undefined ? [] : [`escape: ${escape}`]), ...(retry === true ? ['retry'] : [])]
  return `*${from} -> ${to}*${condition}${effects}${bodies}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`
}

/** What a failing need is. */
const kindOf = (need: Need): string => (isHazard(need) ? need.kind : 'misuse')

/** Every misuse code with the operations that can report it. */
function misuseSection(primitives: Readonly<Record<string, Primitive>>): string {
  const lines = [...misuseCodes(primitives)].map(([code, where]) => `- \`${code}\`: ${where.join('; ')}`)
  return ['## Codes of misuse and of hazards', '', ...lines].join('\n')
}

/** Code -> where it is reported and what would have had to be true. */
export function misuseCodes(primitives: Readonly<Record<string, Primitive>>): ReadonlyMap<string, readonly string[]> {
  const codes = new Map<string, string[]>([
    [
      'sleep-in-atomic',
      [
        'any operation that may sleep, in a handler, under a spinlock, in an RCU read section, or with interrupts, softirqs or preemption off',
      ],
    ],
    ['blocking-while-waiting', ['any operation that may sleep, between prepareToWait and schedule']],
    ['rest-while-holding', ['a process that comes to rest while it holds something']],
  ])
  const add = (code: string, text: string): void => void codes.set(code, [...(codes.get(code) ?? []), text])
  for (const { name, always = {} } of Object.values(primitives))
    for (const [code, { that }] of Object.entries(always))
      add(code, `any ${name}, in a state where not ${trim(showCondition(that))}`)
  for (const { name, operations } of Object.values(primitives))
    for (const [op, { needs = {}, arrows }] of Object.entries(operations)) {
      for (const [code, need] of Object.entries(needs))
        add(code, `${name} ${op}, unless ${trim(showCondition(conditionOf(need)))}`)
      for (const { to = 'ok', unexpected } of arrows)
        if (unexpected === true)
          add(`unhandled-${to}`, `${name} ${op} ends with ${to}, which the model does not handle`)
    }
  return new Map([...codes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, where]) => [code, [...new Set(where)]]))
}

const block = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`${title}:`, '', ...lines, '']

/** What lockdep hears: `try acquire read`, `touch fs_reclaim`. */
function heardText({ does, mode, try: tries, map, of, part }: Heard): string {
  const what = map ?? [of, part].filter((x) => x !== undefined).join(' ')
  return [tries === true ? 'try' : '', does, mode ?? '', what].filter((x) => x !== '').join(' ')
}
