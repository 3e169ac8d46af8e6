// SPDX-License-Identifier: Apache-2.0

/** A constraint `sum of terms <= 0` over unknowns that are at least 0. */
export type Row = ReadonlyMap<number, number>

export interface Programme {
  /** By unknown; none is negative. */
  readonly costs: readonly number[]
  readonly rows: readonly Row[]
  /** The rows that an unknown is in, with its factor. */
  readonly columns: readonly (readonly (readonly [row: number, factor: number])[])[]
  /** Whether an unknown is taken only where no other does as well. */
  readonly isLast: (unknown: number) => boolean
}

/** Which amounts of the unknowns are looked for, besides that all rows hold. */
export interface Sought {
  /** The unknown of which there is to be at least 1. */
  readonly one: number
  /** The unknown of which there is to be nothing. */
  readonly without: number
  /** What all amounts together may cost, for each 1 of `one`. */
  readonly most: number
}

/** What may still be spent, in entries that are touched. */
export interface Work {
  left: number
}
