// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot'
import { FencecheckError } from '#base/errors'
import { printable } from '#base/text'
import type { Certificate } from './certificate.ts'

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const schema = v.strictObject({
  schema: v.literal('fencecheck-certificate/1'),
  model: v.string(),
  classes: v.array(v.strictObject({ name: v.string(), rank: whole })),
  signallers: v.array(v.strictObject({ event: v.string(), process: v.string() })),
  processes: v.array(v.strictObject({ name: v.string(), states: whole, waiting: whole })),
})

/**
 * A certificate from the text of its file. Whether it is one for some model is for `verifyCertificate` to say.
 * @throws FencecheckError `not-json`, `wrong-format`.
 */
export function readCertificate(text: string, file: string): Certificate {
  const site = { file, line: 0 }
  const fix = 'write it again: fencecheck lockdep model.ts --certificate file.json'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const why = printable((error as Error).message).slice(0, 200)
    throw new FencecheckError('not-json', `this is no certificate: ${why}`, { site, fix })
  }
  const read = v.safeParse(schema, value, { abortEarly: true })
  if (read.success) return read.output
  const [issue] = read.issues
  const where = printable(v.getDotPath(issue) ?? 'the certificate')
  throw new FencecheckError('wrong-format', `${where}: ${printable(issue.message).slice(0, 200)}`, { site, fix })
}
