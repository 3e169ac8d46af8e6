// SPDX-License-Identifier: Apache-2.0
import { kinds } from '#ir/model'
import type { Result } from '#check/result'
import { glossary } from './glossary.ts'

/** Kinds of violation first, then what else keeps a result from passing. */
const meanings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(kinds.map((kind) => [kind, glossary[kind]!])),
  'not-as-expected': 'the verdict is not the one that the model expects, although nothing is violated',
  undecided: 'a limit was hit, or something was met that could not be judged: neither proven nor refuted',
}

/** The rules of the log: always all of them, in the same order. */
export const sarifRules: readonly object[] = Object.entries(meanings).map(([id, meaning]) => {
  const text = `${meaning[0]!.toUpperCase()}${meaning.slice(1)}.`
  const command = kinds.some((kind) => kind === id) ? `fencecheck explain ${id}` : 'fencecheck check --help'
  return {
    id,
    name: id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text },
    fullDescription: { text },
    help: {
      text: `${text} See: ${command}. The counterexample replays: fencecheck replay <trace>.`,
      markdown: `${text}\n\nSee \`${command}\`. The counterexample replays: \`fencecheck replay <trace>\`.`,
    },
    defaultConfiguration: { level: levelOf(id) },
    properties: { tags: ['concurrency', 'deadlock'], precision: 'very-high', 'problem.severity': levelOf(id) },
  }
})

/** The rule that a result which does not pass breaks. */
export const ruleOf = ({ verdict, violation }: Result): { readonly ruleId: string; readonly ruleIndex: number } => {
  const ruleId = verdict === 'unknown' ? 'undecided' : (violation?.kind ?? 'not-as-expected')
  return { ruleId, ruleIndex: Object.keys(meanings).indexOf(ruleId) }
}

export function levelOf(ruleId: string): 'error' | 'warning' {
  return ruleId === 'undecided' ? 'warning' : 'error'
}
