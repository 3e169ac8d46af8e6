// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import type { CommanderError } from 'commander'
import { FencecheckError } from '#base/errors'

/** What is wrong with the command line, in the form of every other message. `args` is the command line. */
export function usageError({ code, message }: CommanderError, args: readonly string[]): FencecheckError {
  const [said, ...more] = message.replace(/^error: /, '').split('\n')
  const [what, advice] = said!.split(' is invalid. ')
  const suggestion = /^\((Did you mean .*)\)$/.exec(more.join(' '))?.[1]?.replace('Did', 'did')
  const [first = ''] = args
  const fix =
    advice ??
    (code === 'commander.unknownCommand' && existsSync(first)
      ? `did you mean fencecheck check ${first}?`
      : suggestion) ??
    'fencecheck --help says which commands there are, fencecheck <command> --help which options'
  return new FencecheckError('wrong-usage', advice === undefined ? what! : `${what} is invalid`, { fix })
}
