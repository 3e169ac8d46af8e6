// SPDX-License-Identifier: Apache-2.0

/** What pictures in text are drawn with; each one column wide. */
export interface Symbols {
  /** A lock is taken, held, given back; a hold that begins and ends is drawn as a bar between the two. */
  readonly taken: string
  readonly held: string
  readonly released: string
  readonly waiting: string
  /** The step that a stuck process cannot take. */
  readonly blocked: string
  /** Another process runs than before. */
  readonly switched: string
  readonly line: string
  readonly crossing: string
  readonly fromLeft: string
  readonly fromRight: string
  readonly toRight: string
  readonly toLeft: string
  /** Inside a hooked body. */
  readonly inside: string
  /** Something was left out. */
  readonly cut: string
}

export const unicodeSymbols: Symbols = {
  taken: '┌',
  held: '│',
  released: '└',
  waiting: '┊',
  blocked: '✗',
  switched: '↷',
  line: '─',
  crossing: '┼',
  fromLeft: '╰',
  fromRight: '╯',
  toRight: '▶',
  toLeft: '◀',
  inside: '›',
  cut: '…',
}

export const asciiSymbols: Symbols = {
  taken: '+',
  held: '|',
  released: '+',
  waiting: ':',
  blocked: 'X',
  switched: '*',
  line: '-',
  crossing: '+',
  fromLeft: '`',
  fromRight: "'",
  toRight: '>',
  toLeft: '<',
  inside: '>',
  cut: '~',
}
