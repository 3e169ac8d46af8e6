// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { quoted, showPath } from './json-path.ts'
import { limits } from './limits.ts'

/** An object or array on the way down, linked to what it stands in. */
interface Node {
  readonly value: object
  readonly key: string | number | undefined
  readonly parent: Node | undefined
  /** Arrays directly around it, itself included: the nesting of an expression. */
  readonly arrays: number
}

/**
 * Refuses, without recursion, what must not reach code that recurses or copies objects by key: expressions nested too
 * deeply, and keys that mean something to JavaScript's objects. Nothing but expressions nests without end in a model,
 * and they are arrays in arrays; a list of assignments adds three levels around one. `validate` counts exactly.
 * @throws FencecheckError `wrong-format`
 */
export function checkNesting(root: unknown, file: string): void {
  const open: Node[] = []
  const enter = (value: unknown, key: string | number | undefined, parent: Node | undefined): void => {
    if (typeof value !== 'object' || value === null) return
    const arrays = Array.isArray(value) ? (parent?.arrays ?? 0) + 1 : 0
    open.push({ value, key, parent, arrays })
  }
  const refuse = (node: Node, key: string | undefined, message: string, fix: string): FencecheckError => {
    const keys: unknown[] = key === undefined ? [] : [key]
    for (let n: Node | undefined = node; n?.key !== undefined; n = n.parent) keys.unshift(n.key)
    return new FencecheckError('wrong-format', `${showPath(keys)}: ${message}`, { site: { file, line: 0 }, fix })
  }

  enter(root, undefined, undefined)
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { value, arrays } = node
    if (arrays > limits.expressionDepth + 3)
      throw refuse(
        node,
        undefined,
        'an expression is nested too deeply',
        `stay below ${limits.expressionDepth} levels; 'and' and 'or' take any number of operands`,
      )
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) enter(item, i, node)
      continue
    }
    for (const [key, item] of Object.entries(value)) {
      if (reserved.has(key)) throw refuse(node, key, `the key ${quoted(key)} cannot be used`, 'choose another name')
      enter(item, key, node)
    }
  }
}

/** Keys that valibot leaves out silently, since assigning to them may change an object's prototype. */
const reserved = new Set(['__proto__', 'prototype', 'constructor'])
