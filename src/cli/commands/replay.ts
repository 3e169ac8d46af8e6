// SPDX-License-Identifier: Apache-2.0
import { relative, sep } from 'node:path'
import { Option, type Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { count, printable } from '#base/text'
import { machineFor } from '#check/machine'
import { Interpreter } from '#interp/interpreter'
import type { State } from '#interp/state'
import { contentHash } from '#ir/hash'
import { asciiSymbols } from '#report/symbols'
import { traceTest } from '#report/trace-test'
import { traceText } from '#report/trace-text'
import { lower } from '#semantics/lower/lower'
import { readTrace } from '#trace/codec'
import { explain } from '#trace/explanation'
import { pointOfNoReturn } from '#trace/point-of-no-return'
import { replay, type Replay } from '#trace/replay'
import { backToState } from '#trace/round-words'
import type { Trace } from '#trace/trace'
import { exitStatus, type ExitStatus } from '../exit-status.ts'
import { jsonText } from '#base/json-text'
import { modelLink } from '../model-link.ts'
import { modelOf } from '../model-of-trace.ts'
import { readText } from '../read-text.ts'
import { walk } from '../stepping.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly step?: boolean
  readonly json?: boolean
  readonly ascii?: boolean
  readonly asTest?: boolean
}

export function replayCommand(program: Command, terminal: Terminal): void {
  program
    .command('replay')
    .description('re-execute a counterexample; fails if the model no longer does that')
    .argument('<trace>', 'a trace file')
    .argument('[models...]', 'where to look for the model; the folder models unless said')
    .addOption(new Option('--step', 'walk through it step by step').conflicts('json'))
    .option('--json', 'print one JSON document')
    .addOption(new Option('--as-test', 'print a test file for vitest that replays it').conflicts(['json', 'step']))
    .option('--ascii', 'draw with ASCII only; by itself where the locale is not UTF-8')
    .action(async (file: string, paths: string[], options: Options) => {
      terminal.exitWith(await run(file, paths, options, terminal))
    })
}

async function run(file: string, paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitStatus> {
  const trace = readTrace(readText(file), file)
  const { model, registry, file: modelFile } = await modelOf(trace, file, paths)
  const system = lower(model, registry)
  const machine = new Interpreter(system)
  const changed = contentHash(model) !== trace.model.hash
  const again = replay(machine, trace)
  if (options.asTest === true && again.reproduces) {
    terminal.out(traceTest(trace, importPath(modelFile)).trimEnd())
    return exitStatus.asExpected
  }
  if (options.json === true) terminal.out(jsonText(documentOf(trace, again, changed)))
  else {
    if (changed) terminal.error(`the model has changed since the trace was written (${trace.model.id})`)
    const end = `end: ${again.reproduces ? endOf(trace) : again.why}`
    if (options.step === true) await walk(machine, again.path, again.states, end, terminal)
    else if (again.reproduces) {
      const explanation = explain(machine, again.path, again.states, trace.outcome, {
        backTo: trace.backTo,
        pointOfNoReturn: pointOfNoReturn(machineFor(system, 'auto').machine, again.path, trace.outcome),
      })
      const { style, width, hasLinks } = terminal
      const symbols = options.ascii === true ? asciiSymbols : terminal.symbols
      const link = hasLinks ? modelLink(modelFile) : undefined
      terminal.out(traceText(trace, explanation, { style, width, symbols, link }))
    }
    tell(trace, again, terminal)
  }
  return again.reproduces ? exitStatus.asExpected : exitStatus.notAsExpected
}

const endOf = ({ outcome, backTo }: Trace): string =>
  backTo === undefined ? outcome.kind : `${outcome.kind}, ${backToState(backTo)}`

/**
 * How a test in the working directory imports the model.
 * @throws FencecheckError `wrong-usage` for a model that is no module.
 */
function importPath(modelFile: string): string {
  if (modelFile.endsWith('.json'))
    throw new FencecheckError('wrong-usage', 'a test imports its model, and this one is JSON', {
      site: { file: modelFile, line: 0 },
      fix: 'replay it as it is: fencecheck replay <trace> <model>',
    })
  const path = relative('.', modelFile).split(sep).join('/')
  return path.startsWith('../') ? path : `./${path}`
}

function tell({ model, outcome, steps }: Trace, again: Replay<State>, terminal: Terminal): void {
  const name = model.variant === undefined ? model.id : `${model.id} ${model.variant}`
  if (!again.reproduces) {
    terminal.out(printable(`${name} no longer does that: ${again.why}`))
    if (again.instead.length > 0)
      terminal.out(printable(`possible there instead:\n${again.instead.map((x) => `  ${x}`).join('\n')}`))
    return
  }
  terminal.out(printable(`${name}: reproduces ${outcome.kind} in ${count(steps.length, 'step')}`))
  if (!again.confirmed)
    terminal.error('the steps can be taken; what follows is too large to confirm that nobody ever moves again')
}

function documentOf({ model, outcome }: Trace, again: Replay<State>, changed: boolean): object {
  const { path: _path, states: _states, ...told } = again
  return { schema: 'fencecheck-replay/1', model: model.id, changed, ...told, outcome }
}
