// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander'
import { printable } from '#base/text'
import { describe } from '#check/expectation'
import type { Expectation } from '#ir/model'
import { exitStatus } from '../exit-status.ts'
import { loadModels, type LoadedModel } from '../load-models.ts'
import type { Terminal } from '../terminal.ts'

export function listCommand(program: Command, terminal: Terminal): void {
  program
    .command('list')
    .description('say which models there are, with their variants and parameters')
    .argument('[paths...]', 'model files and folders', ['models'])
    .option('--json', 'print one JSON document')
    .action(async (paths: string[], options: { readonly json?: boolean }) => {
      const { models, errors } = await loadModels(paths)
      for (const error of errors) terminal.error(error.report)
      const entries = models.map(entry)
      if (options.json === true) terminal.out(JSON.stringify({ schema: 'fencecheck-list/1', models: entries }, null, 2))
      else for (const e of entries) terminal.out(printable(text(e)))
      terminal.exitWith(errors.length > 0 ? exitStatus.wrongInput : exitStatus.asExpected)
    })
}

interface Entry {
  readonly id: string
  readonly file: string
  readonly summary: string
  readonly variants: readonly { readonly name: string | null; readonly expected: Expectation | null }[]
  readonly params: LoadedModel['params']
}

const entry = (model: LoadedModel): Entry => ({
  id: model.id,
  file: model.file,
  summary: model.summary,
  variants: model.variants.map((name) => ({ name: name ?? null, expected: model.instantiate(name).expect ?? null })),
  params: model.params,
})

function text({ id, file, summary, variants, params }: Entry): string {
  const ranges = Object.entries(params).map(
    ([name, p]) => `${name}=${p.default} (${p.min} to ${p.max}${p.what === undefined ? '' : `, ${p.what}`})`,
  )
  const verdicts = variants.map(
    ({ name, expected }) => `${name ?? '-'}: ${expected === null ? 'nothing expected' : describe(expected)}`,
  )
  return [
    `${id}  ${file}`,
    `    ${summary}`,
    ...verdicts.map((line) => `    ${line}`),
    ...(ranges.length > 0 ? [`    parameters ${ranges.join(', ')}`] : []),
  ].join('\n')
}
