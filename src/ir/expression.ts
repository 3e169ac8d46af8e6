// SPDX-License-Identifier: Apache-2.0

/** Operators of a model's expressions: those of a system, and `>` and `>=` for convenience. */
export const operators = {
  '!': 1,
  neg: 1,
  '~': 1,
  '+': 2,
  '-': 2,
  '*': 2,
  '/': 2,
  '%': 2,
  '&': 2,
  '|': 2,
  '^': 2,
  '<<': 2,
  '>>': 2,
  '==': 2,
  '!=': 2,
  '<': 2,
  '<=': 2,
  '>': 2,
  '>=': 2,
  if: 3,
} as const
export type FixedOperator = keyof typeof operators

/**
 * A number, the name of a variable, an application `[operator, ...operands]`, an array element, or a look at an object
 * or a process:
 * - `['and', ...]` and `['or', ...]` take any number of operands and evaluate from left to right as far as needed;
 * - `['at', 'a', i]` is element `i` of the array `a`;
 * - `{ holds: 'A' }`: the process that evaluates it holds the object `A` in some mode;
 * - `{ field: 'signalled', of: 'f' }`: a shared field of an object, as `docs/primitives.md` lists them;
 * - `{ process: 'worker', in: ['idle'] }`: that process is at one of these locations of its body.
 */
export type ModelExpr =
  | number
  | string
  | { readonly holds: string }
  | { readonly field: string; readonly of: string }
  | { readonly process: string; readonly in: readonly string[] }
  | readonly [FixedOperator | 'and' | 'or', ...ModelExpr[]]
  | readonly ['at', string, ModelExpr]
