// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { Result, ResultViolation } from '#check/result'
import { resultDocument, type Reported } from '#report/result-json'
import { configurations } from '#check/safe-only-if'
import { asciiSymbols } from '#report/symbols'
import { configurationLine, summaryLine, verdictDetails, verdictLine } from '#report/verdict-text'
import { writeTrace } from '#trace/codec'
import type { Faults } from './faults.ts'
import { jsonText, safeJson } from './json-text.ts'
import { modelLink } from './model-link.ts'
import { shellWords } from './shell-words.ts'
import type { Terminal } from './terminal.ts'
import { TraceFolder } from './trace-folder.ts'
import { writeWhole } from './write-whole.ts'

/** How the results of a run are told. */
interface Manner {
  readonly json?: boolean
  readonly traceDir: string
  /** There is only one instance: everything about it is said. */
  readonly only: boolean
  /** Columns for the names of instances. */
  readonly nameWidth: number
  /** Pictures without anything beyond ASCII. */
  readonly ascii?: boolean
  readonly faults: Faults
  readonly terminal: Terminal
}

/** Tells the results of a run, each as it comes, or all in one document at the end; writes their traces. */
export class Outcomes {
  readonly #manner: Manner
  readonly #folder: TraceFolder
  readonly #reported: Reported[] = []
  #file: string | undefined
  #ofFile: Result[] = []

  constructor(manner: Manner) {
    this.#manner = manner
    this.#folder = new TraceFolder(manner.traceDir)
  }

  get results(): readonly Result[] {
    return this.#reported.map(({ result }) => result)
  }

  /** Adds the result of an instance of the model in `file`. */
  add(result: Result, file: string): void {
    const { terminal, json } = this.#manner
    const content = result.violation === undefined ? undefined : writeTrace(result.violation.trace)
    const traceFile = content === undefined ? undefined : this.#save(result, content)
    const others = (result.others ?? []).map(({ trace }) => this.#save(result, writeTrace(trace)))
    this.#reported.push({ result, traceFile, others })
    if (json === true) return
    if (file !== this.#file) this.#tellConfigurations()
    if (file !== this.#file) terminal.out(terminal.style.strong(printable(result.id)))
    this.#file = file
    this.#ofFile.push(result)
    this.#print(result, traceFile, file)
    for (const [i, other] of (result.others ?? []).entries()) this.#printOther(result, other, others[i], file)
    // A trace that no file took is not lost.
    if (content !== undefined && traceFile === undefined) terminal.out(safeJson(content.trimEnd()))
  }

  /** Says the last word. */
  finish(): void {
    const { terminal, json, only, faults } = this.#manner
    if (json !== true) this.#tellConfigurations()
    if (json === true) terminal.out(jsonText(resultDocument(this.#reported, faults.errors)))
    else if (!only && this.#reported.length > 0)
      terminal.out(`\n${summaryLine(this.results, faults.errors.length, terminal.style)}`)
  }

  /** What the results of the file that ends here say together. */
  #tellConfigurations(): void {
    const { terminal } = this.#manner
    for (const configuration of configurations(this.#ofFile))
      terminal.out(configurationLine(configuration, terminal.style))
    this.#ofFile = []
  }

  #save(result: Result, content: string): string | undefined {
    const path = this.#folder.fileFor(result)
    try {
      writeWhole(path, content)
      return path
    } catch (error) {
      this.#manner.faults.add(error)
      return undefined
    }
  }

  /** One more violation of an instance: all of it, since it was asked for. */
  #printOther(result: Result, other: ResultViolation, traceFile: string | undefined, file: string): void {
    const { terminal } = this.#manner
    const { others: _, mismatch: __, because: ___, findings: ____, ...same } = result
    const alone = { ...same, findings: [], violation: other, rules: [] }
    terminal.out(`  ${terminal.style.strong('another violation of the same')}`)
    terminal.out(verdictDetails(alone, terminal.style, { full: true, ...this.#setting(file) }))
    const words = traceFile === undefined ? undefined : shellWords(traceFile, file)
    terminal.out(
      words === undefined
        ? safeJson(writeTrace(other.trace).trimEnd())
        : printable(`    replay with: fencecheck replay ${words}`),
    )
  }

  /** How pictures are set. */
  #setting(file: string): Omit<Parameters<typeof verdictDetails>[2], 'full'> {
    const { terminal, ascii } = this.#manner
    return {
      width: terminal.width,
      symbols: ascii === true ? asciiSymbols : terminal.symbols,
      link: terminal.hasLinks ? modelLink(file) : undefined,
    }
  }

  #print(result: Result, traceFile: string | undefined, file: string): void {
    const { terminal, only } = this.#manner
    const { style } = terminal
    terminal.out(verdictLine(result, style, this.#manner.nameWidth))
    const unexpected = result.asExpected === false || (result.expected === undefined && result.verdict === 'violated')
    const full = only || unexpected
    const details = verdictDetails(result, style, { full, ...this.#setting(file) })
    if (details !== '') terminal.out(details)
    if (full && traceFile !== undefined)
      terminal.out(printable(`    replay with: fencecheck replay ${shellWords(traceFile, file)}`))
  }
}
