// SPDX-License-Identifier: Apache-2.0

/** A system that the engine does not take; the reference interpreter does. Says why, in words for a user. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}
