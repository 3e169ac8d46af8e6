// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander'
import { printable } from '#base/text'
import { describe } from '#check/expectation'
import type { Expectation } from '#ir/model'
import { settingsOf, type Setting } from '#model/switches'
import { instanceName } from '#report/words'
import { statusOf } from '../exit-status.ts'
import { Faults } from '../faults.ts'
import { jsonText } from '#base/json-text'
import { loadModels } from '../load-models.ts'
import type { LoadedModel } from '../loaded-model.ts'
import type { Terminal } from '../terminal.ts'

export function listCommand(program: Command, terminal: Terminal): void {
  program
    .command('list')
    .description('say which models there are, with their variants, parameters and switches')
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
  readonly variants: readonly Variant[]
  readonly params: LoadedModel['params']
  readonly switches: LoadedModel['switches']
}

interface Variant {
  readonly name: string | null
  /** In the first setting of each switch. */
  readonly expected: Expectation | null
  /** In every setting, where the model has switches. */
  readonly settings?: readonly { readonly switches: Setting; readonly expected: Expectation | null }[]
}

const entry = (model: LoadedModel): Entry => ({
  id: model.id,
  file: model.file,
  summary: model.summary,
  variants: model.variants.map((name) => variant(model, name)),
  params: model.params,
  switches: model.switches,
})

function variant(model: LoadedModel, name: string | undefined): Variant {
  const settings = settingsOf(model.switches).map((switches) => ({
    switches,
    expected: model.instantiate(name, {}, switches).expect ?? null,
  }))
  const hasSwitches = Object.keys(model.switches).length > 0
  return { name: name ?? null, expected: settings[0]!.expected, ...(hasSwitches && { settings }) }
}

function text({ id, file, summary, variants, params, switches }: Entry): string {
  const ranges = Object.entries(params).map(
    ([name, p]) => `${name}=${p.default} (${p.min} to ${p.max}${p.what === undefined ? '' : `, ${p.what}`})`,
  )
  const choices = Object.entries(switches).map(([name, [first, ...others]]) =>
    others.length === 0 ? `${name}=${first}` : `${name}=${first} (or ${others.join(', ')})`,
  )
  return [
    `${id}  ${file}`,
    `    ${summary}`,
    ...variants.flatMap(verdicts).map((line) => `    ${line}`),
    ...(ranges.length > 0 ? [`    parameters ${ranges.join(', ')}`] : []),
    ...(choices.length > 0 ? [`    switches ${choices.join(', ')}`] : []),
  ].join('\n')
}

/** What is expected of a variant: in one line, or in one for each setting where it depends on that. */
function verdicts({ name, expected, settings = [] }: Variant): readonly string[] {
  const say = (e: Expectation | null): string => (e === null ? 'nothing expected' : describe(e))
  if (settings.every((setting) => say(setting.expected) === say(expected))) return [`${name ?? '-'}: ${say(expected)}`]
  return settings.map((setting) => {
    const { switches } = setting
    return `${instanceName({ variant: name ?? undefined, params: {}, switches })}: ${say(setting.expected)}`
  })
}
