// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander'
import { Interpreter } from '#interp/interpreter'
import { lower } from '#semantics/lower/lower'
import { parameter, setting } from '../arguments.ts'
import { exitStatus } from '../exit-status.ts'
import { oneInstance } from '../one-instance.ts'
import { chooseSteps } from '../stepping.ts'
import type { Terminal } from '../terminal.ts'

export function simulateCommand(program: Command, terminal: Terminal): void {
  program
    .command('simulate')
    .description('run a model step by step, each step chosen by the user')
    .argument('<model>', 'a model file')
    .option('--step', 'choose each step from the start (there is no other way yet)')
    .option('--variant <name>', 'which variant; the first unless said')
    .option('--param <name=number>', 'set a parameter; can be repeated', parameter)
    .option('--switch <name=setting>', 'set a configuration switch; can be repeated', setting)
    .action(
      async (
        path: string,
        options: { readonly step?: boolean; readonly variant?: string; readonly param?: Record<string, number> },
      ) => {
        const { model, registry } = await oneInstance(path, options)
        await chooseSteps(new Interpreter(lower(model, registry)), terminal)
        terminal.exitWith(exitStatus.asExpected)
      },
    )
}
