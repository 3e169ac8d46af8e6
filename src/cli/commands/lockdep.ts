// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs'
import { Option, type Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { jsonText } from '#base/json-text'
import { checkStory, type JudgedStory } from '#check/check-story'
import { modelIdOf } from '#lockdep/stories/model-id'
import { writeModel } from '#lockdep/model/write-model'
import { parseReports } from '#lockdep/report/parse'
import type { LockReport, Refusal } from '#lockdep/report/report'
import { storyOf } from '#lockdep/stories/story-of'
import type { Story } from '#lockdep/stories/story'
import { lockdepDocument } from '#report/lockdep-json'
import { lockdepText } from '#report/lockdep-text'
import { duration, parameter, positive, setting } from '../arguments.ts'
import { exitStatus, statusOf, type ExitStatus } from '../exit-status.ts'
import { Faults } from '../faults.ts'
import { Interrupt } from '../interrupt.ts'
import { lockdepOfModels, type ViewOptions } from '../lockdep-of-models.ts'
import { readText } from '../read-text.ts'
import type { Terminal } from '../terminal.ts'
import { writeWhole } from '../write-whole.ts'

interface Options {
  readonly json?: boolean
  readonly write?: string
  readonly line?: number
  readonly maxStates: number
  readonly timeout?: number
}

/** Enough for a circle of any length that lockdep finds. */
const maxStates = 2_000_000

export function lockdepCommand(program: Command, terminal: Terminal): void {
  program
    .command('lockdep')
    .description(
      'what lockdep would say of models, beside what the search says; or whether what a lockdep report warns of can happen',
    )
    .argument('<paths...>', 'model files and folders; or one file with reports as the kernel prints them, - for stdin')
    .option('--line <n>', 'only the report whose title is on this line', positive)
    .option('--write <model.ts>', 'write the model of the report, to be refined by hand')
    .option('--max-states <n>', 'stop a check after storing so many states', positive, maxStates)
    .option('--variant <name>', 'of models: only this variant')
    .option('--param <name=number>', 'of models: set a parameter; can be repeated', parameter)
    .option('--switch <name=setting>', 'of models: set a configuration switch; can be repeated', setting)
    .option('--certificate <file.json>', 'of one instance: write the proof for any number of its paths')
    .option('--verify <file.json>', 'of one instance: only check such a proof')
    .addOption(
      new Option('--annotations <kernel>', 'of models: the form of the fence annotations').choices(['6.12', '6.18']),
    )
    .addOption(
      new Option('--read-lock <how>', 'of models: whether read_lock() nests in task context').choices([
        'queued',
        'recursive',
      ]),
    )
    .option('--timeout <duration>', 'stop each check after so long (30s, 5m)', duration)
    .option('--json', 'print one JSON document')
    .action(async (paths: string[], options: Options & ViewOptions) => {
      const [only] = paths
      const isReport = paths.length === 1 && !isModelPath(only!)
      terminal.exitWith(await (isReport ? run(only!, options, terminal) : lockdepOfModels(paths, options, terminal)))
    })
}

/** A folder, or a file of the kinds that models are in. */
const isModelPath = (path: string): boolean =>
  path !== '-' &&
  (/\.(?:[cm]?[jt]s|json)$/.test(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)

async function run(path: string, options: Options, terminal: Terminal): Promise<ExitStatus> {
  const { json = false, line, write, timeout } = options
  const faults = new Faults(terminal)
  const interrupt = new Interrupt(terminal)
  const file = path === '-' ? '<stdin>' : path
  const parsed = parseReports(path === '-' ? readText(0, file) : readText(path))
  const reports = line === undefined ? parsed.reports : [reportAt(line, parsed.reports, file)]
  const refused = line === undefined ? parsed.refused : []
  const judged: JudgedStory[] = []
  for (const report of reports) {
    if (interrupt.signal.aborted) break
    await faults.catch(async () => {
      const limits = { maxStates: options.maxStates, ...(timeout !== undefined && { timeoutSeconds: timeout }) }
      const story = storyOf(report)
      const one = await interrupt.during(() => checkStory(story, file, { ...limits, signal: interrupt.signal }))
      judged.push(one)
      if (!json) terminal.out(`${judged.length > 1 ? '\n' : ''}${lockdepText(one, terminal)}`)
    })
  }
  if (json) terminal.out(jsonText(lockdepDocument(judged, refused)))
  for (const refusal of refused) faults.add(errorOf(refusal, file))
  if (write !== undefined) await faults.catch(() => writeModelOf(judged, write, file))
  return statusOfRun(judged, { ...faults, interrupted: interrupt.signal.aborted })
}

/** As for models; without a model nothing is known. */
function statusOfRun(judged: readonly JudgedStory[], circumstances: Parameters<typeof statusOf>[1]): ExitStatus {
  const results = judged.flatMap(({ result }) => result ?? [])
  const status = statusOf(results, circumstances)
  const isUnknown = status === exitStatus.asExpected && judged.some(({ verdict }) => verdict === 'unknown')
  return isUnknown ? exitStatus.unknown : status
}

/** @throws FencecheckError `wrong-usage` if there is no report. */
function reportAt(line: number, reports: readonly LockReport[], file: string): LockReport {
  const found = reports.find((report) => report.line === line)
  if (found !== undefined) return found
  const lines = reports.map((report) => report.line).join(', ')
  throw new FencecheckError('wrong-usage', `no report that could be read has its title on line ${line}`, {
    site: { file, line: 0 },
    fix: lines === '' ? 'leave --line out to see what was refused' : `there are reports on lines ${lines}`,
  })
}

/** @throws FencecheckError `wrong-usage`, `not-exportable`, `file-unwritable`. */
function writeModelOf(judged: readonly JudgedStory[], path: string, file: string): void {
  const [first, second] = judged
  if (first === undefined || second !== undefined)
    throw new FencecheckError('wrong-usage', `there are ${judged.length} reports, and --write takes one`, {
      site: { file, line: 0 },
      fix: first === undefined ? 'give it a whole report' : `say which: --line ${first.story.report.line}`,
    })
  const { story } = first
  if (story.plan === undefined)
    throw new FencecheckError('not-exportable', `there is no model of this report: ${story.unmodelled}`, {
      site: { file, line: story.report.line },
      fix: 'write one by hand; README.md shows how',
    })
  writeWhole(path, writeModel(story.plan, modelIdOf(story), sourceOf(story)))
}

const sourceOf = ({ report: { kind, kernel, line } }: Story): string =>
  `a ${kind} report${kernel === undefined ? '' : ` of kernel ${kernel}`}; lines are those of its file, where it begins on line ${line}`

const errorOf = ({ line, why }: Refusal, file: string): FencecheckError =>
  new FencecheckError('wrong-format', why, {
    site: { file, line },
    fix: 'give the report as the kernel printed it, from its title to its last stack trace',
  })
