// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { jsonText } from '#base/json-text'
import type { Result } from '#check/result'
import { verifyCertificate } from '#lockdep/certificate'
import { readCertificate } from '#lockdep/certificate-codec'
import type { Instance } from './arguments.ts'
import { readText } from './read-text.ts'
import { writeWhole } from './write-whole.ts'

/**
 * Writes the certificate of the one instance that was looked at.
 * @throws FencecheckError `wrong-usage`, `not-exportable` if there is none, `file-unwritable`.
 */
export function writeCertificate(results: readonly Result[], path: string): void {
  const { lockdep } = theOnly(results, '--certificate')
  if (lockdep?.certificate === undefined)
    throw new FencecheckError('not-exportable', `there is no certificate: ${lockdep?.refused ?? 'nothing was shown'}`, {
      fix: 'docs/theory.md, section 10, says what has to be so',
    })
  writeWhole(path, `${jsonText(lockdep.certificate)}\n`)
}

/**
 * Why the certificate in a file proves nothing for the instance; undefined if it does.
 * @throws FencecheckError `wrong-usage`, or what is wrong with the file or the model.
 */
export function verifyFile(instances: readonly Instance[], path: string): string | undefined {
  const { model, variant, params, switches } = theOnly(instances, '--verify')
  const certificate = readCertificate(readText(path), path)
  return verifyCertificate(model.instantiate(variant, params, switches), model.registry, certificate)
}

function theOnly<T>(all: readonly T[], option: string): T {
  const [one, second] = all
  if (one !== undefined && second === undefined) return one
  throw new FencecheckError('wrong-usage', `there are ${all.length} instances, and ${option} is about one`, {
    fix: 'choose one with --variant, --param and --switch',
  })
}
