// SPDX-License-Identifier: Apache-2.0
import { jsonText } from '#base/json-text'
import { shellWords } from '#base/shell-words'
import { printable } from '#base/text'
import { configurations } from '#check/safe-only-if'
import type { Result } from '#check/result'
import type { Reported, Reporter } from './reporter.ts'
import { configurationLine, summaryLine, verdictDetails, verdictLine } from './verdict-text.ts'
import { instanceName, plainStyle, withoutCommands, type Style } from './words.ts'

interface Manner {
  readonly style: Style
  readonly width: number
  /** There is only one instance: everything about it is said. */
  readonly only: boolean
  /** Columns for the names of instances. */
  readonly nameWidth: number
}

/** The results of a run for a person, told as they come: a heading a model, a line an instance, what is to be said of it. */
export class TextReport {
  readonly #manner: Manner
  #file: string | undefined
  #ofFile: Result[] = []
  #results: Result[] = []

  constructor(manner: Manner) {
    this.#manner = manner
  }

  /** What a result adds. */
  add({ result, file, traceFile }: Reported): readonly string[] {
    const { style, width, only, nameWidth } = this.#manner
    const heading = file === this.#file ? [] : [...this.#endFile(), style.strong(printable(result.id))]
    this.#file = file
    this.#ofFile.push(result)
    this.#results.push(result)
    const unexpected = result.asExpected === false || (result.expected === undefined && result.verdict === 'violated')
    const full = only || unexpected
    const details = verdictDetails(result, style, { full, width })
    const replay = `    replay with: fencecheck replay ${shellWords(traceFile ?? '', file)}`
    // A trace that no file took is not lost.
    const lost = result.violation === undefined || traceFile !== undefined ? [] : [jsonText(result.violation.trace)]
    return [
      ...heading,
      verdictLine(result, style, nameWidth),
      ...(details === '' ? [] : [details]),
      ...(full && traceFile !== undefined ? [printable(replay)] : []),
      ...lost,
    ].map(withoutCommands)
  }

  /** The last words. */
  finish(errors: number): readonly string[] {
    const { only, style } = this.#manner
    const summary = only || this.#results.length === 0 ? [] : [`\n${summaryLine(this.#results, errors, style)}`]
    return [...this.#endFile(), ...summary].map(withoutCommands)
  }

  /** What the results of the file that ends here say together. */
  #endFile(): readonly string[] {
    const lines = configurations(this.#ofFile).map((told) => configurationLine(told, this.#manner.style))
    this.#ofFile = []
    return lines
  }
}

/** How wide a column must be for the names of these instances. */
export const nameWidthOf = (instances: readonly Pick<Result, 'variant' | 'params' | 'switches'>[]): number =>
  Math.min(36, Math.max(26, ...instances.map((instance) => instanceName(instance).length)))

/** The same without colours, whole, with what could not be checked. */
export const textReporter: Reporter = {
  name: 'text',
  extension: 'txt',
  mediaType: 'text/plain',
  does: 'what a person reads; printed unless another reporter prints',
  render(reported, errors) {
    const report = new TextReport({
      style: plainStyle,
      width: 100,
      only: reported.length === 1,
      nameWidth: nameWidthOf(reported.map(({ result }) => result)),
    })
    const lines = [
      ...reported.flatMap((one) => report.add(one)),
      ...report.finish(errors.length),
      ...errors.map((error) => withoutCommands(error.report)),
    ]
    return lines.map((line) => `${line}\n`).join('')
  },
}
