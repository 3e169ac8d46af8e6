// SPDX-License-Identifier: Apache-2.0
import type { ModelSource } from 'fencecheck'
import { check } from '#check/check'
import type { Result } from '#check/result'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import type { Setting } from '#model/switches'
import { lower } from '#semantics/lower/lower'

// What the tests of the catalogue ask of a variant of a scenario, in a setting of its switches.

const resultOf = (source: ModelSource, variant: string, switches: Setting = {}): Promise<Result> =>
  check(source.instantiate(variant, {}, switches), source.registry)

/** Every reachable state and every transition between them, without any reduction. */
export function size(
  source: ModelSource,
  variant: string,
  switches: Setting = {},
): { readonly states: number; readonly transitions: number } {
  const machine = new Interpreter(lower(source.instantiate(variant, {}, switches), source.registry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  search.advance(Infinity)
  return { states: search.graph.states, transitions: search.graph.edges }
}

/** `holds`, or the kind and shape of the violation and who is in it. */
export async function verdict(source: ModelSource, variant: string, switches?: Setting): Promise<string> {
  const { verdict: outcome, violation } = await resultOf(source, variant, switches)
  if (violation === undefined) return outcome
  const { kind, shape, code, processes } = violation
  return `${[kind, shape ?? code].join(' ')}: ${processes.toSorted().join(', ')}`
}

/** The step after which a process of the counterexample is stuck, with the hooked bodies that it runs inside. */
export async function stuckAfter(
  source: ModelSource,
  variant: string,
  process: string,
  switches?: Setting,
): Promise<string> {
  const { violation } = await resultOf(source, variant, switches)
  const { step, inside = [] } = violation!.trace.steps.findLast((s) => s.process === process)!
  return [...inside, step].join(' > ')
}

/** The kind and shape of the violation, and of each stuck process what it holds and where it is blocked. */
export async function reason(source: ModelSource, variant: string, switches?: Setting): Promise<readonly string[]> {
  const { verdict: outcome, violation } = await resultOf(source, variant, switches)
  if (violation === undefined) return [outcome]
  const stuck = violation.explanation.table.filter((row) => row.status === 'stuck')
  return [
    `${violation.kind} ${violation.shape}`,
    ...stuck
      .map(
        ({ process, holds, blockedAt }) => `${process} [${holds.map((h) => h.object).join(' ')}] ${blockedAt ?? '?'}`,
      )
      .sort(),
  ]
}
