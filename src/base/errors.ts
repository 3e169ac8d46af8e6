// SPDX-License-Identifier: Apache-2.0
import { printable } from './text.ts'

/**
 * Everything that can be wrong with what a user hands to fencecheck, one code a fault. Tests, exit statuses and
 * documentation hang on the codes; the wording may change freely.
 */
export type ErrorCode =
  // a model, however it was written
  | 'duplicate-name'
  | 'unknown-name'
  | 'unknown-primitive'
  | 'unknown-operation'
  | 'unknown-exit'
  | 'missing-exit'
  | 'wrong-argument'
  | 'wrong-expression'
  | 'wrong-range'
  | 'wrong-control-flow'
  | 'wrong-expectation'
  | 'too-large'
  // a model written with the builder
  | 'foreign-object'
  | 'endless-recursion'
  | 'model-threw'
  // parameters and variants of a model
  | 'unknown-parameter'
  | 'parameter-range'
  | 'unknown-variant'
  | 'unknown-switch'
  // files
  | 'file-unreadable'
  | 'file-unwritable'
  | 'file-too-large'
  | 'not-json'
  | 'wrong-format'
  | 'wrong-version'
  | 'typescript-syntax'
  | 'no-default-export'
  | 'no-models'
  | 'ambiguous-model'
  // traces
  | 'trace-of-another-model'
  // exporters
  | 'not-exportable'
  // the command line
  | 'wrong-usage'

/** Where in the user's files something stands. `file` is a path as the reader should see it, `line` counts from 1. */
export interface Site {
  readonly file: string
  readonly line: number
}

/** `file:line`, or the file alone where no line is known (line 0). */
export const showSite = (site: Site): string => (site.line > 0 ? `${site.file}:${site.line}` : site.file)

/**
 * A fault of the user's input: what is wrong, where, and how to mend it. The command line prints it as one message
 * and exits with 2. A fault of fencecheck itself is an {@link InternalError}.
 */
export class FencecheckError extends Error {
  override readonly name = 'FencecheckError'
  readonly code: ErrorCode
  readonly site: Site | undefined
  readonly fix: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    details: { site?: Site | undefined; fix?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.site = details.site
    this.fix = details.fix
  }

  /** The same fault, with a place that was not known where it was noticed. */
  at(site: Site | undefined): FencecheckError {
    return new FencecheckError(this.code, this.message, {
      site,
      ...(this.fix !== undefined && { fix: this.fix }),
      cause: this,
    })
  }

  /** The message as it is printed: place, text, fix. */
  get report(): string {
    const place = this.site === undefined ? '' : `${showSite(this.site)}: `
    const fix = this.fix === undefined ? '' : `\n  fix: ${oneLine(this.fix)}`
    return `${oneLine(place + this.message)} [${this.code}]${fix}`
  }
}

/** Names in a message come from files: nothing of them may move the cursor or start a line. */
const oneLine = (text: string): string => printable(text).replace(/[\n\t]/g, '?')
