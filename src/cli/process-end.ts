// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { exitStatus, failure } from './exit-status.ts'
import { modelFailure } from './import-failure.ts'
import { running } from './load-models.ts'
import type { Terminal } from './terminal.ts'

/**
 * Model files run in this process. One that throws later, ends the process or waits for ever must not end it with a
 * status that means something else. Answers what ends the process in the regular way: everything is written first, and
 * what a model has left running does not keep it alive.
 */
export function guardEnd(terminal: Terminal): () => Promise<never> {
  let regular = false
  process.on('exit', () => {
    if (regular) return
    const error = new FencecheckError('model-threw', 'a model ended the process, or waits for what never comes', {
      site: running === undefined ? undefined : { file: running, line: 0 },
      fix: 'a model only declares; leave out process.exit() and whatever it awaits',
    })
    terminal.error(error.report)
    process.exitCode = exitStatus.wrongInput
  })
  const end = async (): Promise<never> => {
    for (const stream of [process.stdout, process.stderr])
      await new Promise<void>((resolve) => stream.write('', () => resolve()))
    regular = true
    return process.exit(terminal.status)
  }
  process.on('uncaughtException', (error) => {
    const { message, status } = failure(modelFailure(error) ?? error)
    terminal.error(message)
    terminal.exitWith(status)
    void end()
  })
  return end
}
