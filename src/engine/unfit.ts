// SPDX-License-Identifier: Apache-2.0

/** A system that the engine does not take; the reference interpreter does. Says why, in words for a user. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

/** What it yields; undefined if that is {@link Unfit}. */
export function unlessUnfit<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof Unfit) return undefined
    throw error
  }
}
