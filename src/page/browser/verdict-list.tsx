// SPDX-License-Identifier: Apache-2.0
import type { JSX, RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { PageInstance } from '../data.ts'
import { writeAddress } from './address.ts'
import { Verdict } from './instance-view.tsx'

export type Filter = 'all' | 'failed' | PageInstance['verdict']

export interface Wanted {
  readonly filter: Filter
  readonly search: string
}

const filters: readonly Filter[] = ['all', 'failed', 'violated', 'unknown', 'holds']

/** Whether an instance is of those asked for. */
export function isWanted(instance: PageInstance, { filter, search }: Wanted): boolean {
  const { model, name, kind, verdict, file, counterexample, expectation } = instance
  const words = search.toLowerCase().split(/\s+/)
  const text = [model, name, kind, verdict, file, expectation, counterexample?.headline ?? ''].join(' ').toLowerCase()
  return passesFilter(instance, filter) && words.every((word) => text.includes(word))
}

/** What fails or is not decided counts as failed: neither is a pass. */
const passesFilter = ({ verdict, standing }: PageInstance, filter: Filter): boolean =>
  filter === 'all' || (filter === 'failed' ? standing !== 'pass' : verdict === filter)

interface Properties {
  readonly instances: readonly PageInstance[]
  readonly configurations: readonly string[]
  readonly shown: readonly PageInstance[]
  readonly chosen: string | undefined
  readonly wanted: Wanted
  readonly searchBox: RefObject<HTMLInputElement | null>
  readonly onWanted: (wanted: Wanted) => void
  readonly onChoose: (key: string) => void
}

/** All verdicts of the run. */
export function VerdictList(properties: Properties): JSX.Element {
  const { instances, configurations, shown, chosen, wanted, searchBox, onWanted, onChoose } = properties
  const of = (filter: Filter): number => instances.filter((instance) => passesFilter(instance, filter)).length
  const groups = [...Map.groupBy(shown, ({ model }) => model)]
  return (
    <nav class="verdicts" aria-label="Verdicts">
      <input
        type="search"
        ref={searchBox}
        placeholder="Search  /"
        aria-label="Search verdicts"
        value={wanted.search}
        onInput={(event) => onWanted({ ...wanted, search: event.currentTarget.value })}
      />
      <div class="filters" role="group" aria-label="Show">
        {filters
          .filter((filter) => filter === 'all' || of(filter) > 0)
          .map((filter) => (
            <button
              key={filter}
              type="button"
              aria-pressed={wanted.filter === filter}
              onClick={() => onWanted({ ...wanted, filter })}
            >
              {filter} <small>{of(filter)}</small>
            </button>
          ))}
      </div>
      <p class="unseen" role="status">
        {`${shown.length} of ${instances.length} shown`}
      </p>
      {shown.length === 0 && <p class="faint">Nothing like that.</p>}
      <ul class="models">
        {groups.map(([model, group]) => (
          <li key={model}>
            <h2>
              <bdi>{model}</bdi>
            </h2>
            <ul>
              {group.map((instance) => (
                <li key={instance.key}>
                  <Entry {...{ instance, onChoose }} isChosen={instance.key === chosen} />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {configurations.length > 0 && (
        <details class="faint">
          <summary>Safe only if</summary>
          <ul>
            {configurations.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </nav>
  )
}

interface EntryProperties {
  readonly instance: PageInstance
  readonly isChosen: boolean
  readonly onChoose: (key: string) => void
}

function Entry({ instance, isChosen, onChoose }: EntryProperties): JSX.Element {
  const { key, name, verdict, kind, standing } = instance
  const link = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    // What is chosen by a link or a key is shown too; `container` keeps the page itself where it is.
    if (isChosen) link.current?.scrollIntoView({ block: 'center', container: 'nearest' } as ScrollIntoViewOptions)
  }, [isChosen])
  const choose = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    onChoose(key)
  }
  return (
    <a ref={link} href={writeAddress({ instance: key })} aria-current={isChosen ? 'page' : undefined} onClick={choose}>
      <span class="entry-name">
        <bdi>{name}</bdi>
        {standing !== 'pass' && <span class={`mark ${standing}`}>{standing === 'fail' ? 'failed' : standing}</span>}
      </span>
      <span class="entry-verdict">
        <Verdict verdict={verdict} /> <small>{kind}</small>
      </span>
    </a>
  )
}
