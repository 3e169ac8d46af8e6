// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/** Steps of its own that a thread takes before the lock, and again after it. */
const localSteps = 4

/**
 * N threads that work on their own, pass through one lock, work on their own again and end. Stubborn sets alone still
 * see every subset of the threads come out of the lock; that the threads are alike is what makes the family small.
 */
export default model(
  'bench/global-lock',
  {
    summary: 'N threads alike work locally, pass one lock and work locally; nobody can deadlock.',
    expect: 'holds',
    params: { N: { min: 1, max: 100, default: 2, what: 'threads' } },
  },
  (m, _variant, { N }) => {
    const lock = m.mutex('lock')
    m.copies('job', N, (c) =>
      c.thread('thread', (t) => {
        for (let k = 0; k < localSteps; k++) t.local('before')
        t.lock(lock)
        t.local('inside')
        t.unlock(lock)
        for (let k = 0; k < localSteps; k++) t.local('after')
      }),
    )
  },
)
