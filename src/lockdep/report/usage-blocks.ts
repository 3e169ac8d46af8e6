// SPDX-License-Identifier: Apache-2.0
import type { Frame } from './frame.ts'
import { lockAt, type Lock } from './lock.ts'
import type { Reader } from './reader.ts'
import { usageStateOf, type UsageState } from './usage-state.ts'

/** What print_lock_class_header() prints of a class, with the trace that print_shortest_lock_dependencies() adds. */
export interface UsageBlock {
  readonly lock: Lock
  readonly line: number
  readonly states: readonly { readonly state: UsageState; readonly frames: readonly Frame[] }[]
  readonly acquired: readonly Frame[]
}

const opening = /^-> (.*\{) *(?:ops: \d+ *)?(?:\{)?$/

/** The blocks from line `from` up to `to`, in the order in which they are printed. */
export function usageBlocksOf(reader: Reader, from: number, to: number): readonly UsageBlock[] {
  const blocks: { lock: Lock; line: number; states: UsageBlock['states'][number][]; acquired: readonly Frame[] }[] = []
  for (let i = from; i < to; i++) {
    const { text, number } = reader.lines[i]!
    const opened = text.startsWith('-> (') || opening.test(text) ? lockAt(text.slice(3)) : undefined
    const at = /^(\S.*?) +at:(?: |$)/.exec(text)?.[1]
    const state = at === undefined ? undefined : usageStateOf(at)
    if (opened !== undefined) blocks.push({ lock: opened, line: number, states: [], acquired: [] })
    else if (state !== undefined) blocks.at(-1)?.states.push({ state, frames: reader.framesAfter(i) })
    else if (text.startsWith('... acquired at:') && blocks.length > 0) blocks.at(-1)!.acquired = reader.framesAfter(i)
  }
  return blocks
}
