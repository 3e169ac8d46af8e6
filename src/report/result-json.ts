// SPDX-License-Identifier: Apache-2.0
import { showSite, type FencecheckError } from '#base/errors'
import { jsonText } from '#base/json-text'
import { configurations } from '#check/safe-only-if'
import type { LockdepAnswer } from '#lockdep/view/answer'
import type { Reported, Reporter } from './reporter.ts'

/** What `check --json` prints. */
export const jsonReporter: Reporter = {
  name: 'json',
  extension: 'json',
  mediaType: 'application/json',
  does: 'one JSON document (docs/json-documents.md)',
  render: (reported, errors) => `${jsonText(resultDocument(reported, errors))}\n`,
}

/** The one document of `check --json`. */
export function resultDocument(reported: readonly Reported[], errors: readonly FencecheckError[]): object {
  return {
    schema: 'fencecheck-result/1',
    models: reported.map(({ result, traceFile, others }) => {
      const { violation, statistics } = result
      return {
        id: result.id,
        variant: result.variant ?? null,
        params: result.params,
        switches: result.switches,
        verdict: result.verdict,
        because: result.because ?? null,
        kind: violation?.kind ?? null,
        code: violation?.code ?? null,
        shape: violation?.shape ?? null,
        participants: violation === undefined ? [] : [...violation.processes, ...violation.objects],
        processes: violation?.processes ?? [],
        objects: violation?.objects ?? [],
        headline: violation?.explanation.headline ?? null,
        expected: result.expected ?? null,
        asExpected: result.asExpected ?? null,
        mismatch: result.mismatch ?? null,
        rules: result.rules,
        states: statistics.states,
        visited: statistics.visited,
        transitions: statistics.transitions,
        depth: statistics.depth,
        complete: statistics.complete,
        machine: statistics.machine,
        reductions: statistics.reductions,
        seconds: statistics.seconds,
        peakMemoryBytes: statistics.peakMemoryBytes,
        ...(result.lockdep !== undefined && { lockdep: lockdepWords(result.lockdep) }),
        ...(result.simulation !== undefined && { simulation: result.simulation }),
        trace: traceFile ?? null,
        ...(violation !== undefined && traceFile === undefined && { traceContent: violation.trace }),
        ...(result.others !== undefined && {
          others: result.others.map(({ kind, code, shape, processes, objects, explanation, trace }, i) => ({
            kind,
            code: code ?? null,
            shape: shape ?? null,
            processes,
            objects,
            headline: explanation.headline,
            ...(others?.[i] === undefined ? { trace: null, traceContent: trace } : { trace: others[i] }),
          })),
        }),
        findings: result.findings.map(({ code, message, site }) => ({
          code,
          message,
          at: site === undefined ? null : showSite(site),
        })),
        assumptions: result.assumptions,
      }
    }),
    configurations: configurations(reported.map(({ result }) => result)).map(({ variant, ...rest }) => ({
      ...rest,
      variant: variant ?? null,
    })),
    errors: errors.map(({ code, message, site, fix }) => ({
      code,
      message,
      at: site === undefined ? null : showSite(site),
      fix: fix ?? null,
    })),
  }
}

/** What lockdep says in each mode, in a word. */
const lockdepWords = ({ modes, certificate, refused }: LockdepAnswer): object => ({
  ...Object.fromEntries(Object.entries(modes).map(([mode, { says }]) => [mode, says])),
  ...((certificate ?? refused) !== undefined && { anyNumber: certificate !== undefined }),
})
