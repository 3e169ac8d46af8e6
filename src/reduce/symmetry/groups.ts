// SPDX-License-Identifier: Apache-2.0
import type { Symmetry, System } from '#system/system'
import { exchange, ToldApart, type Automorphism, type Copy } from './automorphism.ts'

/** Copies that have been shown to be interchangeable. */
export interface Group {
  readonly name: string
  readonly copies: readonly Copy[]
  /** What exchanging copy `i` and copy `i + 1` does. These exchanges generate all permutations of the copies. */
  readonly exchanges: readonly Automorphism[]
}

export interface Refusal {
  readonly group: string
  readonly why: string
}

/** Groups that may be used, and those that may not, with the reason. Groups of a single copy are neither. */
export function verifiedGroups(system: System): {
  readonly groups: readonly Group[]
  readonly refused: readonly Refusal[]
} {
  const groups: Group[] = []
  const refused: Refusal[] = []
  const taken = { processes: new Set<number>(), variables: new Set<number>() }
  for (const { group: name, copies } of system.symmetries.filter((symmetry) => symmetry.copies.length > 1))
    try {
      refuseOverlap(system, copies, taken)
      groups.push({ name, copies, exchanges: copies.slice(1).map((copy, i) => verified(system, copies, i, copy)) })
      for (const copy of copies) {
        for (const p of copy.processes) taken.processes.add(p)
        for (const v of copy.variables) taken.variables.add(v)
      }
    } catch (error) {
      if (!(error instanceof ToldApart)) throw error
      refused.push({ group: name, why: error.message })
    }
  return { groups, refused }
}

function verified(system: System, copies: Symmetry['copies'], i: number, next: Copy): Automorphism {
  try {
    return exchange(system, copies[i]!, next)
  } catch (error) {
    if (error instanceof ToldApart) error.message = `copies ${i} and ${i + 1} are not alike: ${error.message}`
    throw error
  }
}

/** Copies that share something cannot be permuted one by one; the group that was declared first may be used. */
function refuseOverlap(
  system: System,
  copies: Symmetry['copies'],
  taken: { readonly processes: ReadonlySet<number>; readonly variables: ReadonlySet<number> },
): void {
  const [processes, variables] = [new Set(taken.processes), new Set(taken.variables)]
  for (const copy of copies) {
    for (const p of copy.processes) {
      if (processes.has(p)) throw new ToldApart(`'${system.processes[p]!.name}' belongs to more than one copy`)
      processes.add(p)
    }
    for (const v of copy.variables) {
      if (variables.has(v)) throw new ToldApart(`'${system.variables[v]!.name}' belongs to more than one copy`)
      variables.add(v)
    }
  }
}
