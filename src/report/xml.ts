// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'

/** What an element holds: others, or text. */
export type Content = readonly Element[] | string
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly content: Content
}

/** Names of elements and attributes are ours; values and text may be anybody's. */
export const element = (name: string, attributes: Element['attributes'], content: Content = []): Element => ({
  name,
  attributes,
  content,
})

/** An XML 1.0 document in UTF-8. */
export const xmlDocument = (root: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${xml(root, '')}`

function xml({ name, attributes, content }: Element, indent: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escape(String(value)).replace(/[\t\n\r]/g, ' ')}"`)
    .join('')
  const open = `${indent}<${name}${written}`
  if (content.length === 0) return `${open}/>\n`
  if (typeof content === 'string') return `${open}>${escape(content)}</${name}>\n`
  return `${open}>\n${content.map((child) => xml(child, `${indent}  `)).join('')}${indent}</${name}>\n`
}

/**
 * Text without markup and without the characters that XML 1.0 has no way to write. `::` at the beginning of a line and
 * `##[` are written so that the runner of a CI service that prints the document sees no command.
 */
const escape = (text: string): string =>
  printable(text.toWellFormed())
    .replace(/[\ufffe\uffff]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/^([^\S\n]*):(?=:)/gm, '$1&#58;')
    .replace(/#(?=#\[)/g, '&#35;')
