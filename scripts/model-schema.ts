// SPDX-License-Identifier: Apache-2.0
import { toJsonSchema } from '@valibot/to-json-schema'
import { format } from 'prettier'
import { definitions, modelSchema } from '#ir/schema'

/** Where the JSON Schema of models lies, from the root of the repository. */
export const schemaPath = 'schema/model-1.schema.json'

/** The JSON Schema of a model's JSON form, as the file at {@link schemaPath} must read. */
export function modelJsonSchema(): Promise<string> {
  const { $schema, title, description, ...rest } = toJsonSchema(modelSchema, { target: 'draft-2020-12', definitions })
  return format(JSON.stringify({ $schema, title, description, ...rest }), { parser: 'json', printWidth: 120 })
}
