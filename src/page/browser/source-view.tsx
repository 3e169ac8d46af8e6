// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks'

interface Properties {
  readonly text: string
  readonly file: string
  /** The line of the step, from 1. */
  readonly line: number | undefined
  /** Lines at which processes stand, with their letters. */
  readonly stands: ReadonlyMap<number, string>
}

/** More lines than these on either side of the current one are not shown. */
const around = 400

/** The text of the model with the line of the step. */
export function SourceView({ text, file, line, stands }: Properties): JSX.Element {
  const box = useRef<HTMLPreElement>(null)
  const lines = useMemo(() => text.split('\n'), [text])
  const middle = line ?? [...stands.keys()][0] ?? 1
  const first = Math.max(1, middle - around)
  const shown = lines.slice(first - 1, middle + around)
  useLayoutEffect(() => {
    const marked = box.current?.querySelector<HTMLElement>('.current-line, .stands')
    const element = box.current
    if (element === null || marked === null || marked === undefined) return
    const y = marked.offsetTop - element.offsetTop
    const isSeen = y > element.scrollTop + 30 && y < element.scrollTop + element.clientHeight - 60
    if (!isSeen) element.scrollTop = y - element.clientHeight / 2.5
  }, [line, text, stands])
  return (
    <pre class="source" ref={box} tabIndex={0} role="region" aria-label={`Source of the model, ${file}`}>
      {shown.map((content, i) => {
        const number = first + i
        const who = stands.get(number)
        const style = number === line ? 'current-line' : who === undefined ? '' : 'stands'
        return (
          <div key={number} class={`line ${style}`} aria-current={number === line ? 'step' : undefined}>
            <span class="line-number">{number}</span>
            <span class="line-who">{who ?? ''}</span>
            <code>{content}</code>
          </div>
        )
      })}
    </pre>
  )
}
