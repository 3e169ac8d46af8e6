// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'commander'
import { FencecheckError } from '#base/errors'
import { listed, nearest } from '#base/text'
import { kinds, type Kind } from '#ir/model'
import { settingsOf } from '#model/switches'
import type { LoadedModel } from './loaded-model.ts'

/** `NAME=NUMBER`, collected. */
export function parameter(text: string, before: Record<string, number> = {}): Record<string, number> {
  const match = /^([A-Za-z_]\w*)=(-?\d+)$/.exec(text)
  if (match === null) throw new InvalidArgumentError('write it as NAME=NUMBER, for example N=3')
  return { ...before, [match[1]!]: Number(match[2]) }
}

/** `NAME=SETTING`, collected. */
export function setting(text: string, before: Record<string, string> = {}): Record<string, string> {
  const match = /^([A-Za-z_]\w*)=([\w-]+)$/.exec(text)
  if (match === null) throw new InvalidArgumentError('write it as NAME=SETTING, for example notifiers=off')
  return { ...before, [match[1]!]: match[2]! }
}

/** A whole number of at least 1. */
export function positive(text: string): number {
  const n = /^\d+$/.test(text) ? Number(text) : 0
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError('use a whole number of at least 1')
  return n
}

/** `500M`, `2G`, `800000`: bytes, more than none. */
export function bytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)i?B?$/i.exec(text)
  const n = match === null ? 0 : Number(match[1]) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(match[2]!.toUpperCase())
  if (n < 1) throw new InvalidArgumentError('use bytes, or a number with K, M, G or T, for example 2G')
  return Math.round(n)
}

/** `30`, `30s`, `5m`, `1h`: seconds, more than none. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text)
  const n = match === null ? 0 : Number(match[1]) * { s: 1, m: 60, h: 3600 }[(match[2] ?? 's') as 's' | 'm' | 'h']
  if (n === 0) throw new InvalidArgumentError('use seconds, or a number with s, m or h, for example 5m')
  return n
}

/** Kinds of violation, separated by commas. */
export function kindList(text: string): readonly Kind[] {
  return text.split(',').map((name) => {
    const kind = kinds.find((k) => k === name.trim())
    if (kind !== undefined) return kind
    const meant = nearest(name, kinds)
    throw new InvalidArgumentError(meant === undefined ? `the kinds are ${kinds.join(', ')}` : `did you mean ${meant}?`)
  })
}

/**
 * The kinds of violation to look for.
 * @throws FencecheckError `wrong-usage` if none is left: then everything would hold.
 */
export function selectKinds(wanted: readonly Kind[] = kinds, ignored: readonly Kind[] = []): readonly Kind[] {
  const left = wanted.filter((kind) => !ignored.includes(kind))
  if (left.length > 0) return left
  throw new FencecheckError('wrong-usage', '--property and --ignore leave no kind of violation to look for', {
    fix: 'ignore fewer kinds',
  })
}

/** What the command line says about which instances it means. */
export interface InstanceChoice {
  readonly variant?: string
  readonly param?: Readonly<Record<string, number>>
  readonly switch?: Readonly<Record<string, string>>
}

/** One variant of one model with its parameters and settings: what a command works on. */
export interface Instance {
  readonly model: LoadedModel
  readonly variant: string | undefined
  readonly params: Readonly<Record<string, number>>
  readonly switches: Readonly<Record<string, string>>
}

/**
 * The instances that the options select, in every setting that they leave open. A variant, parameter or switch that no
 * model knows is an error; one that only some know selects or concerns those.
 */
export function selectInstances(
  models: readonly LoadedModel[],
  { variant, param = {}, switch: set = {} }: InstanceChoice,
): readonly Instance[] {
  for (const name of Object.keys(param))
    if (!models.some((model) => Object.hasOwn(model.params, name))) {
      const known = [...new Set(models.flatMap((model) => Object.keys(model.params)))]
      throw new FencecheckError('unknown-parameter', `no model has a parameter ${name}`, {
        fix: suggestion(name, known, 'parameter'),
      })
    }
  for (const name of Object.keys(set))
    if (!models.some((model) => Object.hasOwn(model.switches, name))) {
      const known = [...new Set(models.flatMap((model) => Object.keys(model.switches)))]
      throw new FencecheckError('unknown-switch', `no model has a switch ${name}`, {
        fix: suggestion(name, known, 'switch'),
      })
    }
  const selected = models.filter((model) => variant === undefined || model.variants.includes(variant))
  if (selected.length === 0) {
    const known = [...new Set(models.flatMap((model) => model.variants.filter((v) => v !== undefined)))]
    throw new FencecheckError('unknown-variant', `no model has a variant '${variant}'`, {
      fix: suggestion(variant!, known, 'variant'),
    })
  }
  return selected.flatMap((model) => {
    const params = Object.fromEntries(Object.entries(param).filter(([name]) => Object.hasOwn(model.params, name)))
    const wanted = Object.fromEntries(Object.entries(set).filter(([name]) => Object.hasOwn(model.switches, name)))
    const settings = settingsOf({
      ...model.switches,
      ...Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, [value] as const])),
    })
    return (variant === undefined ? model.variants : [variant]).flatMap((v) =>
      settings.map((switches) => ({ model, variant: v, params, switches })),
    )
  })
}

function suggestion(name: string, known: readonly string[], what: string): string {
  const meant = nearest(name, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  if (known.length === 0) return `leave the ${what} out`
  if (known.length <= fewNames) return `there are ${listed(known)}`
  return `there are ${known.length}, such as ${listed(known.slice(0, fewNames))}; fencecheck list shows them all`
}

/** Names that a message lists. */
const fewNames = 12
