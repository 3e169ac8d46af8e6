// SPDX-License-Identifier: Apache-2.0
import { model, type KernelBuilder } from 'fencecheck'
import { check } from '#check/check'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import { lower } from '#semantics/lower/lower'

// What a small model over the building blocks comes to.

const source = (write: (m: KernelBuilder) => void) =>
  model('test/kernel', { summary: 'A model of a test of a building block.' }, write)

/** `holds`, or the kind and shape of the violation, who is in it and over what; then whatever was never seen. */
export async function told(write: (m: KernelBuilder) => void): Promise<string> {
  const { instantiate, registry } = source(write)
  const { verdict, violation, findings, statistics } = await check(instantiate(), registry)
  const seen = findings.map(({ code, message }) => ` [${code}: ${message}]`).join('')
  if (!statistics.complete) return `incomplete${seen}`
  if (violation === undefined) return `${verdict}${seen}`
  const { kind, shape, code, processes, objects } = violation
  return `${[kind, shape ?? code].join(' ')}: ${processes.toSorted().join(', ')}: ${objects.toSorted().join(', ')}${seen}`
}

/** How many states there are without any reduction. */
export function states(write: (m: KernelBuilder) => void): number {
  const { instantiate, registry } = source(write)
  const search = explore({ machine: new Interpreter(lower(instantiate(), registry)), frontier: new BreadthFirst() })
  search.advance(Infinity)
  return search.graph.states
}
