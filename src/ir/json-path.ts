// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'

/** Text from a file on one line of a message: control characters and line breaks gone, cut to `length` characters. */
export function oneLine(text: string, length = 60): string {
  const short = text.length > length ? `${text.slice(0, length).toWellFormed()}...` : text.toWellFormed()
  return printable(short).replace(/[\n\t]+/g, ' ')
}

/** The same in single quotes. */
export const quoted = (text: string): string => `'${oneLine(text)}'`

/** Where a value stands: `bodies[2].steps[0].call.op`. Keys that are no plain words are quoted; `model` is the root. */
export function showPath(keys: readonly unknown[]): string {
  const parts = keys.map((key, i) => {
    if (typeof key === 'number') return `[${key}]`
    const word = String(key)
    if (!/^[A-Za-z_$][\w$]{0,60}$/.test(word)) return `[${quoted(word)}]`
    return i === 0 ? word : `.${word}`
  })
  return parts.length === 0 ? 'model' : shortened(parts).join('')
}

/** A path deep inside an expression says where the expression is and where its end is. */
const shortened = (parts: readonly string[]): readonly string[] =>
  parts.length <= 24 ? parts : [...parts.slice(0, 12), '[...]', ...parts.slice(-6)]
