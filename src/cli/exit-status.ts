// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Result } from '#check/result'
import { standingOf } from '#report/standing'

/** Frozen: scripts depend on them. */
export const exitStatus = {
  asExpected: 0,
  notAsExpected: 1,
  wrongInput: 2,
  unknown: 3,
  internal: 70,
  interrupted: 130,
} as const
export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]

/** What came of a run besides its results. */
interface Circumstances {
  readonly interrupted: boolean
  readonly internal: boolean
  readonly errors: readonly unknown[]
}

/** What a set of results means for the caller. A violation outweighs a limit that was hit elsewhere. */
export function statusOf(results: readonly Result[], { interrupted, internal, errors }: Circumstances): ExitStatus {
  if (interrupted) return exitStatus.interrupted
  if (internal) return exitStatus.internal
  if (errors.length > 0) return exitStatus.wrongInput
  const standings = results.map(standingOf)
  if (standings.includes('fail')) return exitStatus.notAsExpected
  return standings.includes('undecided') ? exitStatus.unknown : exitStatus.asExpected
}

/** The message and status of anything thrown: the user's fault in one message, ours marked as ours. */
export function failure(error: unknown): { readonly message: string; readonly status: ExitStatus } {
  if (error instanceof FencecheckError) return { message: error.report, status: exitStatus.wrongInput }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    message: `this is a fault of fencecheck itself, please report it with the model\n${text}`,
    status: exitStatus.internal,
  }
}
