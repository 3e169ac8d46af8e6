// SPDX-License-Identifier: Apache-2.0

type Schema = boolean | { readonly [keyword: string]: unknown }

const is: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
}

/**
 * Whether a value satisfies a JSON Schema, written from the specification (draft 2020-12) for the keywords that the
 * schema of models uses; any other keyword is an error, so that a new one cannot be overlooked.
 */
export function satisfies(value: unknown, schema: Schema, root: Schema = schema): boolean {
  if (typeof schema === 'boolean') return schema
  const all = (list: readonly unknown[], holds: (item: unknown, i: number) => boolean): boolean => list.every(holds)
  const own = (key: string): Readonly<Record<string, Schema>> => (schema[key] ?? {}) as Readonly<Record<string, Schema>>
  const object = is['object']!(value) ? (value as Readonly<Record<string, unknown>>) : {}
  const array = Array.isArray(value) ? (value as unknown[]) : []
  const [text, number] = [typeof value === 'string' ? value : undefined, typeof value === 'number' ? value : undefined]
  return Object.entries(schema).every(([keyword, rule]): boolean => {
    switch (keyword) {
      case '$schema':
      case '$defs':
      case 'title':
      case 'description':
        return true
      case '$ref': {
        const [, , name] = (rule as string).split('/')
        const definitions = (root as { readonly $defs: Readonly<Record<string, Schema>> }).$defs
        return satisfies(value, definitions[name!]!, root)
      }
      case 'type':
        return is[rule as string]!(value)
      case 'const':
        return value === rule
      case 'enum':
        return (rule as unknown[]).includes(value)
      case 'anyOf':
        return (rule as Schema[]).some((option) => satisfies(value, option, root))
      case 'required':
        return !is['object']!(value) || all(rule as string[], (key) => Object.hasOwn(object, key as string))
      case 'properties':
        return all(Object.entries(rule as object), (entry) => {
          const [key, inner] = entry as [string, Schema]
          return !Object.hasOwn(object, key) || satisfies(object[key], inner, root)
        })
      case 'additionalProperties':
        return all(
          Object.keys(object).filter((key) => !Object.hasOwn(own('properties'), key)),
          (key) => satisfies(object[key as string], rule as Schema, root),
        )
      case 'propertyNames':
        return all(Object.keys(object), (key) => satisfies(key, rule as Schema, root))
      case 'prefixItems':
        return all(rule as Schema[], (inner, i) => i >= array.length || satisfies(array[i], inner as Schema, root))
      case 'items':
        return all(array.slice(((schema['prefixItems'] ?? []) as unknown[]).length), (item) =>
          satisfies(item, rule as Schema, root),
        )
      case 'minItems':
        return !Array.isArray(value) || array.length >= (rule as number)
      case 'minimum':
        return number === undefined || number >= (rule as number)
      case 'maximum':
        return number === undefined || number <= (rule as number)
      case 'minLength':
        return text === undefined || [...text].length >= (rule as number)
      case 'maxLength':
        return text === undefined || [...text].length <= (rule as number)
      case 'pattern':
        return text === undefined || new RegExp(rule as string, 'u').test(text)
      default:
        throw new Error(`the checker does not know '${keyword}'`)
    }
  })
}
