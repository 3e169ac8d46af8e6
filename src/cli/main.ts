// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { checkCommand } from './commands/check.ts'
import { exportCommand } from './commands/export.ts'
import { listCommand } from './commands/list.ts'
import { replayCommand } from './commands/replay.ts'
import { simulateCommand } from './commands/simulate.ts'
import { exitStatus, failure } from './exit-status.ts'
import { processTerminal } from './terminal.ts'

const statusHelp = `
Exit status: 0 as expected, 1 not as expected, 2 wrong usage or a wrong file, 3 unknown (a limit was hit),
70 a fault of fencecheck itself, 130 interrupted.`

/** The command line: `args` without node and script. Sets the exit status of the process; never throws. */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = processTerminal()
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const program = new Command('fencecheck')
    .description('A model checker for fence and lock protocols of kernel drivers.')
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', statusHelp)
  for (const add of [checkCommand, replayCommand, simulateCommand, listCommand, exportCommand]) add(program, terminal)
  for (const command of program.commands) command.exitOverride()
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message; help and version are not faults.
      terminal.exitWith(error.exitCode === 0 ? exitStatus.asExpected : exitStatus.wrongInput)
      return
    }
    const { message, status } = failure(error)
    process.stderr.write(`${message}\n`)
    terminal.exitWith(status)
  }
}
