// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import { nearest } from '#base/text'

/**
 * Node strips types without looking at them: a misspelt option would be left out, and the verdict be of another model.
 * @throws FencecheckError `wrong-argument` if there is an option that `what` does not know.
 */
export function refuseUnknownOptions(
  what: string,
  options: object,
  known: readonly string[],
  site: Site | undefined,
): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    const meant = nearest(name, known)
    throw new FencecheckError('wrong-argument', `${what} has no option '${name}'`, {
      site,
      fix: meant === undefined ? `its options are ${known.join(', ')}` : `did you mean '${meant}'?`,
    })
  }
}
