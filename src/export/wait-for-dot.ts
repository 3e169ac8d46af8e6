// SPDX-License-Identifier: Apache-2.0
import type { Explanation } from '#trace/explanation'
import { attributes } from './dot-text.ts'

/**
 * Who waits for whom at the end of a counterexample, in the language of Graphviz: a box a process, an ellipse an object; a
 * process points to what it waits for, labelled with where, and an object to who holds it. The wait cycle is red, also where
 * nobody holds what is waited for: then a dashed edge leads on to who alone could end the wait.
 */
export function toWaitForDot({ table, edges, headline }: Pick<Explanation, 'table' | 'edges' | 'headline'>): string {
  const shown = table.filter(({ status, holds }) => status === 'stuck' || holds.length > 0)
  const cycle = new Set(edges.map(({ process }) => process))
  const processes = new Map(
    [...new Set([...shown.map((row) => row.process), ...cycle, ...edges.flatMap(({ on }) => on)])].map((name, i) => [
      name,
      `p${i}`,
    ]),
  )
  const waited = edges.flatMap(({ objects }) => objects)
  const held = shown.flatMap(({ holds }) => holds.map(({ object }) => object))
  const objects = new Map([...new Set([...waited, ...held])].map((name, i) => [name, `o${i}`]))
  const holdersOf = (object: string): readonly string[] =>
    shown.filter(({ holds }) => holds.some((hold) => hold.object === object)).map(({ process }) => process)
  const red = (is: boolean): string | undefined => (is ? 'red' : undefined)
  const node = (id: string, values: Parameters<typeof attributes>[0]): string => `  ${id}${attributes(values)}`
  const edge = (from: string, to: string, values: Parameters<typeof attributes>[0]): string =>
    `  ${from} -> ${to}${attributes(values)}`
  const lines = [
    'digraph waits {',
    `  graph${attributes({ label: headline, labelloc: 't', fontname: 'monospace' })}`,
    '  node [fontname="monospace"]',
    '  edge [fontname="monospace"]',
    ...[...processes].map(([name, id]) => node(id, { label: name, shape: 'box', color: red(cycle.has(name)) })),
    ...[...objects].map(([name, id]) => node(id, { label: name, shape: 'ellipse', color: red(waited.includes(name)) })),
    ...edges.flatMap(({ process, objects: wanted, on, at, waitsFor }) => {
      const from = processes.get(process)!
      const direct =
        wanted.length === 0 ? on.map((name) => edge(from, processes.get(name)!, { label: waitsFor, color: 'red' })) : []
      const through = wanted.map((object) => edge(from, objects.get(object)!, { label: at, color: 'red' }))
      const onwards = wanted.flatMap((object) =>
        on
          .filter((name) => !holdersOf(object).includes(name))
          .map((name) => edge(objects.get(object)!, processes.get(name)!, { color: 'red', style: 'dashed' })),
      )
      return [...direct, ...through, ...onwards]
    }),
    ...shown.flatMap(({ process, holds }) =>
      holds.map(({ object, mode }) => {
        const closes = edges.some((one) => one.objects.includes(object) && one.on.includes(process))
        return edge(objects.get(object)!, processes.get(process)!, {
          label: mode,
          color: red(closes && cycle.has(process)),
        })
      }),
    ),
    '}',
  ]
  return `${[...new Set(lines)].join('\n')}\n`
}
