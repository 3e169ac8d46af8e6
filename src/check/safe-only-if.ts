// SPDX-License-Identifier: Apache-2.0
import type { Result } from './result.ts'

/** What the checked settings of one variant of a model say together. */
export interface Configuration {
  readonly id: string
  readonly variant: string | undefined
  readonly params: Readonly<Record<string, number>>
  /** By switch, the settings that passing results have, where some checked setting never passes: `notifiers=off`. */
  readonly safeOnlyIf: readonly string[]
}

/**
 * Variants that hold in some settings of their switches and not in others: their safety depends on the configuration,
 * which is worth more than either verdict (kernel-wide rules must not depend on one machine's configuration).
 */
export function configurations(results: readonly Result[]): readonly Configuration[] {
  const groups = new Map<string, Result[]>()
  for (const result of results) {
    const key = JSON.stringify([result.id, result.variant, result.params])
    groups.set(key, [...(groups.get(key) ?? []), result])
  }
  return [...groups.values()].flatMap((group): Configuration[] => {
    const safeOnlyIf = deciding(group)
    const { id, variant, params } = group[0]!
    return safeOnlyIf.length === 0 ? [] : [{ id, variant, params, safeOnlyIf }]
  })
}

function deciding(group: readonly Result[]): readonly string[] {
  const holding = group.filter(({ verdict }) => verdict === 'holds')
  if (holding.length === 0 || holding.length === group.length) return []
  const names = Object.keys(group[0]!.switches)
  const single = names.flatMap((name) => {
    const settings = (results: readonly Result[]): readonly string[] => [
      ...new Set(results.map(({ switches }) => switches[name]!)),
    ]
    const safe = settings(holding)
    return safe.length < settings(group).length ? [safe.map((setting) => `${name}=${setting}`).join(' or ')] : []
  })
  if (single.length > 0) return single
  // No switch decides alone: the combinations that pass.
  return [holding.map(({ switches }) => names.map((name) => `${name}=${switches[name]}`).join(' with ')).join(' or ')]
}
