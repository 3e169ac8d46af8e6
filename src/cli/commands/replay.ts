// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { listed, nearest, printable } from '#base/text'
import { Interpreter } from '#interp/interpreter'
import { contentHash } from '#ir/hash'
import { traceText } from '#report/trace-text'
import { lower } from '#semantics/lower/lower'
import { readTrace } from '#trace/codec'
import { explain } from '#trace/explanation'
import { replay } from '#trace/replay'
import type { Trace } from '#trace/trace'
import { exitStatus, type ExitStatus } from '../exit-status.ts'
import { readText } from '../files.ts'
import { loadModels, type LoadedModel } from '../load-models.ts'
import { walk } from '../stepping.ts'
import type { Terminal } from '../terminal.ts'

export function replayCommand(program: Command, terminal: Terminal): void {
  program
    .command('replay')
    .description('re-execute a counterexample; fails if the model no longer does that')
    .argument('<trace>', 'a trace file')
    .argument('[models...]', 'where to look for the model; the folder models unless said')
    .option('--step', 'walk through it step by step')
    .option('--json', 'print one JSON document')
    .action(async (file: string, paths: string[], options: { readonly step?: boolean; readonly json?: boolean }) => {
      terminal.exitWith(await run(file, paths, options, terminal))
    })
}

async function run(
  file: string,
  paths: readonly string[],
  options: { readonly step?: boolean; readonly json?: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const trace = readTrace(readText(file), file)
  const source = await modelOf(trace, file, paths)
  const model = source.instantiate(trace.model.variant, trace.model.params)
  const machine = new Interpreter(lower(model, source.registry))
  const changed = contentHash(model) !== trace.model.hash
  const again = replay(machine, trace)
  if (options.json === true) {
    const { path: _path, states: _states, ...told } = again
    terminal.out(
      JSON.stringify(
        { schema: 'fencecheck-replay/1', model: trace.model.id, changed, ...told, outcome: trace.outcome },
        null,
        2,
      ),
    )
    return again.reproduces ? exitStatus.asExpected : exitStatus.notAsExpected
  }
  if (changed) terminal.error(`the model has changed since the trace was written (${trace.model.id})`)
  if (options.step === true) await walk(machine, again.path, again.states, trace, terminal)
  if (!again.reproduces) {
    terminal.out(printable(`${trace.model.id} no longer does that: ${again.why}`))
    if (again.instead.length > 0)
      terminal.out(printable(`possible there instead:\n${again.instead.map((x) => `  ${x}`).join('\n')}`))
    return exitStatus.notAsExpected
  }
  if (options.step !== true) {
    const explanation = explain(machine, again.path, again.states, trace.outcome)
    terminal.out(printable(traceText(trace, explanation, terminal.style, terminal.width)))
  }
  const length = trace.steps.length
  terminal.out(
    printable(
      `${trace.model.id}${trace.model.variant === undefined ? '' : ` ${trace.model.variant}`}: reproduces ${trace.outcome.kind} in ${length} step${length === 1 ? '' : 's'}`,
    ),
  )
  if (!again.confirmed)
    terminal.error('the steps can be taken; what follows is too large to confirm that nobody ever moves again')
  return exitStatus.asExpected
}

/** The trace names its model by id only; files are looked at where the user says, never where a trace says. */
async function modelOf(trace: Trace, file: string, paths: readonly string[]): Promise<LoadedModel> {
  const places = paths.length > 0 ? paths : ['models'].filter((folder) => existsSync(folder))
  const fix = 'name the model: fencecheck replay <trace> <model file or folder>'
  const { id, variant } = trace.model
  if (places.length === 0)
    throw new FencecheckError('no-models', `there is no folder models in which '${printable(id)}' could be`, {
      site: { file, line: 0 },
      fix,
    })
  const { models, errors } = await loadModels(places)
  const found = models.filter((model) => model.id === id)
  // Several JSON files may be instances of one model.
  const exact = found.find((model) => model.variants.includes(variant)) ?? found[0]
  if (exact !== undefined) return exact
  if (errors[0] !== undefined && models.length === 0) throw errors[0]
  const meant = nearest(
    id,
    models.map((model) => model.id),
  )
  throw new FencecheckError(
    'trace-of-another-model',
    `it is a trace of '${printable(id)}', which is not in ${listed(places)}`,
    {
      site: { file, line: 0 },
      fix: meant === undefined ? fix : `${fix}; '${meant}' is there`,
    },
  )
}
