// SPDX-License-Identifier: Apache-2.0
import type { Model } from '#ir/model'
import type { Kind, Shape } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import type { Primitive } from '#semantics/primitive'
import { Registry } from '#semantics/registry'
import type { System } from '#system/system'
import {
  enabledAfter,
  instanceOver,
  verdictOf,
  verdictOfSystem,
  type Kernel,
  type M,
  type Verdict,
} from '../../fixtures/models.ts'

/**
 * One fact of the kernel's semantics as data: a small model, and either the verdict on it or exactly what is enabled
 * after a schedule. The per-primitive tests demand every fact of the primitives as they are; the planted tests demand
 * that a wrong primitive breaks one.
 */
export type Fact = VerdictFact | EnabledFact

export interface VerdictFact {
  readonly name: string
  readonly build: (m: M) => void
  /** Compared as far as given; processes and objects exactly. */
  readonly expected: Expected
}

export interface EnabledFact {
  readonly name: string
  readonly build: (m: M) => void
  /** Transitions as `process: label`, from the initial state. */
  readonly after: readonly string[]
  /** Everything that is enabled then, or what of it is about `enabledOf`. */
  readonly enabled: readonly string[]
  readonly enabledOf?: readonly string[]
}

export interface Expected {
  readonly verdict: 'holds' | 'violated' | 'unknown'
  readonly kind?: Kind
  readonly code?: string
  readonly shape?: Shape
  readonly processes?: readonly string[]
  readonly objects?: readonly string[]
  /** Codes of findings that must be there. */
  readonly findings?: readonly string[]
  /** Codes of findings that must not be there. */
  readonly without?: readonly string[]
}

export const holds: Expected = { verdict: 'holds' }
export const unknown = (...findings: string[]): Expected => ({ verdict: 'unknown', findings })
/** That process can never come to rest again, trying for that object. */
export const livelock = (process: string, object: string): Expected => ({
  verdict: 'violated',
  kind: 'livelock',
  processes: [process],
  objects: [object],
})
/** That process can try for that object in vain for ever, in a fair run. */
export const starved = (process: string, object: string): Expected => ({
  ...livelock(process, object),
  kind: 'no-forward-progress',
})
export const misuse = (code: string, process?: string, object?: string): Expected => ({
  verdict: 'violated',
  kind: 'misuse',
  code,
  ...(process !== undefined && { processes: [process] }),
  ...(object !== undefined && { objects: object === '' ? [] : [object] }),
})
/** A hazard of memory, found when that process performs an operation on that object. */
export const hazard = (
  kind: 'use-after-free' | 'stale-data' | 'dropped-dependency',
  code: string,
  process: string,
  object: string,
): Expected => ({ verdict: 'violated', kind, code, processes: [process], objects: [object] })
export const stuck = (
  kind: 'deadlock' | 'partial-deadlock' | 'unsignalled-fence' | 'masked',
  shape: Shape,
  processes: readonly string[],
  objects: readonly string[],
): Expected => ({ verdict: 'violated', kind, shape, processes, objects })
export const deadlock = (shape: Shape, processes: readonly string[], objects: readonly string[]): Expected =>
  stuck('deadlock', shape, processes, objects)

/** What a planted mistake changes. Nothing, for the primitives as they are. */
export interface Planted {
  readonly primitives?: Readonly<Record<string, Primitive>>
  /** A mistake in lowering: changes the system that was made. */
  readonly system?: (system: System) => System
}

/** The model of a fact, over the primitives that are given. */
export const modelOf = (fact: Fact, primitives: Readonly<Record<string, Primitive>>): Model =>
  instanceOver(primitives as Kernel, fact.build)

/** What contradicts the fact; undefined if it is one. */
export async function contradiction(
  fact: Fact,
  primitives: Kernel,
  planted: Planted = {},
): Promise<string | undefined> {
  const changed = { ...primitives, ...planted.primitives }
  const model = modelOf(fact, changed)
  const registry = new Registry<Record<string, Primitive>>(changed)
  const system = (): System => (planted.system ?? ((s: System) => s))(lower(model, registry))
  if ('after' in fact) return differs(enabledAfter(system(), fact.after), fact)
  const { kind } = fact.expected
  // Who polls what nobody signals is also somebody's unsignalled fence, which would come first.
  const only = kind === 'livelock' || kind === 'no-forward-progress' ? { kinds: [kind] } : {}
  const got = planted.system === undefined ? await verdictOf(model, registry, only) : verdictOfSystem(system())
  return departs(got, fact.expected)
}

function differs(enabled: readonly string[] | string, fact: EnabledFact): string | undefined {
  if (typeof enabled === 'string') return enabled
  const { enabledOf } = fact
  const shown = enabled.filter((name) => enabledOf === undefined || enabledOf.includes(name.split(':')[0]!))
  const wanted = fact.enabled.toSorted()
  return JSON.stringify(shown) === JSON.stringify(wanted)
    ? undefined
    : `enabled are [${shown.join(', ')}], expected [${wanted.join(', ')}]`
}

function departs(got: Verdict, { findings = [], without = [], ...wanted }: Expected): string | undefined {
  for (const [key, value] of Object.entries(wanted)) {
    const sorted = Array.isArray(value) ? value.toSorted() : value
    const is = got[key as keyof Verdict]
    if (JSON.stringify(is) !== JSON.stringify(sorted))
      return `${key} is ${JSON.stringify(is)}, expected ${JSON.stringify(sorted)} (${JSON.stringify(got)})`
  }
  const missing = findings.filter((code) => !got.findings.includes(code))
  if (missing.length > 0) return `findings ${missing.join(', ')} are missing (${got.findings.join(', ')})`
  const extra = without.filter((code) => got.findings.includes(code))
  return extra.length > 0 ? `findings ${extra.join(', ')} should not be there` : undefined
}
