// SPDX-License-Identifier: Apache-2.0
import { not, or, type Expression, type KernelPath, type VariableHandle } from 'fencecheck'

/** One of several things that a path may find to do. */
export interface Finding {
  readonly name: string
  readonly when: Expression
  /** Assigned in the step that chooses it. */
  readonly set?: readonly (readonly [VariableHandle, Expression])[]
  readonly follow: () => void
}

/** Takes one of the findings that there are, whichever, in one step; where there is none, goes on. */
export function takeOne(t: KernelPath, findings: readonly Finding[], otherwise: () => void = () => {}): void {
  if (findings.length === 0) return otherwise()
  t.select({
    ...Object.fromEntries(
      findings.map(({ name, when, set, follow }) => [
        name,
        () => {
          t.step({ when, ...(set !== undefined && { set }), label: `choose ${name}` })
          follow()
        },
      ]),
    ),
    none: () => {
      t.step({ when: not(or(...findings.map(({ when }) => when))), label: 'nothing to choose' })
      otherwise()
    },
  })
}
