// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'

/** Text inside a quoted string of Graphviz, where `\` begins an escape and `&` an entity. */
export const escape = (text: string): string =>
  printable(text.toWellFormed())
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(/[\t\n]/g, ' ')

/** Attributes of a node or an edge; those without a value are left out. */
export function attributes(values: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}="${escape(value)}"`],
  )
  return written.length === 0 ? '' : ` [${written.join(', ')}]`
}
