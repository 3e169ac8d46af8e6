// SPDX-License-Identifier: Apache-2.0
import type { Plan, PlannedPath, Statement } from './plan.ts'

/**
 * The model of a plan as TypeScript to go on from by hand. Names of the report get into it as quoted strings, as
 * identifiers made of letters and digits alone, and as comments of one line of printable characters; never as code.
 */
export function writeModel(plan: Plan, id: string, source: string): string {
  const idents = identifiers([...plan.objects.map(({ name }) => name), ...workItems(plan).map(({ name }) => name)])
  const ident = (name: string): string => idents.get(name)!
  const list = (key: string, items: readonly string[]): string =>
    `    ${key}: [\n${items.map((item) => `      ${quoted(item)},\n`).join('')}    ],\n`
  const objects = plan.objects.map(({ kind, name, options }) => {
    const said = Object.entries(options ?? {}).map(([key, value]) => `${key}: ${value}`)
    return `    const ${ident(name)} = m.${kind}(${quoted(name)}${said.length > 0 ? `, { ${said.join(', ')} }` : ''})\n`
  })
  const others = plan.paths.filter(({ role }) => role !== 'workItem')
  return [
    `import { model } from 'fencecheck'\n\n`,
    `export default model(\n  ${quoted(id)},\n  {\n    summary: ${quoted(plan.summary)},\n`,
    list('sources', [source]),
    list('abstracts', plan.abstracts),
    `  },\n  (m) => {\n`,
    ...objects,
    ...[...workItems(plan), ...others].map((path) => pathText(path, ident)),
    `  },\n)\n`,
  ].join('')
}

const workItems = (plan: Plan): readonly PlannedPath[] => plan.paths.filter(({ role }) => role === 'workItem')

function pathText({ role, name, queue, says, steps, line }: PlannedPath, ident: (name: string) => string): string {
  const head =
    role === 'workItem'
      ? `const ${ident(name)} = m.workItem(${ident(queue!)}, ${quoted(name)}`
      : `m.${role}(${quoted(name)}`
  return `\n    // line ${line}: ${comment(says)}\n    ${head}, (t) => {\n${stepsText(steps, ident, '      ')}    })\n`
}

const stepsText = (steps: readonly Statement[], ident: (name: string) => string, indent: string): string =>
  steps
    .map(({ op, on, at, exits }) => {
      const branches =
        exits &&
        `{\n${Object.entries(exits)
          .map(([exit, rest]) => `${indent}  ${exit}: () => {${blockText(rest, ident, `${indent}  `)}},\n`)
          .join('')}${indent}}`
      const args = [...(on === undefined ? [] : [ident(on)]), ...(branches ? [branches] : [])]
      return `${indent}t${at === undefined ? '' : `.at(${quoted(at)})`}.${op}(${args.join(', ')})\n`
    })
    .join('')

const blockText = (steps: readonly Statement[], ident: (name: string) => string, indent: string): string =>
  steps.length === 0 ? '' : `\n${stepsText(steps, ident, `${indent}  `)}${indent}`

/** A string literal, whatever the text is. */
export function quoted(text: string): string {
  const inner = text
    .toWellFormed()
    .replace(/[\\']/g, String.raw`\$&`)
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `'${inner}'`
}

const comment = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?')

/** Words that cannot name a variable, or that the text around uses. */
const reserved = new Set(
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let m model new null package private protected public return static super switch t this throw true try typeof undefined var void while with yield'.split(
    ' ',
  ),
)

/** A variable for each name, of its letters and digits: `wqCompletionEvents`. */
function identifiers(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(reserved)
  return new Map(
    names.map((name) => {
      const words = (name.match(/[A-Za-z0-9]+/g) ?? []).slice(0, 8)
      const joined = words.map((word, i) => (i === 0 ? word.toLowerCase() : capitalised(word))).join('')
      const base = /^[a-z]/.test(joined) ? joined.slice(0, 60) : `x${joined.slice(0, 60)}`
      let ident = base
      for (let i = 2; taken.has(ident); i++) ident = `${base}${i}`
      taken.add(ident)
      return [name, ident] as const
    }),
  )
}

const capitalised = (word: string): string => `${word[0]!.toUpperCase()}${word.slice(1).toLowerCase()}`
