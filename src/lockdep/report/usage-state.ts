// SPDX-License-Identifier: Apache-2.0
import type { Interrupter, Use } from './report.ts'
import type { Frame } from './frame.ts'

const interrupters: Readonly<Record<string, Interrupter>> = {
  hardirq: 'hardirq',
  hard: 'hardirq',
  softirq: 'softirq',
  soft: 'softirq',
  reclaim_fs: 'reclaim',
}

/** How lockdep has seen a lock used: `IN-HARDIRQ-W`, `SOFTIRQ-ON-R`; `in-hardirq-W` and `hardirq-on-W` until 2.6.2x. */
export interface UsageState {
  readonly by: Interrupter
  /** In the interrupt; else with it enabled. */
  readonly inside: boolean
  readonly reads: boolean
}

export function usageStateOf(text: string): UsageState | undefined {
  // Any use at all is outside of NMIs.
  const nmi = /^(IN-NMI|INITIAL)(?:-R| READ)?(?: USE)?$/.exec(text)
  if (nmi !== null) return { by: 'nmi', inside: nmi[1] === 'IN-NMI', reads: / READ|-R$/.test(text) }
  const match = /^(in-)?(hardirq|softirq|reclaim_fs)(-on)?-([rw])$/i.exec(text)
  if (match === null || (match[1] === undefined) === (match[3] === undefined)) return undefined
  const by = interrupters[match[2]!.toLowerCase()]!
  return { by, inside: match[1] !== undefined, reads: match[4]!.toLowerCase() === 'r' }
}

/** `hardirq` of `HARDIRQ-safe`, `hard-safe`, `HARDIRQ-READ-unsafe`. */
export const interrupterOf = (word: string): Interrupter | undefined => interrupters[word.toLowerCase()]

export const useOf = (state: UsageState | undefined, frames: readonly Frame[]): Use => ({
  reads: state?.reads === true,
  frames,
})
