// SPDX-License-Identifier: Apache-2.0
import { Random } from '#base/random'
import type { ProcessId } from '#system/system'
import { byProcess, type MakeScheduler } from './scheduler.ts'

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: A randomized scheduler with probabilistic
 * guarantees of finding bugs, ASPLOS 2010). Processes get random priorities and the highest one that can move does, but at
 * `depth - 1` random points of a run the process about to move falls below all that had not fallen before. A run of `length`
 * steps of `n` processes hits a bug of that depth (so many ordering constraints between steps) with a probability of at
 * least `1 / (n * length^(depth - 1))`.
 *
 * Which of its own steps a process takes is drawn at random. A process that fails an attempt falls to the bottom: strict
 * priorities would let it retry for ever (cf. Musuvathi, Qadeer: Fair stateless model checking, PLDI 2008).
 *
 * @param length the number of steps of a run, about
 * @param depth at least 1
 */
export const pct =
  (length: number, depth: number): MakeScheduler =>
  (system, seed) => {
    const random = new Random(seed)
    const priorities = shuffled(system.processes.length, random).map((rank) => rank + depth)
    const changes = new Map(Array.from({ length: depth - 1 }, (_, i) => [random.below(length), depth - 1 - i]))
    let bottom = 0
    const highest = (movers: readonly ProcessId[]): ProcessId =>
      movers.reduce((a, b) => (priorities[a]! >= priorities[b]! ? a : b))
    return {
      choose(enabled, step) {
        const moves = byProcess(system, enabled)
        const change = changes.get(step)
        if (change !== undefined) priorities[highest([...moves.keys()])] = change
        const process = highest([...moves.keys()])
        const own = moves.get(process)!
        const chosen = own[random.below(own.length)]!
        if (system.transitions[chosen]!.retry === true) priorities[process] = --bottom
        return chosen
      },
    }
  }

/** The numbers `0 .. count - 1` in random order (Fisher and Yates). */
function shuffled(count: number, random: Random): number[] {
  const list = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
  return list
}
