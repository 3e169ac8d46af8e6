// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { ResultViolation } from '#check/result'
import type { Reported } from './reporter.ts'

/** Reads `file:line`. A file alone has line 0. */
export function siteOf(at: string): Site {
  const match = /^(.*):(\d{1,9})$/s.exec(at)
  return match === null ? { file: at, line: 0 } : { file: match[1]!, line: Number(match[2]) }
}

/** The line of the model to look at first: where somebody is stuck, or the step that goes wrong; else the file. */
export function placeOf({ result, file }: Reported): Site {
  const at = result.violation === undefined ? undefined : lineOf(result.violation)
  return at === undefined ? { file, line: 0 } : siteOf(at)
}

function lineOf({ code, trace, explanation }: ResultViolation): string | undefined {
  const last = trace.steps.at(-1)?.at
  const stuck = explanation.table.find((row) => row.status === 'stuck' && row.at !== undefined)?.at
  return code === undefined ? (stuck ?? last) : (last ?? stuck)
}

/**
 * A path as a relative URI: it neither leaves its root nor becomes a scheme, whatever the model says where it lies.
 */
export function relativeUri(path: string): string {
  const segments = path
    .toWellFormed()
    .split(/[\\/]+/)
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..')
  return segments.map(encodeURIComponent).join('/') || 'model'
}
