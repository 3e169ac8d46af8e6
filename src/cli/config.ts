// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InvalidArgumentError } from 'commander'
import * as v from 'valibot'
import { FencecheckError } from '#base/errors'
import { machines } from '#check/machine'
import { reductions, symmetries } from '#check/options'
import { kinds } from '#ir/model'
import { bytes, duration } from './arguments.ts'
import { importFailure } from './import-failure.ts'
import { reportChoice, type ReportChoice } from './report-choice.ts'
import { mapImports } from './running-package.ts'

const names = [
  'fencecheck.config.ts',
  'fencecheck.config.mts',
  'fencecheck.config.js',
  'fencecheck.config.mjs',
] as const

/** A text that a flag would take, as what the flag makes of it. */
const asFlag = <T>(parse: (text: string) => T) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value)
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error
        addIssue({ message: error.message })
        return NEVER
      }
    }),
  )
const positive = v.pipe(v.number(), v.integer(), v.minValue(1))

const schema = v.strictObject({
  models: v.optional(v.array(v.string())),
  property: v.optional(v.array(v.picklist(kinds))),
  ignore: v.optional(v.array(v.picklist(kinds))),
  maxStates: v.optional(positive),
  maxMemory: v.optional(asFlag(bytes)),
  timeout: v.optional(asFlag(duration)),
  reduction: v.optional(v.picklist(reductions)),
  symmetry: v.optional(v.picklist(symmetries)),
  machine: v.optional(v.picklist(machines)),
  workers: v.optional(positive),
  reporters: v.optional(v.array(asFlag((text): ReportChoice => reportChoice(text)[0]!))),
  expect: v.optional(v.boolean()),
  traceDir: v.optional(v.string()),
})

/** The configuration with its texts understood. */
export type ReadConfig = v.InferOutput<typeof schema>

/**
 * The configuration of the working directory; empty without a file.
 * @throws FencecheckError `wrong-format` if it says what it cannot, or why it could not be loaded.
 */
export async function readConfig(): Promise<ReadConfig> {
  const file = names.find((name) => existsSync(name))
  if (file === undefined) return {}
  mapImports()
  let module: { readonly default?: unknown }
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as { readonly default?: unknown }
  } catch (error) {
    throw importFailure(error, file)
  }
  const site = { file, line: 0 }
  if (module.default === undefined)
    throw new FencecheckError('no-default-export', 'the file has no default export', {
      site,
      fix: 'write `export default defineConfig({ ... })`',
    })
  const read = v.safeParse(schema, module.default)
  if (read.success) return read.output
  const [issue] = read.issues
  throw new FencecheckError('wrong-format', `${v.getDotPath(issue) ?? 'the configuration'}: ${issue.message}`, {
    site,
    fix: `it may say ${Object.keys(schema.entries).join(', ')}, as the flags of check (fencecheck check --help)`,
  })
}

/** Options of the command line over what the configuration says; `isGiven` tells which of them somebody wrote. */
export function overConfig<T extends object>(options: T, config: ReadConfig, isGiven: (name: keyof T) => boolean): T {
  const { reporters, models: _, ...plain } = config
  const said = { ...plain, ...(reporters !== undefined && { reporter: reporters }) }
  const left = Object.entries(said).filter(([name, value]) => value !== undefined && !isGiven(name as keyof T))
  return { ...options, ...Object.fromEntries(left) }
}
