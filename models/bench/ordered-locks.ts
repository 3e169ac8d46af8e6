// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Dining philosophers who agree on an order: the classic deadlock-free family. Process i takes one local step, locks
 * the lower-numbered of locks i and i+1 (mod N), then the other, releases in reverse order and ends.
 */
export default model(
  'bench/ordered-locks',
  {
    summary: 'N processes each take two of N locks in one global order; nobody can deadlock.',
    expect: 'holds',
    params: { N: { min: 2, max: 100, default: 4, what: 'processes and locks' } },
  },
  (m, _variant, { N }) => {
    const locks = Array.from({ length: N }, (_, i) => m.mutex(`lock${i}`))
    for (let i = 0; i < N; i++) {
      const j = (i + 1) % N
      const [first, second] = [locks[Math.min(i, j)]!, locks[Math.max(i, j)]!]
      m.thread(`P${i}`, (t) => {
        t.local('think')
        t.lock(first)
        t.lock(second)
        t.unlock(second)
        t.unlock(first)
      })
    }
  },
)
