// SPDX-License-Identifier: Apache-2.0
import { Option, type Command } from 'commander'
import { machines } from '#check/machine'
import { reductions, symmetries } from '#check/options'
import { kinds, type Kind } from '#ir/model'
import { reporters } from '#report/reporters'
import { nameWidthOf } from '#report/text-report'
import { bytes, duration, kindList, parameter, setting, positive, selectInstances, selectKinds } from '../arguments.ts'
import { checkAll } from '../check-all.ts'
import type { Wanted } from '../check-instance.ts'
import { inShard, shard, type Shard } from '../shard.ts'
import { statusOf, type ExitStatus } from '../exit-status.ts'
import { overConfig, readConfig } from '../config.ts'
import { Faults } from '../faults.ts'
import { Interrupt } from '../interrupt.ts'
import { loadModels } from '../load-models.ts'
import { Outcomes } from '../outcomes.ts'
import { reportChoice, withPrinter, type ReportChoice } from '../report-choice.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends Omit<Wanted, 'kinds'> {
  readonly variant?: string
  readonly param?: Record<string, number>
  readonly property?: readonly Kind[]
  readonly ignore?: readonly Kind[]
  readonly traceDir: string
  readonly json?: boolean
  readonly reporter?: readonly ReportChoice[]
  readonly ascii?: boolean
  readonly workers?: number
  readonly shard?: Shard
}

export function checkCommand(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description('verify models; a folder means every model in it')
    .argument('[paths...]', 'model files and folders', ['models'])
    .option('--variant <name>', 'only this variant')
    .option('--param <name=number>', 'set a parameter; can be repeated', parameter)
    .option('--switch <name=setting>', 'set a configuration switch; can be repeated', setting)
    .option('--property <kinds>', `look only for these kinds of violation (${kinds.join(', ')})`, kindList)
    .option('--ignore <kinds>', 'do not look for these kinds', kindList)
    .option('--max-states <n>', 'stop after storing so many states', positive)
    .option('--max-memory <bytes>', 'stop when the process uses so much memory (500M, 2G)', bytes)
    .option('--timeout <duration>', 'stop each check after so long (30s, 5m)', duration)
    .option('--depth-first', 'search depth first: less memory, longer traces')
    .addOption(
      new Option('--shortest', 'a shortest trace: search every state, breadth first').conflicts([
        'depthFirst',
        'reduction',
        'symmetry',
      ]),
    )
    .option('--all', 'tell all violations that differ, by kind and cycle of lock classes, with a trace each')
    .addOption(new Option('--machine <name>', 'what executes the models').choices(machines).default('auto'))
    .addOption(
      new Option('--reduction <name>', 'how much is searched: all reductions, stubborn sets only, or every state')
        .choices(reductions)
        .default('auto'),
    )
    .addOption(
      new Option(
        '--symmetry <setting>',
        'take alike copies of a group (m.copies) for one; by itself for large models',
      ).choices(symmetries),
    )
    .option('--check-reduction', 'check every stubborn set against what it promises; slow')
    .option('--no-expect', 'plain verdicts: do not compare with what the models expect')
    .option('--trace-dir <folder>', 'where counterexamples are written', '.fencecheck')
    .option('--json', 'print one JSON document')
    .option(
      '--reporter <name[=file]>',
      `tell the results in this form too, or in a file (${reporters.map(({ name }) => name).join(', ')}); can be repeated`,
      reportChoice,
    )
    .option('--shard <i/n>', 'only part i of n: every n-th model', shard)
    .option('--workers <n>', 'threads that check instances; the cores, where there are many instances', positive)
    .option('--ascii', 'draw with ASCII only; by itself where the locale is not UTF-8')
    .action(async (paths: string[], options: Options, command: Command) => {
      const config = await readConfig()
      const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli'
      const places = command.args.length === 0 ? (config.models ?? paths) : paths
      terminal.exitWith(await run(places, overConfig(options, config, isGiven), terminal))
    })
}

async function run(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitStatus> {
  const reports = withPrinter(options.reporter ?? [], options.json === true)
  const faults = new Faults(terminal)
  const interrupt = new Interrupt(terminal)
  const instances =
    (await faults.catch(async () => {
      const { models: all, errors } = await loadModels(paths)
      const models = options.shard === undefined ? all : inShard(all, options.shard)
      for (const error of errors) faults.add(error)
      return models.length === 0 ? [] : selectInstances(models, options)
    })) ?? []
  const looked = await faults.catch(() => selectKinds(options.property, options.ignore))
  const nameWidth = nameWidthOf(instances)
  const { traceDir } = options
  const ascii = options.ascii === true
  const only = instances.length === 1
  const outcomes = new Outcomes({ reports, traceDir, only, nameWidth, ascii, faults, terminal })
  const checked =
    looked === undefined
      ? []
      : checkAll(instances, { ...wantedOf(options), kinds: looked, ...(only && { lockdep: {} }) }, options, interrupt)
  for await (const { instance, result } of checked)
    await faults.catch(async () => outcomes.add(await result, instance.model.file))
  outcomes.finish()
  if (interrupt.signal.aborted)
    terminal.error(`interrupted; ${outcomes.results.length} of ${instances.length} instances were looked at`)
  return statusOf(outcomes.results, { ...faults, interrupted: interrupt.signal.aborted })
}

/** What the options say about each check. Exactly that: it goes to other threads. */
const wantedOf = ({
  maxStates,
  maxMemory,
  timeout,
  depthFirst,
  machine,
  reduction,
  symmetry,
  checkReduction,
  shortest,
  all,
  expect,
}: Options): Omit<Wanted, 'kinds'> => ({
  machine,
  reduction,
  expect,
  ...(maxStates !== undefined && { maxStates }),
  ...(maxMemory !== undefined && { maxMemory }),
  ...(timeout !== undefined && { timeout }),
  ...(depthFirst !== undefined && { depthFirst }),
  ...(symmetry !== undefined && { symmetry }),
  ...(checkReduction !== undefined && { checkReduction }),
  ...(shortest !== undefined && { shortest }),
  ...(all !== undefined && { all }),
})
