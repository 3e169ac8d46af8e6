// SPDX-License-Identifier: Apache-2.0

/** A fault of fencecheck itself: something that its own reasoning excludes has happened. Exit status 70. */
export class InternalError extends Error {
  override readonly name = 'InternalError'
}

/** States what must hold here by construction; a failure is our fault, never the user's. */
export function invariant(condition: unknown, because: string): asserts condition {
  if (condition === false || condition === undefined || condition === null || condition === 0 || condition === '')
    throw new InternalError(`internal error: ${because}`)
}

/** Closes a `switch` over a union: adding a member without a case is a compile-time error. */
export function unreachable(value: never): never {
  throw new InternalError(`internal error: unexpected ${JSON.stringify(value)}`)
}

/** The element that must be there. */
export function present<T>(value: T | undefined, because = 'a value is missing that construction guarantees'): T {
  if (value === undefined) throw new InternalError(`internal error: ${because}`)
  return value
}
