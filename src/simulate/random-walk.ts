// SPDX-License-Identifier: Apache-2.0
import { Random } from '#base/random'
import { byProcess, type MakeScheduler } from './scheduler.ts'

/** A random walk: any process that can move, then any of its steps, each as likely as the others. */
export const randomWalk: MakeScheduler = (system, seed) => {
  const random = new Random(seed)
  const any = <T>(list: readonly T[]): T => list[random.below(list.length)]!
  return { choose: (enabled) => any(any([...byProcess(system, enabled).values()])) }
}
