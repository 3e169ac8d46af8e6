// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type ErrorCode, type Site } from '#base/errors'
import type { Progress } from '#check/options'
import type { Result } from '#check/result'
import type { Wanted } from './check-instance.ts'

/** An instance by where it comes from: its model is code, which each thread loads for itself. */
export interface Job {
  readonly number: number
  readonly file: string
  readonly variant: string | undefined
  readonly params: Readonly<Record<string, number>>
  readonly switches: Readonly<Record<string, string>>
}

/** What every job of a thread has in common. */
export interface Task {
  readonly wanted: Wanted
}

/** To a thread: a job, or to end the one it has with what is known. */
export type Order = { readonly job: Job } | { readonly stop: true }

/** From a thread, about the job it has. */
export type Answer =
  { readonly progress: Progress } | { readonly result: Result } | { readonly error: Told } | { readonly fault: string }

/** A fault of the user's, as plain data. */
interface Told {
  readonly code: ErrorCode
  readonly message: string
  readonly site: Site | undefined
  readonly fix: string | undefined
}

export const tell = (error: unknown): Answer => {
  if (!(error instanceof FencecheckError))
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  const { code, message, site, fix } = error
  return { error: { code, message, site, fix } }
}

export const told = ({ code, message, site, fix }: Told): FencecheckError =>
  new FencecheckError(code, message, { site, ...(fix !== undefined && { fix }) })
