// SPDX-License-Identifier: Apache-2.0
import type { ModelExpr } from '#ir/expression'

/** An expression of a model in the notation of C. */
export function showExpr(e: ModelExpr): string {
  if (typeof e === 'number' || typeof e === 'string') return String(e)
  if ('holds' in e) return `holds(${e.holds})`
  if ('field' in e) return `${e.of}.${e.field}`
  if ('process' in e) return `${e.process}@${e.in.join('|')}`
  const [op, ...operands] = e as readonly [string, ...ModelExpr[]]
  const parts = operands.map(showExpr)
  const [a, b, c] = parts
  if (op === 'at') return `${a}[${b}]`
  if (op === 'if') return `(${a} ? ${b} : ${c})`
  if (op === '!' || op === '~') return `${op}${a}`
  if (op === 'neg') return `-${a}`
  const sign = op === 'and' ? '&&' : op === 'or' ? '||' : op
  return parts.length === 0 ? (op === 'and' ? '1' : '0') : `(${parts.join(` ${sign} `)})`
}
