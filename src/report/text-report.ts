// SPDX-License-Identifier: Apache-2.0
import { jsonText } from '#base/json-text'
import { shellWords } from '#base/shell-words'
import { printable } from '#base/text'
import { configurations } from '#check/safe-only-if'
import type { Result, ResultViolation } from '#check/result'
import type { Reported, Reporter } from './reporter.ts'
import { asciiSymbols, type Symbols } from './symbols.ts'
import { configurationLine, summaryLine, verdictDetails, verdictLine } from './verdict-text.ts'
import { instanceName, plainStyle, withoutCommands, type Style } from './words.ts'

interface Manner {
  readonly style: Style
  readonly width: number
  /** What pictures are drawn with; Unicode unless said. */
  readonly symbols?: Symbols
  /** Makes a place in the model of this file a hyperlink. */
  readonly linkTo?: ((file: string) => (at: string) => string) | undefined
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
  add({ result, file, traceFile, others = [] }: Reported): readonly string[] {
    const { style, only, nameWidth } = this.#manner
    const heading = file === this.#file ? [] : [...this.#endFile(), style.strong(printable(result.id))]
    this.#file = file
    this.#ofFile.push(result)
    this.#results.push(result)
    const unexpected = result.asExpected === false || (result.expected === undefined && result.verdict === 'violated')
    const full = only || unexpected
    const details = verdictDetails(result, style, { full, ...this.#setting(file) })
    const { violation } = result
    return [
      ...heading,
      verdictLine(result, style, nameWidth),
      ...(details === '' ? [] : [details]),
      ...(violation !== undefined && (full || traceFile === undefined) ? [saved(violation, traceFile, file)] : []),
      ...(result.others ?? []).flatMap((other, i) => this.#other(result, other, others[i], file)),
    ].map(withoutCommands)
  }

  /** One more violation of an instance: all of it, since it was asked for. */
  #other(result: Result, violation: ResultViolation, traceFile: string | undefined, file: string): readonly string[] {
    const { others: _, mismatch: __, because: ___, ...same } = result
    const { style } = this.#manner
    const alone = { ...same, findings: [], violation, rules: [] }
    return [
      `  ${style.strong('another violation of the same')}`,
      verdictDetails(alone, style, { full: true, ...this.#setting(file) }),
      saved(violation, traceFile, file),
    ]
  }

  /** How pictures are set. */
  #setting(file: string): Omit<Parameters<typeof verdictDetails>[2], 'full'> {
    const { width, symbols, linkTo } = this.#manner
    return { width, ...(symbols !== undefined && { symbols }), link: linkTo?.(file) }
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

/** Where the trace is; itself, if no file took it, so that it is not lost. */
const saved = ({ trace }: ResultViolation, traceFile: string | undefined, file: string): string =>
  traceFile === undefined
    ? jsonText(trace)
    : printable(`    replay with: fencecheck replay ${shellWords(traceFile, file)}`)

/** How wide a column must be for the names of these instances. */
export const nameWidthOf = (instances: readonly Pick<Result, 'variant' | 'params' | 'switches'>[]): number =>
  Math.min(36, Math.max(26, ...instances.map((instance) => instanceName(instance).length)))

/** The same without colours and in ASCII, whole, with what could not be checked. */
export const textReporter: Reporter = {
  name: 'text',
  extension: 'txt',
  mediaType: 'text/plain',
  does: 'what a person reads; printed unless another reporter prints',
  render(reported, errors) {
    const report = new TextReport({
      style: plainStyle,
      width: 100,
      symbols: asciiSymbols,
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
