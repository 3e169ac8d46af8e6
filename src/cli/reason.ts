// SPDX-License-Identifier: Apache-2.0

/** What the system says went wrong, without its error number's name. */
export const reason = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/^E[A-Z]+: /, '') : String(error)
