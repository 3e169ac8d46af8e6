// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/** How many locks a thread nests. */
const depth = 3

/**
 * N threads that each take the same three locks in the same order, take a step with all of them and release in reverse
 * order. Whoever has the first lock is alone, so there is little to reduce except that the threads are alike.
 */
export default model(
  'bench/nested-locks',
  {
    summary: 'N threads alike nest three locks in one order; nobody can deadlock.',
    expect: 'holds',
    params: { N: { min: 1, max: 100, default: 4, what: 'threads' } },
  },
  (m, _variant, { N }) => {
    const locks = Array.from({ length: depth }, (_, i) => m.mutex(`lock${i}`))
    m.copies('job', N, (c) =>
      c.thread('thread', (t) => {
        for (const lock of locks) t.lock(lock)
        t.local('inside')
        for (const lock of locks.toReversed()) t.unlock(lock)
      }),
    )
  },
)
