// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import { nearest } from '#base/text'
import { kinds, lockdepModes, shapes, type Expectation, type Kind } from '#ir/model'
import type { Setting } from './switches.ts'

/** What a verdict is expected to be: `'holds'`, a kind of violation, or all that is known of it. */
export type Expected =
  | 'holds'
  | 'unknown'
  | Kind
  | (Omit<Expectation, 'verdict' | 'kind'> & { readonly kind: Kind })
  | (Pick<Expectation, 'lockdep'> & { readonly kind: 'holds' })
/** Where it depends on a switch: by setting, `{ when: { 'notifiers=on': 'deadlock', 'notifiers=off': 'holds' } }`. */
export type ExpectedWhen = Expected | { readonly when: Readonly<Record<string, Expected>> }

/**
 * The expectation of an instance in its setting.
 * @throws FencecheckError `wrong-expectation` if it is mistyped, or says nothing of this setting.
 */
export const expectationIn = (expected: ExpectedWhen, setting: Setting, site: Site | undefined): Expectation =>
  expectation(inSetting(expected, setting, site), site)

/** What is expected in a setting: of the first entry that says nothing else. */
function inSetting(expected: ExpectedWhen, setting: Setting, site: Site | undefined): Expected {
  if (typeof expected === 'string' || !('when' in expected)) return expected
  const settings = Object.entries(setting).map(([name, value]) => `${name}=${value}`)
  const fits = (key: string): boolean => key.split(',').every((part) => settings.includes(part.trim()))
  const found = Object.entries(expected.when).find(([key]) => fits(key))
  if (found !== undefined) return found[1]
  const several = settings.length > 1 ? `, several of them like '${settings.slice(0, 2).join(', ')}'` : ''
  throw new FencecheckError(
    'wrong-expectation',
    `nothing is expected for ${settings.join(', ') || 'a model without switches'}`,
    {
      site,
      fix: `the keys of 'when' are settings like '${settings[0] ?? 'notifiers=off'}'${several}, and every setting needs one`,
    },
  )
}

function expectation(expected: Expected, site: Site | undefined): Expectation {
  const wrong = (what: string, name: string, known: readonly string[]): FencecheckError => {
    const meant = nearest(name, known)
    const fix = meant === undefined ? `use ${known.join(', ')}` : `did you mean '${meant}'?`
    return new FencecheckError('wrong-expectation', `'${name}' is not ${what}`, { site, fix })
  }
  if (expected === 'holds' || expected === 'unknown') return { verdict: expected }
  const { kind, ...rest } = typeof expected === 'string' ? { kind: expected } : expected
  if (kind !== 'holds' && !kinds.includes(kind)) throw wrong('a verdict', String(kind), ['holds', 'unknown', ...kinds])
  const keys = kind === 'holds' ? ['lockdep'] : ['code', 'shape', 'processes', 'objects', 'lockdep']
  for (const key of Object.keys(rest)) if (!keys.includes(key)) throw wrong('part of an expectation', key, keys)
  const { lockdep = {} } = rest as Pick<Expectation, 'lockdep'>
  for (const [mode, says] of Object.entries(lockdep)) {
    if (!lockdepModes.some((m) => m === mode)) throw wrong('a mode of lockdep', mode, lockdepModes)
    if (!['reports', 'silent'].includes(says)) throw wrong('what lockdep does', String(says), ['reports', 'silent'])
  }
  if (kind === 'holds') return { verdict: 'holds', ...rest }
  const { shape } = rest as { shape?: string }
  if (shape !== undefined && !shapes.some((s) => s === shape)) throw wrong('a shape', shape, shapes)
  return { verdict: 'violated', kind, ...rest }
}
