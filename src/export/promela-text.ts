// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { isLocationTest, isVarRead } from '#system/expression'
import { readsOf } from '#system/footprint'
import { suspensionsOf } from '#system/moves'
import type { Application, Assign, Expr, System, Transition, Variable, VarId } from '#system/system'
import { magnitude } from './magnitude.ts'

// The words of Promela that both forms of the export are written in. Every identifier is made from a number: `v3` is a
// variable, `l2` the location of a process, `t0` a temporary. Names of the model occur in comments only.

/** Text of a model as a comment: reduced to characters that can neither end the comment nor mean anything to `cpp`. */
export const comment = (text: string): string => `/* ${text.replace(/[^\w .,:;|=<>()[\]-]/g, '_')} */`

/** The largest number of Promela's `int`. */
const maxInt = 2 ** 31 - 1

const types = [
  { type: 'bit', min: 0, max: 1 },
  { type: 'byte', min: 0, max: 255 },
  { type: 'short', min: -(2 ** 15), max: 2 ** 15 - 1 },
  { type: 'int', min: -maxInt - 1, max: maxInt },
] as const

/** Declares a global variable of the smallest type that holds its range. */
export function declaration(name: string, variable: Pick<Variable, 'name' | 'min' | 'max' | 'init'>): string {
  const fits = types.find(({ min, max }) => min <= variable.min && variable.max <= max)
  if (fits === undefined) throw tooWide(`'${variable.name}' ranges over ${variable.min} .. ${variable.max}`)
  return `${fits.type} ${name} = ${literal(variable.init)}  ${comment(variable.name)}`
}

/** What the text of a whole system begins with: how to use it, variables, temporaries. */
export const preamble = (system: System, title: string, locations: readonly number[]): string[] => [
  comment(title),
  '/* spin -a FILE; gcc -DSAFETY -DVECTORSZ=8192 -o pan pan.c (-DNOREDUCE: every state)',
  '   ./pan -A: deadlocks (invalid end states)   ./pan -E: faults (assertions) */',
  '',
  ...system.variables.map((variable, v) => declaration(`v${v}`, variable)),
  ...locations.map((p) => {
    const { name, init, locations } = system.processes[p]!
    return declaration(`l${p}`, { name: `location of ${name}`, min: 0, max: locations.length - 1, init })
  }),
  ...Array.from({ length: temporariesOf(system) }, (_, i) => `hidden int t${i}`),
  '',
]

/**
 * A statement that is never reached and reads every variable: SPIN leaves out of a state what nobody reads, and would
 * then take for one what are two.
 */
export function readEverything(system: System, locations: readonly number[]): readonly string[] {
  const names = [...system.variables.keys().map((v) => `v${v}`), ...locations.map((p) => `l${p}`)]
  return names.length === 0 ? [] : [`  (${names.join(' + ')});  /* never reached; keeps every variable in the state */`]
}

/** An expression; a location test asks the location variable of its process. */
export function expression(e: Expr, system: System): string {
  if (typeof e === 'number') return literal(e)
  if (isVarRead(e)) return `v${e.v}`
  if (isLocationTest(e)) return anyOf(e.in.map((at) => `l${e.process} == ${at}`))
  return application(e, system)
}

function application(e: Application, system: System): string {
  const [op, ...operands] = e
  if (arithmetic.has(op) && magnitude(e, system.variables) > maxInt) throw tooWide(`the value of a '${op}'`)
  const parts = operands.map((x) => expression(x, system))
  const [first, second, third] = parts as [string, string, string]
  switch (op) {
    case 'and':
      return allOf(parts)
    case 'or':
      return anyOf(parts)
    case '!':
    case '~':
      return `${op}(${first})`
    case 'neg':
      return `(-(${first}))`
    case 'if':
      return `(${first} -> ${second} : ${third})`
    case 'at':
      return parts.slice(1).reduceRight((rest, element, i) => `(${first} == ${i} -> ${element} : ${rest})`)
    default:
      return `(${first} ${op} ${second})`
  }
}

/** Operators whose value C would wrap, or leave undefined, beyond 32 bits. */
const arithmetic: ReadonlySet<string> = new Set(['neg', '~', '+', '-', '*', '/', '%', '<<'])

const tooWide = (what: string): FencecheckError =>
  new FencecheckError('not-exportable', `Promela counts in 32 bits, which ${what} may exceed`, {
    fix: 'declare smaller ranges',
  })

/** `-2147483648` would be read as the negation of a number that does not fit. */
const literal = (n: number): string => (n === -maxInt - 1 ? `(-${maxInt} - 1)` : n < 0 ? `(${n})` : String(n))

/** Spelt so that nobody sees a constant: SPIN's verifier refuses to run what goes round in place under `true`. */
const always = '(0 == 0)'

export const allOf = (parts: readonly string[]): string => (parts.length === 0 ? always : `(${parts.join(' && ')})`)
export const anyOf = (parts: readonly string[]): string => (parts.length === 0 ? 'false' : `(${parts.join(' || ')})`)

/** When a transition may fire, apart from where its processes are: nobody it moves is suspended, its guard holds. */
export const enabling = (transition: Transition, system: System): readonly string[] => [
  ...suspensionsOf(system, transition).map((when) => `!(${expression(when, system)})`),
  ...transition.guard.map((g) => expression(g, system)),
]

/** What a transition does, as statements one after another with the outcome of simultaneous assignments. */
export function effects({ effect, fault }: Transition, system: System): readonly string[] {
  const { saved, written } = inSequence(effect)
  return [
    ...(fault === undefined ? [] : ['assert(false)']),
    ...saved.map((value, i) => `t${i} = ${expression(value, system)}`),
    ...written.map(([v, value]) => `v${v} = ${typeof value === 'string' ? value : expression(value, system)}`),
  ]
}

/** Values that an earlier assignment would spoil are saved in temporaries before the first one. */
function inSequence(effect: readonly Assign[]): { saved: readonly Expr[]; written: readonly [VarId, Expr | string][] } {
  const saved: Expr[] = []
  const before = new Set<VarId>()
  const written = [...byVariable(effect)].map(([v, value]): [VarId, Expr | string] => {
    const spoiled = !readsOf(value).isDisjointFrom(before)
    before.add(v)
    return [v, spoiled ? `t${saved.push(value) - 1}` : value]
  })
  return { saved, written }
}

/** The new value of each variable; an assignment to a computed element is a conditional one to every element. */
function byVariable(effect: readonly Assign[]): ReadonlyMap<VarId, Expr> {
  const values = new Map<VarId, Expr>()
  for (const { to, value } of effect) {
    if (typeof to === 'number') {
      values.set(to, value)
      continue
    }
    const [, index, ...elements] = to
    for (const [i, v] of elements.entries()) values.set(v, ['if', ['==', index, i], value, values.get(v) ?? { v }])
  }
  return values
}

const temporariesOf = (system: System): number =>
  system.transitions.reduce((most, { effect }) => Math.max(most, inSequence(effect).saved.length), 0)

/** What a transition stands for, behind its text. */
export function describe({ origin, label }: Transition, system: System): string {
  const { op, on } = system.origins[origin]!
  return comment([op, on, label].filter((part) => part !== '').join(' | '))
}
