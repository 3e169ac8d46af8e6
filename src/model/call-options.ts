// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError } from '#base/errors'
import { ObjectHandle } from './handle.ts'

/** What a path does after an exit. */
export type Branch = () => void

interface Sorted {
  readonly args: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, number>>
  readonly branches: Readonly<Record<string, Branch>>
}

interface Naming {
  readonly nameOf: (handle: ObjectHandle) => string
  readonly unknown: (key: string) => FencecheckError
}

/** Tells what an operation is given apart: objects, numbers, and what comes after each of its exits. */
export function sorted(
  options: Readonly<Record<string, unknown>>,
  exits: readonly string[],
  { nameOf, unknown }: Naming,
): Sorted {
  const args: Record<string, string> = {}
  const params: Record<string, number> = {}
  const branches: Record<string, Branch> = {}
  for (const [key, value] of Object.entries(options)) {
    if (value instanceof ObjectHandle) args[key] = nameOf(value)
    else if (typeof value === 'number' || typeof value === 'boolean') params[key] = Number(value)
    else if (typeof value === 'function' && exits.includes(key)) branches[key] = value as Branch
    else throw unknown(key)
  }
  return { args, params, branches }
}
