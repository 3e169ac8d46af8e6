// SPDX-License-Identifier: Apache-2.0
import { compareText, precedence } from './precedence.ts'
import type { Evidence, Violation } from './property.ts'
import { Shown } from './shown.ts'

/**
 * A fence that was published and that no continuation signals, whether or not anybody waits for it. What is lost shows in
 * the terminal components, whose states agree on it: the fewest fences that are lost in one of them are told, then by
 * their names, in the nearest state in which just these are, so that the choice does not depend on the search.
 */
export function unsignalledFence<S>(evidence: Evidence<S>): Violation | undefined {
  const { machine, graph } = evidence
  const future = evidence.future('on')
  const found = new Shown<Loss>(graph)
  const rank = precedence(evidence.said.system)
  for (const state of evidence.soundStates()) {
    const lost = future.unpaid(state)
    if (lost.length === 0) continue
    const objects = lost.map((d) => machine.system.debts[d]!.object)
    const text = rank([], objects)
    found.add('', text, { objects, text, state }, future.end(state) >= 0)
  }
  const best = found.first(comesBefore)[0]?.[1]
  if (best === undefined) return undefined
  return {
    kind: 'unsignalled-fence',
    shape: 'none',
    processes: [],
    objects: best.objects,
    stuck: future.stuck(best.state),
    path: graph.path(best.state),
    escapes: 'on',
  }
}

/** Fences that are lost together. */
interface Loss {
  readonly objects: readonly string[]
  readonly text: string
  readonly state: number
}

const comesBefore = (a: Loss, b: Loss): boolean =>
  (a.objects.length - b.objects.length || compareText(a.text, b.text)) < 0
