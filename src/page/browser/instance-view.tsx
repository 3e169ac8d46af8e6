// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import type { PageInstance } from '../data.ts'
import { CounterexampleView } from './counterexample-view.tsx'

interface Properties {
  readonly instance: PageInstance
  readonly source: string | undefined
  readonly step: number
  readonly onStep: (step: number) => void
  readonly onWalk: (step: number) => void
  readonly onBack: () => void
}

/** Everything about one instance of the run. */
export function InstanceView({ instance, source, step, onStep, onWalk, onBack }: Properties): JSX.Element {
  const { model, name, summary, verdict, kind, standing, expectation, reason, counterexample, file } = instance
  return (
    <article class="instance">
      <button type="button" class="back" onClick={onBack}>
        ‹ All verdicts
      </button>
      <header>
        <p class="crumb">
          <bdi>{model}</bdi>
        </p>
        <h2 tabIndex={-1}>
          <bdi>{name}</bdi>
        </h2>
        <p class="tags">
          <Verdict verdict={verdict} />
          {kind !== '' && <span class="tag">{kind}</span>}
          {expectation !== '' && <span class={`tag ${standing}`}>{expectation}</span>}
        </p>
        <p class={counterexample === undefined ? 'lead' : 'lead headline'}>{counterexample?.headline ?? reason}</p>
        {counterexample !== undefined && reason !== counterexample.headline && (
          <p class="faint">{reason.replace(counterexample.headline, '').trim()}</p>
        )}
      </header>
      {counterexample !== undefined && (
        <CounterexampleView {...{ counterexample, file, source, step, onStep, onWalk }} />
      )}
      <Notes instance={instance} />
      <footer class="faint">
        <p>{summary}</p>
        <p>
          <bdi>{file}</bdi>, {instance.effort}
        </p>
        {instance.replay !== undefined && (
          <p>
            replay with <code>{instance.replay}</code>
          </p>
        )}
      </footer>
    </article>
  )
}

/** A verdict with a mark of its own: no colour says anything alone. */
export const Verdict = ({ verdict }: { readonly verdict: PageInstance['verdict'] }): JSX.Element => (
  <span class={`verdict ${verdict}`}>
    <span aria-hidden="true">{{ holds: '✓', violated: '✗', unknown: '?' }[verdict]}</span> {verdict}
  </span>
)

function Notes({ instance }: { readonly instance: PageInstance }): JSX.Element {
  const { rules, findings, assumptions, verdict } = instance
  return (
    <>
      <NoteList title="Breaks" notes={rules} />
      <NoteList title="Notes" notes={findings} />
      {verdict === 'holds' && <NoteList title="This rests on" notes={assumptions} />}
    </>
  )
}

const NoteList = ({ title, notes }: { title: string; notes: readonly string[] }): JSX.Element | null =>
  notes.length === 0 ? null : (
    <section class="panel notes">
      <h3>{title}</h3>
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  )
