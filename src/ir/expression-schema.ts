// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot'
import { operators, type FixedOperator, type ModelExpr } from './expression.ts'
import { limits } from './limits.ts'
import type { ModelTarget } from './model.ts'

/** A whole number that a double holds exactly. */
export const whole = v.pipe(v.number(), v.safeInteger())

/** A name that is declared. */
export const name = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.name))

/** A name that is mentioned; whether it is declared is for `validate` to say. */
export const reference = v.pipe(v.string(), v.maxLength(limits.name))

/** An object with these keys and no others. */
export const strict = <const E extends v.ObjectEntries>(entries: E) => noArray(v.strictObject(entries))

/** An object whose keys are names. */
export const record = <const V extends v.GenericSchema>(value: V) => noArray(v.record(reference, value))

/** Valibot takes an array for an object, with the indices as keys. */
function noArray<S extends v.GenericSchema>(schema: S): S {
  return {
    ...schema,
    '~run'(dataset, config) {
      if (!Array.isArray(dataset.value)) return schema['~run'](dataset, config)
      v._addIssue(schema, 'type', dataset, config)
      return dataset as ReturnType<S['~run']>
    },
  } satisfies v.GenericSchema as S
}

/**
 * A model's expression. Which alternative applies is read off the value, so that reading takes linear time and an error
 * names the exact operand; a union would try all alternatives at every level. `undefined` asks for the union, for the
 * JSON Schema.
 */
export const expression = v.lazy((input): v.GenericSchema<ModelExpr> => {
  if (typeof input === 'number') return whole
  if (typeof input === 'string') return variableRead
  if (Array.isArray(input)) return applications.get(input[0]) ?? anyOperator
  if (typeof input !== 'object' || input === null) return anyExpression
  return lookKeys.map((key) => Object.hasOwn(input, key) && looks[key]).find((look) => look !== false) ?? anyExpression
})

const variableRead = v.pipe(reference, v.title('Variable'), v.description('The value of a variable.'))

const looks = {
  holds: v.pipe(
    strict({ holds: reference }),
    v.title('Holds'),
    v.description('1 if the process that evaluates it holds the object in some mode, else 0.'),
  ),
  field: v.pipe(
    strict({ field: reference, of: reference }),
    v.title('Field'),
    v.description('The value of a shared field of an object.'),
  ),
  process: v.pipe(
    strict({ process: reference, in: v.array(reference) }),
    v.title('Location test'),
    v.description('1 if that process is at one of these locations of its body, else 0.'),
  ),
}
const lookKeys = Object.keys(looks) as (keyof typeof looks)[]

const ofArity = (arity: number): readonly FixedOperator[] =>
  (Object.keys(operators) as FixedOperator[]).filter((op) => operators[op] === arity)

const unary = v.pipe(v.strictTuple([v.picklist(ofArity(1)), expression]), v.title('Unary operator'))
const binary = v.pipe(v.strictTuple([v.picklist(ofArity(2)), expression, expression]), v.title('Binary operator'))
const conditional = v.pipe(
  v.strictTuple([v.picklist(ofArity(3)), expression, expression, expression]),
  v.title('Conditional'),
  v.description('["if", condition, then, else]'),
)
const connective = v.pipe(
  v.tupleWithRest([v.picklist(['and', 'or'])], expression),
  v.title('Connective'),
  v.description('Evaluated from left to right as far as needed.'),
)
const element = v.pipe(
  v.strictTuple([v.literal('at'), reference, expression]),
  v.title('Array element'),
  v.description('["at", array, index]'),
)

const byArity = { 1: unary, 2: binary, 3: conditional } as const
const applications = new Map<unknown, v.GenericSchema<ModelExpr>>([
  ...(Object.keys(operators) as FixedOperator[]).map((op) => [op, byArity[operators[op]]] as const),
  ['and', connective],
  ['or', connective],
  ['at', element],
])
/** Never matches: it is asked only where the first item is no operator, and then says so. */
const anyOperator = v.tupleWithRest(
  [v.picklist([...applications.keys()] as (FixedOperator | 'and' | 'or')[])],
  expression,
)

const anyExpression: v.GenericSchema<ModelExpr> = v.pipe(
  v.union([whole, variableRead, unary, binary, conditional, connective, element, ...Object.values(looks)]),
  v.title('Expression'),
  v.description('A whole number, the name of a variable, [operator, ...operands], or a look at an object or process.'),
)

const variableName = v.pipe(reference, v.title('Variable'))
const anyTarget = v.pipe(
  v.union([variableName, element]),
  v.title('Target'),
  v.description('What is assigned: a variable, or ["at", array, index].'),
)
/** What an assignment writes. */
export const target = v.lazy((input): v.GenericSchema<ModelTarget> => {
  if (typeof input === 'string') return variableName
  return Array.isArray(input) ? element : anyTarget
})
