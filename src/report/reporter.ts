// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError } from '#base/errors'
import type { Result } from '#check/result'

/** A result with the file of its model, and the file its trace was written to, if any. */
export interface Reported {
  readonly result: Result
  /** As the user sees it: relative to where the command runs. */
  readonly file: string
  readonly traceFile: string | undefined
  /** Those of the other violations, in their order. */
  readonly others?: readonly (string | undefined)[]
  /** The text of the model file, where there is a violation and the text could be read. */
  readonly source?: string | undefined
}

/**
 * One form that the results of a run can be told in. Rendering is pure and knows only what is reported; the form is
 * responsible for what text of a model could do in it: no name becomes markup, a command, or another line.
 */
export interface Reporter {
  /** What it is called on the command line. */
  readonly name: string
  /** Of its files, without the dot. */
  readonly extension: string
  readonly mediaType: string
  /** What it is for, in a few words. */
  readonly does: string
  /** The document, ending with a newline. `errors` are files and instances that could not be checked. */
  render(reported: readonly Reported[], errors: readonly FencecheckError[]): string
  /** A second document, for the end of the file that an environment variable names, where it is set. */
  readonly appendix?: {
    readonly variable: string
    render(reported: readonly Reported[], errors: readonly FencecheckError[]): string
  }
}
