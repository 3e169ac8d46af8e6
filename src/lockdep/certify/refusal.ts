// SPDX-License-Identifier: Apache-2.0

/** Why a model gets no certificate, in one sentence. Thrown inside `certify` only. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
