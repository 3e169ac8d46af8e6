// SPDX-License-Identifier: Apache-2.0
import { Option, type Command } from 'commander'
import { schedulers, simulate, type SchedulerChoice } from '#check/simulate'
import { Interpreter } from '#interp/interpreter'
import type { Kind } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import { duration, kindList, parameter, positive, selectKinds, setting, type InstanceChoice } from '../arguments.ts'
import { exitStatus, statusOf } from '../exit-status.ts'
import { Faults } from '../faults.ts'
import { Interrupt } from '../interrupt.ts'
import { oneInstance } from '../one-instance.ts'
import { Outcomes } from '../outcomes.ts'
import { chooseSteps } from '../stepping.ts'
import { reportChoice, withPrinter, type ReportChoice } from '../report-choice.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends InstanceChoice {
  readonly step?: boolean
  readonly scheduler: SchedulerChoice
  readonly bugDepth: number
  readonly seed: number
  readonly schedules: number
  readonly maxSteps: number
  readonly timeout?: number
  readonly property?: readonly Kind[]
  readonly ignore?: readonly Kind[]
  readonly expect: boolean
  readonly traceDir: string
  readonly reporter?: readonly ReportChoice[]
  readonly json?: boolean
}

export function simulateCommand(program: Command, terminal: Terminal): void {
  program
    .command('simulate')
    .description('try seeded schedules of a model, for what is too large to exhaust; finds violations, proves nothing')
    .argument('<model>', 'a model file')
    .option('--step', 'choose each step yourself instead, from the start')
    .addOption(
      new Option('--scheduler <name>', 'random priorities with few changes (pct), or anybody at any time (random)')
        .choices(schedulers)
        .default('pct'),
    )
    .option('--bug-depth <d>', 'with pct: how many steps have to come in a certain order', positive, 3)
    .option('--seed <n>', 'of the first schedule; the next one has the next number', positive, 1)
    .option('--schedules <n>', 'how many to try', positive, 1000)
    .option('--max-steps <n>', 'steps of each', positive, 10_000)
    .option('--timeout <duration>', 'stop after so long (30s, 5m)', duration)
    .option('--variant <name>', 'which variant; the first unless said')
    .option('--param <name=number>', 'set a parameter; can be repeated', parameter)
    .option('--switch <name=setting>', 'set a configuration switch; can be repeated', setting)
    .option('--property <kinds>', 'look only for these kinds of violation', kindList)
    .option('--ignore <kinds>', 'do not look for these kinds', kindList)
    .option('--no-expect', 'plain verdicts: do not compare with what the model expects')
    .option('--trace-dir <folder>', 'where the counterexample is written', '.fencecheck')
    .option('--reporter <name[=file]>', 'as for check; can be repeated', reportChoice)
    .option('--json', 'print one JSON document')
    .action(async (path: string, options: Options) => {
      if (options.step === true) await step(path, options, terminal)
      else await schedule(path, options, terminal)
    })
}

async function step(path: string, options: Options, terminal: Terminal): Promise<void> {
  const { model, registry } = await oneInstance(path, options)
  await chooseSteps(new Interpreter(lower(model, registry)), terminal)
  terminal.exitWith(exitStatus.asExpected)
}

async function schedule(path: string, options: Options, terminal: Terminal): Promise<void> {
  const { scheduler, bugDepth, seed, schedules, maxSteps, timeout, expect } = options
  const faults = new Faults(terminal)
  const interrupt = new Interrupt(terminal)
  const kinds = selectKinds(options.property, options.ignore)
  const { model, registry, file } = await oneInstance(path, options)
  const reports = withPrinter(options.reporter ?? [], options.json === true)
  const outcomes = new Outcomes({ ...options, reports, only: true, nameWidth: 26, faults, terminal })
  const limits = timeout === undefined ? {} : { timeoutSeconds: timeout }
  const asked = { scheduler, bugDepth, seed, schedules, maxSteps, kinds, expect, ...limits }
  const result = await interrupt.during(() => simulate(model, registry, { ...asked, signal: interrupt.signal }))
  outcomes.add(result, file)
  if (reports.some(({ reporter, file: to }) => reporter.name === 'text' && to === undefined)) {
    const { simulation } = result
    const how = simulation.bugDepth === undefined ? scheduler : `${scheduler}, bug depth ${simulation.bugDepth}`
    const found =
      result.violation === undefined
        ? `seeds ${seed} to ${simulation.seed}`
        : `found by schedule ${simulation.schedules}: --seed ${simulation.seed} --schedules 1 finds it again`
    terminal.out(`    ${how}; ${found}`)
  }
  outcomes.finish()
  terminal.exitWith(statusOf(outcomes.results, { ...faults, interrupted: interrupt.signal.aborted }))
}
