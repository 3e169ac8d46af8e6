// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

interface Sections {
  /** What the completion worker does, around its signal. */
  readonly worker: (t: KernelPath, need: Needs) => void
  /** What the thread does that the worker needs something of. */
  readonly helper?: (t: KernelPath, need: Needs) => void
}
interface Needs {
  readonly lock: ObjectHandle<'mutex'>
  readonly ready: ObjectHandle<'completion'>
  readonly fence: ObjectHandle<'fence'>
}

async function findingsOf({ worker, helper }: Sections): Promise<readonly string[]> {
  const source = model('t/sections', { summary: 'sections' }, (m) => {
    const needs = {
      lock: m.mutex('lock'),
      ready: m.completion('ready'),
      fence: m.fence('f', { published: true }),
    }
    m.worker('worker', (t) => worker(t, needs))
    if (helper !== undefined) m.thread('helper', (t) => helper(t, needs))
    m.thread('waiter', (t) => t.wait(needs.fence))
    m.thread('bystander', (t) => (t.lock(needs.lock), t.unlock(needs.lock)))
  })
  const { findings } = await check(source.instantiate(), source.registry)
  return findings.filter(({ code }) => code === 'unannotated').map(({ message }) => message)
}
const locks = (t: KernelPath, { lock }: Needs): void => (t.lock(lock), t.unlock(lock))
const signals = (t: KernelPath, { fence }: Needs): void => t.signal(fence)

describe('steps that a signal needs and no section covers', () => {
  test('none where the section covers everything up to the signal, which is one of its own', async () => {
    const worker: Sections['worker'] = (t, need) => {
      t.beginSignalling()
      locks(t, need)
      t.endSignalling()
      signals(t, need)
    }
    expect(await findingsOf({ worker })).toEqual([])
  })

  test('a lock before the section begins', async () => {
    const worker: Sections['worker'] = (t, need) => {
      locks(t, need)
      t.beginSignalling()
      signals(t, need)
      t.endSignalling()
    }
    expect(await findingsOf({ worker })).toEqual([
      "'worker' may wait in mutex_lock() on lock, which the signal of f needs, outside any signalling section",
    ])
  })

  test('what comes after the signal is not needed for it', async () => {
    const worker: Sections['worker'] = (t, need) => {
      t.beginSignalling()
      signals(t, need)
      t.endSignalling()
      locks(t, need)
    }
    expect(await findingsOf({ worker })).toEqual([])
  })

  test('a thread that the worker waits for, other than to unlock', async () => {
    const worker: Sections['worker'] = (t, need) => {
      t.beginSignalling()
      t.waitForCompletion(need.ready)
      signals(t, need)
      t.endSignalling()
    }
    const helper: Sections['helper'] = (t, need) => (locks(t, need), t.complete(need.ready))
    expect(await findingsOf({ worker, helper })).toEqual([
      "'helper' may wait in mutex_lock() on lock, which the signal of f needs, outside any signalling section",
    ])
    const annotated: Sections['helper'] = (t, need) => (t.beginSignalling(), helper(t, need), t.endSignalling())
    expect(await findingsOf({ worker, helper: annotated })).toEqual([])
  })

  test('whoever will wait for the fence is no part of its signal, though it sets it off', async () => {
    const worker: Sections['worker'] = (t, need) => {
      t.waitForCompletion(need.ready)
      t.beginSignalling()
      signals(t, need)
      t.endSignalling()
    }
    const helper: Sections['helper'] = (t, need) => (locks(t, need), t.complete(need.ready), t.wait(need.fence))
    const [told] = await findingsOf({ worker, helper })
    expect(told).toMatch(/^'worker' may wait in wait_for_completion\(\) on ready, /)
  })

  test('nothing is said of a model without sections: there is nothing to complete', async () => {
    expect(await findingsOf({ worker: (t, need) => (locks(t, need), signals(t, need)) })).toEqual([])
  })
})
