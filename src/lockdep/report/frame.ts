// SPDX-License-Identifier: Apache-2.0
import type { Line } from './lines.ts'
import { plainName } from './lock.ts'

/** One call of a stack trace. */
export interface Frame {
  readonly function: string
  /** As printed, without addresses: `drm_open+0xa0/0x144 [drm]`. */
  readonly at: string
}

/** x86, arm64; old kernels with `[<address>]` and `:module:`; 32-bit ARM `(f) from (g+0x1/0x2)`; powerpc with two addresses. */
const head = /^\(?(?:\[<? *(?:[0-9a-f]{8,16}|inline) *>?\] *){0,2}(\? *)?(?::\w+:)?\(?\.?([A-Za-z_$][\w$.]*)/
const placed = /\+0x[0-9a-f]+\/0x[0-9a-f]+|\.[chS]:\d+|^[\w.$]+\)? from (?:\[<|\w)/

/** The call that a line of a stack trace stands for; undefined for other lines and for what the unwinder was unsure of. */
export function frameOf(text: string): Frame | undefined {
  const match = head.exec(text)
  if (match === null || match[1] !== undefined) return undefined
  const rest = text.slice(match[0].length - match[2]!.length)
  if (!placed.test(rest)) return undefined
  return { function: plainName(match[2]!), at: rest.replace(/^(\S+?)\) from .*$/, '$1').replace(/ from .*$/, '') }
}

/** The calls among these lines, innermost first. */
export const framesOf = (lines: readonly Line[]): readonly Frame[] => lines.flatMap(({ text }) => frameOf(text) ?? [])
