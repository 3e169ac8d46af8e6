// SPDX-License-Identifier: Apache-2.0

// A model as plain data, from which both the model that is checked and the text that is written are made: they cannot differ.

/** An object that is declared, by a kind of the model language. */
export interface Declaration {
  readonly kind: string
  readonly name: string
  readonly options?: Readonly<Record<string, number | boolean>>
}

/** One operation of a path. */
export interface Statement {
  readonly op: string
  /** The name of the object; undefined for operations that need none. */
  readonly on?: string
  /** What follows at exits other than `ok`. */
  readonly exits?: Readonly<Record<string, readonly Statement[]>>
  /** The place in the kernel that it stands for. */
  readonly at?: string
}

export type PathRole = 'thread' | 'worker' | 'irq' | 'softirq' | 'shrinker' | 'mmuNotifier' | 'workItem'

/** A path of the model: what one dependency of a report is. */
export interface PlannedPath {
  readonly role: PathRole
  readonly name: string
  /** The queue of a work item. */
  readonly queue?: string
  /** A sentence: which dependency it is. */
  readonly says: string
  readonly steps: readonly Statement[]
  /** The line of the report. */
  readonly line: number
}

export interface Plan {
  readonly summary: string
  readonly objects: readonly Declaration[]
  readonly paths: readonly PlannedPath[]
  /** What the model takes for granted, a sentence each. */
  readonly abstracts: readonly string[]
}
