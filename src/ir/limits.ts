// SPDX-License-Identifier: Apache-2.0

/** What fencecheck accepts; beyond it a model is refused with `too-large` instead of exhausting the machine. */
export const limits = {
  processes: 1_000,
  variables: 20_000,
  objects: 10_000,
  /** Steps of all bodies of a model. */
  steps: 100_000,
  /** Transitions after lowering, where bodies are written out for each process. */
  transitions: 1_000_000,
  /** Nesting of one expression. */
  expressionDepth: 200,
  /** Operands of one 'and' or 'or'. */
  operands: 20_000,
  /** Characters in a name. */
  name: 200,
  /** Bytes of a model or trace file. */
  fileBytes: 256 * 1024 * 1024,
} as const
