// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { modelJsonSchema, schemaPath } from './model-schema.ts'

// node --conditions=fencecheck-source scripts/write-schema.ts

await writeFile(fileURLToPath(new URL(`../${schemaPath}`, import.meta.url)), await modelJsonSchema())
