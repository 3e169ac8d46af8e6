// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Dining philosophers who go on for ever, and may think for as long as they like. Each locks one fork, then the other,
 * takes a step with both, releases in reverse order and thinks again. The last one begins on the right, so that no ring
 * closes.
 */
export default model(
  'bench/looping-philosophers',
  {
    summary: 'N philosophers eat again and again; one reaches for the right fork first, so nobody can deadlock.',
    abstracts: ['Forks are mutexes; thinking is a rest, not a step.'],
    expect: 'holds',
    params: { N: { min: 2, max: 100, default: 4, what: 'philosophers and forks' } },
  },
  (m, _variant, { N }) => {
    const forks = Array.from({ length: N }, (_, i) => m.mutex(`fork${i}`))
    for (let i = 0; i < N; i++) {
      const [left, right] = [forks[i]!, forks[(i + 1) % N]!]
      const [first, second] = i === N - 1 ? [right, left] : [left, right]
      m.thread(`P${i}`, (t) =>
        t.loop(() => {
          t.idle()
          t.lock(first)
          t.lock(second)
          t.local('eat')
          t.unlock(second)
          t.unlock(first)
        }),
      )
    }
  },
)
