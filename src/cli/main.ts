// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { checkCommand } from './commands/check.ts'
import { explainCommand } from './commands/explain.ts'
import { exportCommand } from './commands/export.ts'
import { initCommand } from './commands/init.ts'
import { listCommand } from './commands/list.ts'
import { lockdepCommand } from './commands/lockdep.ts'
import { replayCommand } from './commands/replay.ts'
import { simulateCommand } from './commands/simulate.ts'
import { exitStatus, failure } from './exit-status.ts'
import { guardEnd } from './process-end.ts'
import { processTerminal } from './terminal.ts'
import { usageError } from './usage-error.ts'

const statusHelp = `
Exit status: 0 as expected, 1 not as expected, 2 wrong usage or a wrong file, 3 unknown (a limit was hit),
70 a fault of fencecheck itself, 130 interrupted.`

/** The command line: `args` without node and script. Ends the process with the status that the command has chosen. */
export async function main(args: readonly string[]): Promise<never> {
  const terminal = processTerminal()
  const end = guardEnd(terminal)
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const program = new Command('fencecheck')
    .description('A model checker for fence and lock protocols of kernel drivers.')
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', statusHelp)
  for (const add of [
    checkCommand,
    replayCommand,
    simulateCommand,
    lockdepCommand,
    listCommand,
    exportCommand,
    explainCommand,
    initCommand,
  ])
    add(program, terminal)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    // Help and version are not faults; help that nobody asked for has been printed to stderr.
    const shown = error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')
    const { message, status } = failure(error instanceof CommanderError ? usageError(error, args) : error)
    if (!shown) terminal.error(message)
    terminal.exitWith(shown && error.exitCode === 0 ? exitStatus.asExpected : status)
  }
  return end()
}
