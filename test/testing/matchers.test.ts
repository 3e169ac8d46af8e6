// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import '#testing/vitest'
import { check } from '#check/check'
import { writeTrace } from '#trace/codec'

const abba = model(
  't/abba',
  { summary: 'abba', variants: { 'both-orders': { kind: 'deadlock' }, 'one-order': 'holds' } },
  (m, variant) => {
    const [a, b] = [m.mutex('a'), m.mutex('b')]
    m.thread('ab', (t) => (t.lock(a), t.lock(b), t.unlock(b), t.unlock(a)))
    const [first, second] = variant === 'one-order' ? [a, b] : [b, a]
    m.thread('ba', (t) => (t.lock(first), t.lock(second), t.unlock(second), t.unlock(first)))
  },
)
const bad = abba.instantiate('both-orders')
const good = abba.instantiate('one-order')
/** A trylock loop that could be left at any time, and need not be: whether it makes progress is not known. */
const retries = model('t/retries', { summary: 'retries' }, (m) => {
  const a = m.mutex('a')
  for (const name of ['x', 'y'])
    m.thread(name, (t) =>
      t.loop(() =>
        t.trylock(a, {
          got: () => (t.unlock(a), t.end()),
          missed: () => t.either({ again: () => {}, stop: () => t.end() }),
        }),
      ),
    )
  m.thread('busy', (t) => t.loop(() => (t.lock(a), t.unlock(a))))
}).instantiate()

const messageOf = async (failing: Promise<unknown>): Promise<string> => {
  const error = await failing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Error)) throw new Error('it did not fail')
  return error.message
}

describe('what passes', () => {
  test('an instance, or the first variant of a model', async () => {
    await expect(good).toBeDeadlockFree()
    await expect(good).toHold()
    await expect(good).toHold('misuse')
    await expect(good).toBeFullyReached()
    await expect(bad).not.toBeDeadlockFree()
    await expect(abba).toDeadlock()
    await expect(bad).toDeadlock({ kind: 'deadlock', between: ['ab', 'ba', 'a', 'b'] })
    await expect(good).not.toDeadlock()
  })

  test('a trace, as an object or as the text of its file, on the model that it is of', async () => {
    const { violation } = await check(bad, abba.registry)
    await expect(bad).toReplay(violation!.trace)
    await expect(bad).toReplay(writeTrace(violation!.trace))
    await expect(good).not.toReplay(violation!.trace)
  })
})

describe('what fails', () => {
  test('says why in the words of the command', async () => {
    const said = await messageOf(expect(bad).toBeDeadlockFree())
    expect(said).toMatch(/^expected t\/abba both-orders to be free of deadlocks/)
    expect(said).toMatch(/'ab', holding a, waits for mutex b in\s+mutex_lock\(\)/)
    expect(said).toMatch(/lock a/)
  })

  test('a deadlock of another kind, or among others', async () => {
    expect(await messageOf(expect(bad).toDeadlock({ kind: 'unsignalled-fence' }))).toMatch(/to have unsignalled-fence/)
    expect(await messageOf(expect(bad).toDeadlock({ between: ['ab', 'nobody'] }))).toMatch(
      /'?nobody'? not among ab, ba/,
    )
    await messageOf(expect(good).toDeadlock())
    await messageOf(expect(bad).not.toDeadlock())
    await messageOf(expect(bad).toHold())
    await messageOf(expect(bad).toBeFullyReached())
  })

  test('a trace that leads elsewhere', async () => {
    const { violation } = await check(bad, abba.registry)
    expect(await messageOf(expect(good).toReplay(violation!.trace))).toMatch(/possible instead: /)
  })

  test('unknown, either way', async () => {
    const forms = [
      expect(retries).toHold(),
      expect(retries).not.toHold(),
      expect(retries).toBeDeadlockFree(),
      expect(retries).not.toBeDeadlockFree(),
      expect(retries).toDeadlock(),
      expect(retries).not.toDeadlock(),
      expect(retries).toBeFullyReached(),
      expect(retries).not.toBeFullyReached(),
    ]
    for (const form of forms) expect(await messageOf(form)).toMatch(/^the verdict is unknown, which never passes/)
  })

  test('what is no model is refused', async () => {
    for (const subject of [undefined, {}, 'models', () => {}])
      expect(await messageOf(expect(subject).toHold())).toMatch(/what is expected of is no model/)
  })
})

test('a failing test has the page of what was found attached, and a passing one has not', async ({ task }) => {
  await messageOf(expect(bad).toHold())
  await expect(good).toHold()
  await expect(bad).not.toHold()
  expect(task.annotations.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^'ab', holding a, waits for mutex b/),
  ])
  const [{ attachment }] = task.annotations as unknown as [{ attachment: { contentType: string; body: string } }]
  expect(attachment.contentType).toBe('text/html')
  expect(attachment.body).toMatch(/^<!doctype html>[^]*Content-Security-Policy[^]*t\/abba/i)
})
