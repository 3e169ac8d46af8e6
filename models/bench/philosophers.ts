// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Dining philosophers who eat once. Each locks the fork on one side, then the one on the other, takes a step with both,
 * releases in reverse order and ends. `left-handed`: all begin on the left, and can deadlock in a ring. `one-reversed`:
 * the last one begins on the right, which breaks the ring.
 */
export default model(
  'bench/philosophers',
  {
    summary: 'N philosophers eat once; if all reach for the left fork first they can deadlock.',
    abstracts: ['Forks are mutexes; thinking before the first fork is no step of its own.'],
    variants: {
      'left-handed': { kind: 'deadlock', shape: 'cycle' },
      'one-reversed': 'holds',
    },
    params: { N: { min: 2, max: 100, default: 4, what: 'philosophers and forks' } },
  },
  (m, variant, { N }) => {
    const forks = Array.from({ length: N }, (_, i) => m.mutex(`fork${i}`))
    for (let i = 0; i < N; i++) {
      const [left, right] = [forks[i]!, forks[(i + 1) % N]!]
      const reversed = variant === 'one-reversed' && i === N - 1
      const [first, second] = reversed ? [right, left] : [left, right]
      m.thread(`P${i}`, (t) => {
        t.lock(first)
        t.lock(second)
        t.local('eat')
        t.unlock(second)
        t.unlock(first)
      })
    }
  },
)
