// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { nearest } from '#base/text'
import { contractSources } from '#report/contract-page'
import { glossary } from '#report/glossary'
import { misuseCodes, primitiveSection } from '#report/primitive-page'
import { contractRules } from '#semantics/contract'
import { kernelPrimitives } from '#semantics/primitives/index'
import { exitStatus } from '../exit-status.ts'
import type { Terminal } from '../terminal.ts'

export function explainCommand(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .description('say what a primitive means, when a code is reported, or what a rule of the contract says')
    .argument(
      '<word>',
      'a primitive (mutex, rwsem, dma_fence, ...), an operation, a code, a kind, a finding, a switch, or a rule (R7)',
    )
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
  const rule = Object.keys(contractRules).find((number) => number.toLowerCase() === word.toLowerCase())
  if (rule !== undefined) return `${rule}: ${contractRules[rule]!}\n\n${contractSources}`
  const meaning = Object.hasOwn(glossary, word) ? glossary[word] : undefined
  if (meaning !== undefined) return `${word}: ${meaning}`
  const codes = misuseCodes(kernelPrimitives)
  const where = codes.get(word)
  if (where !== undefined) return [`${word} is reported by`, ...where.map((line) => `  ${line}`)].join('\n')
  const words = [
    ...entries.flatMap(([key, { name, operations }]) => [key, name, ...Object.keys(operations)]),
    ...codes.keys(),
    ...Object.keys(contractRules),
    ...Object.keys(glossary),
  ]
  const meant = nearest(word, words)
  throw new FencecheckError('unknown-name', `nothing is called '${word}'`, {
    fix:
      meant === undefined ? 'see docs/primitives.md and docs/contract.md for all of them' : `did you mean '${meant}'?`,
  })
}
