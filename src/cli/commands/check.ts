// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { check } from '#check/check'
import type { Result } from '#check/result'
import { kinds, type Kind } from '#ir/model'
import { resultDocument, type Reported } from '#report/result-json'
import { summaryLine, verdictDetails, verdictLine } from '#report/verdict-text'
import { writeTrace } from '#trace/codec'
import { bytes, duration, kindList, parameter, positive, selectInstances, type Instance } from '../arguments.ts'
import { statusOf, type ExitStatus } from '../exit-status.ts'
import { traceFile, writeWhole } from '../files.ts'
import { interruptible } from '../interrupt.ts'
import { loadModels } from '../load-models.ts'
import { ProgressLine } from '../progress.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly variant?: string
  readonly param?: Record<string, number>
  readonly property?: readonly Kind[]
  readonly ignore?: readonly Kind[]
  readonly maxStates?: number
  readonly maxMemory?: number
  readonly timeout?: number
  readonly depthFirst?: boolean
  readonly expect: boolean
  readonly traceDir: string
  readonly json?: boolean
}

export function checkCommand(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('verify models; a folder means every model in it')
    .argument('[paths...]', 'model files and folders', ['models'])
    .option('--variant <name>', 'only this variant')
    .option('--param <name=number>', 'set a parameter; can be repeated', parameter)
    .option('--property <kinds>', `look only for these kinds of violation (${kinds.join(', ')})`, kindList)
    .option('--ignore <kinds>', 'do not look for these kinds', kindList)
    .option('--max-states <n>', 'stop after storing so many states', positive)
    .option('--max-memory <bytes>', 'stop when the process uses so much memory (500M, 2G)', bytes)
    .option('--timeout <duration>', 'stop each check after so long (30s, 5m)', duration)
    .option('--depth-first', 'search depth first: less memory, longer traces')
    .option('--no-expect', 'plain verdicts: do not compare with what the models expect')
    .option('--trace-dir <folder>', 'where counterexamples are written', '.fencecheck')
    .option('--json', 'print one JSON document')
    .action(async (paths: string[], options: Options) => {
      terminal.exitWith(await run(paths, options, terminal))
    })
}

async function run(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitStatus> {
  const { models, errors: loadErrors } = await loadModels(paths)
  const errors = [...loadErrors]
  for (const error of errors) terminal.error(error.report)
  const instances = models.length === 0 ? [] : selectInstances(models, options)
  const reported: Reported[] = []
  const interrupt = interruptible()
  const progress = new ProgressLine(process.stderr)
  let file: string | undefined
  for (const instance of instances) {
    if (interrupt.signal.aborted) break
    try {
      const result = await checkInstance(instance, options, interrupt.signal, progress)
      const written = saveTrace(result, options, terminal, errors)
      reported.push({ result, traceFile: written })
      if (options.json !== true) {
        if (file !== instance.model.file) terminal.out(terminal.style.strong(result.id))
        print(result, written, instances.length === 1, terminal)
      }
      file = instance.model.file
    } catch (error) {
      if (!(error instanceof FencecheckError)) throw error
      progress.clear()
      errors.push(error)
      terminal.error(error.report)
    }
  }
  progress.clear()
  interrupt.dispose()
  const results = reported.map(({ result }) => result)
  if (options.json === true) terminal.out(JSON.stringify(resultDocument(reported, errors), null, 2))
  else if (instances.length !== 1) terminal.out(`\n${summaryLine(results, errors.length, terminal.style)}`)
  if (interrupt.signal.aborted)
    terminal.error(`interrupted; ${reported.length} of ${instances.length} instances were looked at`)
  return statusOf(results, errors, interrupt.signal.aborted)
}

async function checkInstance(
  { model, variant, params }: Instance,
  options: Options,
  signal: AbortSignal,
  progress: ProgressLine,
): Promise<Result> {
  const name = variant === undefined ? model.id : `${model.id} ${variant}`
  const looked = (options.property ?? kinds).filter((kind) => options.ignore?.includes(kind) !== true)
  const result = await check(model.instantiate(variant, params), model.registry, {
    kinds: looked,
    expect: options.expect,
    signal,
    order: options.depthFirst === true ? 'depth-first' : 'breadth-first',
    ...(options.maxStates !== undefined && { maxStates: options.maxStates }),
    ...(options.maxMemory !== undefined && { maxMemoryBytes: options.maxMemory }),
    ...(options.timeout !== undefined && { timeoutSeconds: options.timeout }),
    onProgress: (state) => progress.show(name, state),
  })
  progress.clear()
  return result
}

/** Writes the counterexample; where that fails it goes to stdout, so that it is never lost. */
function saveTrace(
  result: Result,
  options: Options,
  terminal: Terminal,
  errors: FencecheckError[],
): string | undefined {
  if (result.violation === undefined) return undefined
  const content = writeTrace(result.violation.trace)
  const path = traceFile(options.traceDir, result.id, result.variant, result.params)
  try {
    writeWhole(path, content)
    return path
  } catch (error) {
    if (!(error instanceof FencecheckError)) throw error
    errors.push(error)
    terminal.error(error.report)
    if (options.json !== true) terminal.out(content.trimEnd())
    return undefined
  }
}

function print(result: Result, written: string | undefined, single: boolean, terminal: Terminal): void {
  terminal.out(verdictLine(result, terminal.style))
  const unexpected = result.asExpected === false || (result.expected === undefined && result.verdict === 'violated')
  const details = verdictDetails(result, terminal.style, {
    full: single || unexpected,
    traceFile: written,
    width: terminal.width,
  })
  if (details !== '') terminal.out(details)
}
