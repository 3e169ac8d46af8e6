// SPDX-License-Identifier: Apache-2.0
import { Option, type Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { maxDotStates, toDot } from '#export/dot'
import { toPromela } from '#export/promela'
import { Interpreter } from '#interp/interpreter'
import { modelToJson } from '#ir/json'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'
import { parameter, setting } from '../arguments.ts'
import { exitStatus } from '../exit-status.ts'
import { writeWhole } from '../write-whole.ts'
import type { Terminal } from '../terminal.ts'
import { oneInstance } from '../one-instance.ts'

/** What a model can be written as. */
const formats: Readonly<Record<string, (model: Model, registry: Registry) => string>> = {
  json: (model, registry) => {
    lower(model, registry)
    return modelToJson(model)
  },
  promela: (model, registry) => toPromela(lower(model, registry), model.id),
  dot: (model, registry) => {
    const machine = new Interpreter(lower(model, registry))
    const search = explore({ machine, frontier: new BreadthFirst() })
    if (!search.advance(maxDotStates))
      throw new FencecheckError(
        'too-large',
        `'${model.id}' has more than ${maxDotStates} states; nobody could read that graph`,
        {
          fix: 'choose smaller parameters',
        },
      )
    return toDot(machine, search.graph, search.store)
  },
}

interface Options {
  readonly to: string
  readonly variant?: string
  readonly param?: Record<string, number>
  readonly output?: string
}

export function exportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('write one instance of a model in another form')
    .argument('<model>', 'a model file')
    .addOption(new Option('--to <format>', 'the form').choices(Object.keys(formats)).makeOptionMandatory())
    .option('--variant <name>', 'which variant; the first unless said')
    .option('--param <name=number>', 'set a parameter; can be repeated', parameter)
    .option('--switch <name=setting>', 'set a configuration switch; can be repeated', setting)
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(async (path: string, options: Options) => {
      const { model, registry } = await oneInstance(path, options)
      const text = formats[options.to]!(model, registry)
      if (options.output === undefined) terminal.out(text.trimEnd())
      else writeWhole(options.output, text)
      terminal.exitWith(exitStatus.asExpected)
    })
}
