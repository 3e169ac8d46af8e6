// SPDX-License-Identifier: Apache-2.0
import { showSite, type FencecheckError } from '#base/errors'
import { shellWords } from '#base/shell-words'
import { count, printable } from '#base/text'
import type { Result, ResultViolation } from '#check/result'
import { configurations } from '#check/safe-only-if'
import type { Counterexample, PageData, PageInstance } from '#page/data'
import { contractRules } from '#semantics/contract'
import type { Reported } from './reporter.ts'
import { reasonOf, standingOf, tally } from './standing.ts'
import { expectationWord, instanceName, kindOf, oneLine, titleOf } from './words.ts'

/** What the page shows of a run, every text of it such that it steers nothing. */
export function pageData(reported: readonly Reported[], errors: readonly FencecheckError[]): PageData {
  const results = reported.map(({ result }) => result)
  const told = reported.flatMap(apart)
  const sources = [...new Set(reported.flatMap(({ source }) => (source === undefined ? [] : [source])))]
  const keys = keysOf(told.map(({ result }) => result))
  return harmless({
    tally: tally(results, errors.length),
    instances: told.map((one, i) => instanceOf(one, keys[i]!, sources)),
    errors: errors.map(({ report }) => report),
    configurations: configurations(results).map(
      ({ id, variant, safeOnlyIf }) =>
        `${id}${variant === undefined ? '' : ` ${variant}`}: ${safeOnlyIf.join(' and ')}`,
    ),
    sources: sources.map((text) => text.replace(/\r\n?/g, '\n')),
  })
}

/** A result with one of its violations. */
interface Told extends Reported {
  /** From 2: another one than that of the verdict. */
  readonly number?: number
}

const apart = (reported: Reported): readonly Told[] => [
  reported,
  ...(reported.result.others ?? []).map((violation, i) => ({
    ...reported,
    result: { ...reported.result, violation },
    traceFile: reported.others?.[i],
    number: i + 2,
  })),
]

function instanceOf(
  { result, file, traceFile, source, number }: Told,
  key: string,
  sources: readonly string[],
): PageInstance {
  const { violation, statistics, findings, rules } = result
  const states = `${count(statistics.states, 'state')}${statistics.reductions.length > 0 ? ' (reduced)' : ''}`
  return {
    key,
    model: result.id,
    name: `${instanceName(result)}${number === undefined ? '' : ` (${number})`}`,
    summary: result.summary,
    file,
    verdict: result.verdict,
    kind: kindOf(result),
    standing: standingOf(result),
    expectation: expectationWord(result),
    reason: reasonOf(result),
    rules: violation === undefined ? [] : rules.map((rule) => `${rule}: ${contractRules[rule] ?? ''}`),
    findings: findings.map(
      ({ code, message, site }) => `${message} [${code}]${site === undefined ? '' : ` at ${showSite(site)}`}`,
    ),
    assumptions: result.assumptions,
    effort: `${states}, ${count(statistics.transitions, 'transition')}`,
    ...(traceFile !== undefined && { replay: `fencecheck replay ${shellWords(traceFile, file)}` }),
    ...(violation !== undefined && { counterexample: counterexampleOf(violation, source, sources) }),
  }
}

function counterexampleOf(
  { trace, explanation }: ResultViolation,
  source: string | undefined,
  sources: readonly string[],
): Counterexample {
  const { headline, course, table, edges, pointOfNoReturn } = explanation
  return {
    headline,
    steps: trace.steps,
    course,
    table,
    edges,
    isMasked: trace.outcome.escapes === 'off',
    ...(pointOfNoReturn !== undefined && { pointOfNoReturn }),
    ...(trace.backTo !== undefined && { backTo: trace.backTo }),
    ...(source !== undefined && { source: sources.indexOf(source) }),
  }
}

/** Characters of a link. */
const longestKey = 200

/** What links call the instances: by model, variant and settings, which stay the same from run to run. */
function keysOf(results: readonly Result[]): readonly string[] {
  const seen = new Set<string>()
  return results.map((result) => {
    const title = oneLine(titleOf(result), longestKey).toWellFormed()
    let key = title
    for (let times = 2; seen.has(key); times++) key = `${title} (${times})`
    seen.add(key)
    return key
  })
}

/** The same with every text of it printable. */
function harmless<T>(value: T): T {
  if (typeof value === 'string') return printable(value.toWellFormed()) as T
  if (Array.isArray(value)) return value.map((item: unknown) => harmless(item)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, harmless<unknown>(inner)])) as T
}
