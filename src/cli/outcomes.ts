// SPDX-License-Identifier: Apache-2.0
import { appendFileSync } from 'node:fs'
import { FencecheckError } from '#base/errors'
import type { Result } from '#check/result'
import type { Reported } from '#report/reporter'
import { asciiSymbols } from '#report/symbols'
import { TextReport, textReporter } from '#report/text-report'
import { writeTrace } from '#trace/codec'
import type { Faults } from './faults.ts'
import { modelLink } from './model-link.ts'
import { readText } from './read-text.ts'
import { reason } from './reason.ts'
import type { ReportChoice } from './report-choice.ts'
import type { Terminal } from './terminal.ts'
import { TraceFolder } from './trace-folder.ts'
import { writeWhole } from './write-whole.ts'

/** How the results of a run are told. */
interface Manner {
  /** In which forms; exactly one has no file and is printed. */
  readonly reports: readonly ReportChoice[]
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

/** Tells the results of a run: text as they come, whole documents at the end; writes their traces. */
export class Outcomes {
  readonly #manner: Manner
  readonly #folder: TraceFolder
  readonly #reported: Reported[] = []
  readonly #sources = new Map<string, string | undefined>()
  /** Set where text is what is printed. */
  readonly #text: TextReport | undefined

  constructor(manner: Manner) {
    const { reports, terminal } = manner
    this.#manner = manner
    this.#folder = new TraceFolder(manner.traceDir)
    const isPrinted = reports.some(({ reporter, file }) => reporter === textReporter && file === undefined)
    const { style, width, hasLinks } = terminal
    const symbols = manner.ascii === true ? asciiSymbols : terminal.symbols
    const linkTo = hasLinks ? modelLink : undefined
    this.#text = isPrinted ? new TextReport({ ...manner, style, width, symbols, linkTo }) : undefined
  }

  get results(): readonly Result[] {
    return this.#reported.map(({ result }) => result)
  }

  /** Adds the result of an instance of the model in `file`. */
  add(result: Result, file: string): void {
    const traceFile =
      result.violation === undefined ? undefined : this.#save(result, writeTrace(result.violation.trace))
    const others = (result.others ?? []).map(({ trace }) => this.#save(result, writeTrace(trace)))
    const source = result.violation === undefined ? undefined : this.#sourceOf(file)
    const reported = { result, file, traceFile, others, source }
    this.#reported.push(reported)
    this.#print(this.#text?.add(reported) ?? [])
  }

  /** Says the last word: first what is printed, so that no file that cannot be written keeps the verdicts back. */
  finish(): void {
    const { reports, faults } = this.#manner
    const errors = [...faults.errors]
    this.#print(this.#text?.finish(errors.length) ?? [])
    for (const { reporter, file } of reports.toSorted(
      (a, b) => Number(a.file !== undefined) - Number(b.file !== undefined),
    )) {
      if (file !== undefined) this.#write(file, reporter.render(this.#reported, errors), writeWhole)
      else if (reporter !== textReporter) this.#print([reporter.render(this.#reported, errors).replace(/\n$/, '')])
      const appended = reporter.appendix === undefined ? undefined : process.env[reporter.appendix.variable]
      if (appended) this.#write(appended, reporter.appendix!.render(this.#reported, errors), append)
    }
  }

  /** The text of a model, undefined where it cannot be read again. */
  #sourceOf(file: string): string | undefined {
    if (!this.#sources.has(file)) {
      try {
        this.#sources.set(file, readText(file))
      } catch {
        this.#sources.set(file, undefined)
      }
    }
    return this.#sources.get(file)
  }

  #save(result: Result, content: string): string | undefined {
    const path = this.#folder.fileFor(result)
    return this.#write(path, content, writeWhole) ? path : undefined
  }

  #write(path: string, content: string, how: (path: string, content: string) => void): boolean {
    try {
      how(path, content)
      return true
    } catch (error) {
      this.#manner.faults.add(error)
      return false
    }
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#manner.terminal.out(line)
  }
}

/** @throws FencecheckError `file-unwritable`. */
function append(path: string, content: string): void {
  try {
    appendFileSync(path, content)
  } catch (error) {
    throw new FencecheckError('file-unwritable', `cannot add to it: ${reason(error)}`, {
      site: { file: path, line: 0 },
      fix: 'let the variable that names it name a file that can be written to',
      cause: error,
    })
  }
}
