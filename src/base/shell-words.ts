// SPDX-License-Identifier: Apache-2.0

/** Words as they can be pasted into a shell. */
export const shellWords = (...words: readonly string[]): string =>
  words.map((word) => (/^[\w./+:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
