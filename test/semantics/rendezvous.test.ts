// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { parseModel } from '#ir/json'
import { reductions } from '#check/options'
import { kernelRegistry, verdictOf } from '../fixtures/models.ts'

/** A sender and a receiver that stands before its half, or elsewhere for ever; each half with what it assigns to `x`. */
const model = (receiverAt: 'here' | 'far', half: { readonly send?: object; readonly receive?: object }) =>
  parseModel(
    JSON.stringify({
      schema: 'fencecheck-model/1',
      id: 'test/rendezvous',
      variables: [{ name: 'x', min: 0, max: 1, init: 0 }],
      bodies: [
        {
          name: 's',
          initial: 'a',
          locations: [
            { name: 'a', rest: true },
            { name: 'b', rest: true },
          ],
          steps: [{ at: 'a', to: 'b', sync: { channel: 'c', role: 'send' }, ...half.send }],
        },
        {
          name: 'r',
          initial: receiverAt,
          locations: ['far', 'here', 'done'].map((name) => ({ name, rest: true })),
          steps: [{ at: 'here', to: 'done', sync: { channel: 'c', role: 'receive' }, ...half.receive }],
        },
      ],
      processes: [
        { name: 'S', body: 's' },
        { name: 'R', body: 'r' },
      ],
    }),
    'rendezvous.json',
  )

const beyond = { set: [['x', 2]] }
const undefinedGuard = { when: ['==', ['/', 1, 'x'], 1] }

describe.each(reductions)('a fault of a rendezvous (%s)', (reduction) => {
  const told = (...of: Parameters<typeof model>) => verdictOf(model(...of), kernelRegistry, { reduction })

  test.each([
    ['what the sender assigns', { send: beyond }, 'out-of-range'],
    ['what the receiver assigns', { receive: beyond }, 'out-of-range'],
    ['the guard of the sender', { send: undefinedGuard }, 'undefined-value'],
    ['the guard of the receiver', { receive: undefinedGuard }, 'undefined-value'],
  ])('by %s is reported where both could take it', async (_, half, code) => {
    expect(await told('here', half)).toMatchObject({ verdict: 'violated', kind: 'range', code, processes: ['S'] })
    expect((await told('far', half)).verdict).toBe('holds')
  })
})
