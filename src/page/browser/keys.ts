// SPDX-License-Identifier: Apache-2.0

export type Action = 'next' | 'previous' | 'start' | 'end' | 'return' | 'search' | 'nextVerdict' | 'previousVerdict'

const actions: ReadonlyMap<string, Action> = new Map([
  ['j', 'next'],
  ['ArrowDown', 'next'],
  ['ArrowRight', 'next'],
  ['k', 'previous'],
  ['ArrowUp', 'previous'],
  ['ArrowLeft', 'previous'],
  ['Home', 'start'],
  ['End', 'end'],
  ['r', 'return'],
  ['/', 'search'],
  [']', 'nextVerdict'],
  ['[', 'previousVerdict'],
])

/** What a key asks for; nothing while somebody types, or together with keys that belong to the browser. */
export function actionOf(event: KeyboardEvent): Action | undefined {
  const { key, target, ctrlKey, metaKey, altKey } = event
  const isTyping = target instanceof HTMLInputElement && target.type !== 'range'
  return ctrlKey || metaKey || altKey || isTyping ? undefined : actions.get(key)
}
