// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import { listed, nearest } from '#base/text'
import type { Primitive } from '#semantics/primitive'

/** Configuration switches of a model, by name, with their settings; the first one is meant unless another is asked for. */
export type Switches<S extends string = string> = Readonly<Record<S, readonly [string, ...string[]]>>
/** One setting of each. */
export type Setting<S extends string = string> = Readonly<Record<S, string>>

/**
 * Switches that the builder itself obeys:
 * - `notifiers`: `off` leaves out every mmu notifier of the model (CONFIG_MMU_NOTIFIER, or no user of one);
 * - `timeouts`: what becomes of the exits of waits that time out: `error` (the model's own branch runs), `success` (as if
 *   the wait had ended well), `never` (they do not fire);
 * - `memory`: `short` lets nobody rely on a new worker of a workqueue being made;
 * - `debugWw`: `on` as CONFIG_DEBUG_WW_MUTEX_SLOWPATH; like every switch called as a field of a primitive and set to
 *   on or off, it is the start value of that field in every object.
 * Any other switch is the model's own, which reads it from the last argument.
 */
const builtIn: Readonly<Record<string, readonly string[]>> = {
  notifiers: ['on', 'off'],
  timeouts: ['error', 'success', 'never'],
  memory: ['ample', 'short'],
  debugWw: ['on', 'off'],
}

/** @throws FencecheckError `unknown-switch` if a switch has no setting, or one that it cannot have. */
export function refuseUnknownSettings(switches: Switches, site: Site | undefined): void {
  for (const [name, settings] of Object.entries(switches)) {
    const wrong = settings.find((setting) => builtIn[name]?.includes(setting) === false)
    if (wrong !== undefined || settings.length === 0)
      throw new FencecheckError('unknown-switch', `switch '${name}' cannot be ${wrong ?? 'without settings'}`, {
        site,
        fix: `it can be ${listed(builtIn[name] ?? ['on', 'off'])}`,
      })
  }
}

/**
 * The setting asked for, the first of each switch where nothing is said.
 * @throws FencecheckError `unknown-switch`.
 */
export function chooseSetting(id: string, switches: Switches, chosen: Setting): Setting {
  for (const [name, setting] of Object.entries(chosen)) {
    const settings = Object.hasOwn(switches, name) ? switches[name]! : undefined
    const known = settings ?? Object.keys(switches)
    if (settings?.includes(setting) === true) continue
    const what = settings === undefined ? `has no switch ${name}` : `has no setting ${name}=${setting}`
    const meant = nearest(settings === undefined ? name : setting, known)
    throw new FencecheckError('unknown-switch', `model '${id}' ${what}`, {
      fix:
        meant !== undefined ? `did you mean ${meant}?` : known.length > 0 ? `it has ${listed(known)}` : 'it has none',
    })
  }
  return Object.fromEntries(Object.entries(switches).map(([name, settings]) => [name, chosen[name] ?? settings[0]]))
}

/** Start values of the shared fields of a primitive that a switch is called after. */
export const startsOf = (setting: Setting, { fields }: Primitive): Record<string, number> =>
  Object.fromEntries(
    Object.entries(setting)
      .filter(
        ([name, value]) => Object.hasOwn(fields, name) && fields[name]!.per === undefined && /^(on|off)$/.test(value),
      )
      .map(([name, value]) => [name, Number(value === 'on')]),
  )

/** Every combination of settings, the first switch varying slowest. */
export const settingsOf = (switches: Switches): readonly Setting[] =>
  Object.entries(switches).reduce<readonly Setting[]>(
    (all, [name, settings]) => all.flatMap((before) => settings.map((setting) => ({ ...before, [name]: setting }))),
    [{}],
  )
