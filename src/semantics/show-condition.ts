// SPDX-License-Identifier: Apache-2.0
import type { PExpr, PSet, Ref } from './primitive.ts'

type Applied = Extract<PExpr, readonly unknown[]>
const isApplied = (e: PExpr): e is Applied => Array.isArray(e)

/** A condition or value of a primitive as text: `!locked && my held`, `some process q: q's reads > 0`. */
export function showCondition(e: PExpr): string {
  if (typeof e === 'number') return String(e)
  if (isApplied(e)) return showApplication(e)
  if ('field' in e) return showRef(e)
  if ('param' in e) return e.param
  if ('has' in e) return `there is a ${e.has}`
  if ('unlocked' in e) return 'no object is held'
  const domain = e.of === undefined ? e.in : `${e.in} of the ${e.of}`
  if ('some' in e) return `(some ${domain} ${e.some}: ${showCondition(e.that)})`
  if ('every' in e) return `(every ${domain} ${e.every}: ${showCondition(e.that)})`
  return `(number of ${domain} ${e.count} with ${showCondition(e.that)})`
}

function showApplication(e: Applied): string {
  const [op, ...operands] = e
  const parts = operands.map(showCondition)
  const [a, b, c] = parts
  if (op === 'if') return `(${a} ? ${b} : ${c})`
  if (op === '<' && operands[0] === 0) return `${b} > 0`
  if (op === '!' || op === '~') return `!${a}`
  if (op === 'neg') return `-${a}`
  if (parts.length === 0) return op === 'and' ? 'always' : 'never'
  if (parts.length === 1) return parts[0]!
  return `(${parts.join(` ${op === 'and' ? '&&' : op === 'or' ? '||' : op} `)})`
}

/** Simultaneous effects as text: `locked := 1, my held := 1`. */
export const showEffects = (sets: readonly PSet[]): string =>
  sets
    .map((s) =>
      'each' in s
        ? `for every ${s.in}${s.of === undefined ? '' : ` of the ${s.of}`} ${s.each}: ${showEffects(s.do)}`
        : `${showRef(s.set)} := ${trim(showCondition(s.to))}`,
    )
    .join(', ')

/** Without the outermost parentheses. */
export const trim = (text: string): string => {
  if (!text.startsWith('(') || !text.endsWith(')')) return text
  let depth = 0
  for (let i = 0; i < text.length - 1; i++) {
    if (text[i] === '(') depth++
    if (text[i] === ')' && --depth === 0) return text
  }
  return text.slice(1, -1)
}

function showRef({ field, of, at = [] }: Ref): string {
  const name = of === undefined ? field : `${of}.${field}`
  const whose = at.map((who) => (who === 'me' ? 'my' : who === 'this' ? "this one's" : `${who}'s`))
  return [...whose, name].join(' ')
}
