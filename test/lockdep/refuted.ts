// SPDX-License-Identifier: Apache-2.0
import { check } from '#check/check'
import { withInstances } from '#ir/instances'
import type { Kind, Model } from '#ir/model'
import { verifyCertificate, type Certificate } from '#lockdep/certificate'
import { certify } from '#lockdep/certify'
import { kernelRegistry } from '../fixtures/models.ts'

/** What a certificate rules out. */
export const ruledOut: readonly Kind[] = ['deadlock', 'partial-deadlock', 'unsignalled-fence', 'masked']

/** What became of one model. */
export interface Attempt {
  readonly certified: boolean
  /** How many instances of each process were searched to the end without finding anything. */
  readonly searched: number
  /** What is wrong with the certificate, if anything. */
  readonly refutation?: string
}

type Certifier = (model: Model) => { readonly certificate: Certificate } | { readonly refused: string }
const ours: Certifier = (model) => certify(model, kernelRegistry)

/** Tries to show a certificate wrong: by the checker, and by a search with up to so many instances of each process. */
export async function attempt(
  model: Model,
  { upTo, maxStates, by = ours }: { readonly upTo: number; readonly maxStates: number; readonly by?: Certifier },
): Promise<Attempt> {
  const answer = by(model)
  if ('refused' in answer) return { certified: false, searched: 0 }
  const rejected = by === ours ? verifyCertificate(model, kernelRegistry, answer.certificate) : undefined
  if (rejected !== undefined) return { certified: true, searched: 0, refutation: `rejected: ${rejected}` }
  for (let n = 1; n <= upTo; n++) {
    const { violation, statistics } = await check(withInstances(model, n), kernelRegistry, {
      kinds: ruledOut,
      maxStates,
    })
    if (violation !== undefined)
      return { certified: true, searched: n - 1, refutation: `${violation.kind} with ${n} of each` }
    if (!statistics.complete) return { certified: true, searched: n - 1 }
  }
  return { certified: true, searched: upTo }
}
