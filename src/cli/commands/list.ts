// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander'
import { printable } from '#base/text'
import { describe } from '#check/expectation'
import type { Expectation } from '#ir/model'
import { statusOf } from '../exit-status.ts'
import { Faults } from '../faults.ts'
import { jsonText } from '../json-text.ts'
import { loadModels } from '../load-models.ts'
import type { LoadedModel } from '../loaded-model.ts'
import type { Terminal } from '../terminal.ts'

export function listCommand(program: Command, terminal: Terminal): void {
  program
    .command('list')
    .description('say which models there are, with their variants and parameters')
    .argument('[paths...]', 'model files and folders', ['models'])
    .option('--json', 'print one JSON document')
    .action(async (paths: string[], { json = false }: { readonly json?: boolean }) => {
      const faults = new Faults(terminal)
      const loaded = await faults.catch(() => loadModels(paths))
      for (const error of loaded?.errors ?? []) faults.add(error)
      const entries: Entry[] = []
      for (const model of loaded?.models ?? []) {
        const found = await faults.catch(() => entry(model))
        if (found === undefined) continue
        entries.push(found)
        if (!json) terminal.out(printable(text(found)))
      }
      if (json) terminal.out(jsonText({ schema: 'fencecheck-list/1', models: entries, errors: faults.entries }))
      terminal.exitWith(statusOf([], { ...faults, interrupted: false }))
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
