// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * N workers each pass through one shared lock and then signal a fence of their own; one waiter waits for all of the
 * fences, in turn, while it holds a lock that no worker needs. Local steps surround the lock, as the work of a job
 * would. The fences are published from the start.
 */
export default model(
  'bench/fence-workers',
  {
    summary: 'N workers pass one lock and signal a fence each; a waiter holds a lock that none of them needs.',
    abstracts: ['The waiter knows every fence from the start; nothing is published while it waits.'],
    expect: 'holds',
    params: { N: { min: 1, max: 100, default: 3, what: 'workers' } },
  },
  (m, _variant, { N }) => {
    const shared = m.mutex('shared')
    const fences = Array.from({ length: N }, (_, i) => m.fence(`fence${i}`, { published: true }))
    for (const [i, fence] of fences.entries())
      m.thread(`worker${i}`, (t) => {
        t.local('prepare')
        t.lock(shared)
        t.local('work')
        t.unlock(shared)
        t.local('finish')
        t.signal(fence)
      })
    const held = m.mutex('held')
    m.thread('waiter', (t) => {
      t.lock(held)
      for (const fence of fences) t.wait(fence)
      t.unlock(held)
    })
  },
)
