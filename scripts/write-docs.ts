// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { modelJsonSchema, schemaPath } from './model-schema.ts'
import { contractPage } from '#report/contract-page'
import { primitivesPage } from '#report/primitive-page'
import { kernelPrimitives } from '#semantics/primitives/index'
import { catalogue, cataloguePath } from './catalogue.ts'
import { findingsPath, withOutcomes } from './findings.ts'
import { docsPath, withPrimitives } from './primitive-table.ts'

// Writes what follows from the code: the JSON Schema, the list of primitives in its page, the pages of primitives and of
// the contract, the table of bundled models with their verdicts, and what the commands in the findings
// tell.
// Run: npm run docs

const inRepository = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

await writeFile(inRepository(schemaPath), await modelJsonSchema())
const page = withPrimitives(await readFile(inRepository(docsPath), 'utf8'))
await writeFile(inRepository(docsPath), await format(page, { parser: 'markdown', printWidth: 120 }))
await writeFile(inRepository('docs/primitives.md'), primitivesPage(kernelPrimitives))
await writeFile(inRepository('docs/contract.md'), contractPage())
await writeFile(inRepository(cataloguePath), await catalogue())
await writeFile(inRepository(findingsPath), await withOutcomes(await readFile(inRepository(findingsPath), 'utf8')))
