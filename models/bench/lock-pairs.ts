// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * N pairs of threads that have nothing to do with each other. The two threads of a pair take its two locks in the same
 * order, take a step with both, release in reverse order and end. The states of the whole are the product of the pairs;
 * a reduction that works needs about their sum.
 */
export default model(
  'bench/lock-pairs',
  {
    summary: 'N independent pairs of threads each share two locks, taken in order; nobody can deadlock.',
    expect: 'holds',
    params: { N: { min: 1, max: 100, default: 2, what: 'pairs' } },
  },
  (m, _variant, { N }) =>
    m.copies('pair', N, (c) => {
      const [a, b] = [c.mutex('a'), c.mutex('b')]
      for (const name of ['left', 'right'])
        c.thread(name, (t) => {
          t.lock(a)
          t.lock(b)
          t.local('work')
          t.unlock(b)
          t.unlock(a)
        })
    }),
)
