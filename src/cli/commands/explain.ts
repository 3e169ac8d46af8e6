// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { nearest } from '#base/text'
import { misuseCodes, primitiveSection } from '#report/primitive-page'
import { kernelPrimitives } from '#semantics/primitives/index'
import { exitStatus } from '../exit-status.ts'
import type { Terminal } from '../terminal.ts'

export function explainCommand(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .description('say what a primitive means, or when a misuse code is reported')
    .argument('<word>', 'a primitive (mutex, rwsem, dma_fence, ...), an operation, or a misuse code')
    .action((word: string) => {
      terminal.out(explanationOf(word))
      terminal.exitWith(exitStatus.asExpected)
    })
}

/** @throws FencecheckError `unknown-name` if nothing is called that. */
function explanationOf(word: string): string {
  const entries = Object.entries(kernelPrimitives)
  const found = entries.filter(
    ([key, { name, operations }]) => key === word || name === word || Object.hasOwn(operations, word),
  )
  if (found.length > 0) return found.map(([key, primitive]) => primitiveSection(key, primitive)).join('\n\n')
  const codes = misuseCodes(kernelPrimitives)
  const where = codes.get(word)
  if (where !== undefined) return [`misuse ${word} is reported by`, ...where.map((line) => `  ${line}`)].join('\n')
  const words = [
    ...entries.flatMap(([key, { name, operations }]) => [key, name, ...Object.keys(operations)]),
    ...codes.keys(),
  ]
  const meant = nearest(word, words)
  throw new FencecheckError('unknown-name', `nothing is called '${word}'`, {
    fix: meant === undefined ? 'see docs/primitives.md for all of them' : `did you mean '${meant}'?`,
  })
}
