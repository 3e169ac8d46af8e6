// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import type { ObjectHandle } from './handle.ts'

/** @throws FencecheckError `foreign-object` if something belongs to another model than the one being built. */
export function refuseForeign(owner: object, model: object, what: string, site: Site | undefined): void {
  if (owner !== model)
    throw new FencecheckError('foreign-object', `${what} belongs to another model`, {
      site,
      fix: 'declare the object in the function that builds this model',
    })
}

/**
 * What a function of the author writes after an `await` would be lost without a word.
 * @throws FencecheckError `wrong-control-flow` if it has returned a promise.
 */
export function refusePromise(returned: unknown, what: string, site: Site | undefined): void {
  if (typeof returned === 'object' && returned !== null && 'then' in returned)
    throw new FencecheckError('wrong-control-flow', `the function of ${what} is async`, {
      site,
      fix: 'remove async and await: whatever it writes after the first await would be missing',
    })
}

/** The name of an object of this model. */
export function ownName(object: ObjectHandle, model: object, site: Site | undefined): string {
  refuseForeign(object.model, model, `'${object.name}'`, site)
  return object.name
}
