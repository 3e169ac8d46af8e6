// SPDX-License-Identifier: Apache-2.0
import { Option, type Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { machineFor } from '#check/machine'
import { explore, type Search } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { maxAutStates, toAut } from '#export/aut'
import { counterexampleForms } from '#export/counterexample'
import { maxDotStates, toDot } from '#export/dot'
import { toLockOrderDot } from '#export/lock-order-dot'
import { toPromela } from '#export/promela'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { modelToJson } from '#ir/json'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'
import { readTrace } from '#trace/codec'
import { explain } from '#trace/explanation'
import { pointOfNoReturn } from '#trace/point-of-no-return'
import { replay } from '#trace/replay'
import { parameter, setting, type InstanceChoice } from '../arguments.ts'
import { exitStatus } from '../exit-status.ts'
import { modelOf } from '../model-of-trace.ts'
import { oneInstance } from '../one-instance.ts'
import { readText } from '../read-text.ts'
import type { Terminal } from '../terminal.ts'
import { writeWhole } from '../write-whole.ts'

/** What a model can be written as. */
const modelForms: Readonly<Record<string, (model: Model, registry: Registry) => string>> = {
  json: (model, registry) => {
    lower(model, registry)
    return modelToJson(model)
  },
  promela: (model, registry) => toPromela(lower(model, registry), model.id),
  dot: (model, registry) => {
    const { machine, search } = explored(model, registry, maxDotStates, 'nobody could read that graph')
    return toDot(machine, search.graph, search.store)
  },
  'lock-order': (model, registry) => {
    const { machine, search } = explored(model, registry, maxAutStates, 'too many to look through')
    return toLockOrderDot(machine, search.graph, search.store)
  },
  aut: (model, registry) => {
    const { machine, search } = explored(model, registry, maxAutStates, 'too many to write down')
    return toAut(machine.system, search.graph)
  },
}

const forms: readonly string[] = [...new Set([...Object.keys(modelForms), ...Object.keys(counterexampleForms)])]

interface Options extends InstanceChoice {
  readonly to: string
  readonly output?: string
}

export function exportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .description('write one instance of a model, or a counterexample, in another form')
    .argument('<model|trace>', 'a model file, or a trace file')
    .argument('[models...]', 'where to look for the model of a trace; the folder models unless said')
    .addOption(
      new Option(
        '--to <form>',
        `of a model ${Object.keys(modelForms).join(', ')}; of a trace ${Object.keys(counterexampleForms).join(', ')}`,
      )
        .choices(forms)
        .makeOptionMandatory(),
    )
    .option('--variant <name>', 'which variant; the first unless said')
    .option('--param <name=number>', 'set a parameter; can be repeated', parameter)
    .option('--switch <name=setting>', 'set a configuration switch; can be repeated', setting)
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(async (path: string, places: string[], options: Options) => {
      const text = isTrace(path) ? await ofTrace(path, places, options) : await ofModel(path, places, options)
      if (options.output === undefined) terminal.out(text.trimEnd())
      else writeWhole(options.output, text)
      terminal.exitWith(exitStatus.asExpected)
    })
}

/** Whether a file says that it is a trace, of whatever version. */
const isTrace = (path: string): boolean =>
  path.endsWith('.json') && /^\s*\{\s*"schema"\s*:\s*"fencecheck-trace\//.test(readText(path).slice(0, 1_000))

async function ofModel(path: string, places: readonly string[], options: Options): Promise<string> {
  const write = modelForms[options.to]
  if (write === undefined)
    throw new FencecheckError('wrong-usage', `${options.to} is a form of a counterexample, and '${path}' is a model`, {
      fix: 'give the trace that `fencecheck check` has written, by itself in .fencecheck',
    })
  if (places.length > 0)
    throw new FencecheckError('wrong-usage', 'only one model can be exported', { fix: 'name one model file' })
  const { model, registry } = await oneInstance(path, options)
  return write(model, registry)
}

async function ofTrace(file: string, places: readonly string[], options: Options): Promise<string> {
  const write = counterexampleForms[options.to]
  const choice = (['variant', 'param', 'switch'] as const).find((name) => options[name] !== undefined)
  if (write === undefined || choice !== undefined)
    throw new FencecheckError(
      'wrong-usage',
      write === undefined
        ? `${options.to} is a form of a model, and '${file}' is a trace`
        : `a trace says itself which instance it is of: leave out --${choice}`,
      { fix: `a trace can be written as ${Object.keys(counterexampleForms).join(', ')}` },
    )
  const trace = readTrace(readText(file), file)
  const { model, registry } = await modelOf(trace, file, places)
  const machine = new Interpreter(lower(model, registry))
  const again = replay(machine, trace)
  if (!again.reproduces)
    throw new FencecheckError('trace-of-another-model', `the model no longer does that: ${again.why}`, {
      site: { file, line: 0 },
      fix: 'write the trace again with `fencecheck check`',
    })
  const explanation = explain(machine, again.path, again.states, trace.outcome, {
    backTo: trace.backTo,
    pointOfNoReturn: pointOfNoReturn(machineFor(machine.system, 'auto').machine, again.path, trace.outcome),
  })
  return write({ trace, explanation, machine, states: again.states })
}

/**
 * Every state of a model.
 * @throws FencecheckError `too-large` if it has more than `limit`.
 */
function explored(
  model: Model,
  registry: Registry,
  limit: number,
  because: string,
): { readonly machine: Interpreter; readonly search: Search<State> } {
  const machine = new Interpreter(lower(model, registry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  if (!search.advance(limit))
    throw new FencecheckError('too-large', `'${model.id}' has more than ${limit} states; ${because}`, {
      fix: 'choose smaller parameters',
    })
  return { machine, search }
}
