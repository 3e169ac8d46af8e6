// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { TraceStep } from '#trace/trace'
import type { Counterexample } from '../data.ts'
import { letterOf } from './chart-layout.ts'
import { LaneChart } from './lane-chart.tsx'
import { Legend } from './legend.tsx'
import { momentOf, telling, type Moment } from './moment.ts'
import { MomentTable } from './moment-table.tsx'
import { SourceView } from './source-view.tsx'
import { StepBar } from './step-bar.tsx'
import { WaitGraph } from './wait-graph.tsx'

interface Properties {
  readonly counterexample: Counterexample
  readonly file: string
  /** The text of the model, if it is there. */
  readonly source: string | undefined
  readonly step: number
  readonly onStep: (step: number) => void
  readonly onWalk: (step: number) => void
}

/** A counterexample, one step of it in detail. */
export function CounterexampleView({ counterexample, file, source, step, onStep, onWalk }: Properties): JSX.Element {
  const { table, steps, course } = counterexample
  const letters = useMemo(() => new Map(course.lanes.map(({ process }, i) => [process, letterOf(i)])), [course])
  const quiet = table.map(({ process }) => process).filter((process) => !letters.has(process))
  const moment = momentOf(counterexample, step)
  const words = telling(counterexample, moment)
  const taken = steps[step - 1]
  const isOfFile = (at: string | undefined): number | undefined => lineIn(file, at)
  return (
    <>
      <StepBar {...{ counterexample, step, onStep, onWalk }} telling={words} />
      <p class="unseen" role="status" aria-live="polite">
        {words}
      </p>
      <div class="panels">
        <div class="side">
          <section class="panel chart-panel" aria-label="Lanes">
            <h3>Lanes</h3>
            <LaneChart {...{ counterexample, step }} onStep={onStep} />
            <Legend counterexample={counterexample} />
          </section>
          <section class="panel graph-panel" aria-label="Wait-for graph">
            <h3>Who waits for whom</h3>
            <WaitGraph {...{ moment, letters }} />
          </section>
        </div>
        <div class="side">
          <section class="panel table-panel" aria-label="Hold-wait table">
            <h3>
              {step === 0 ? 'At the start' : moment.isEnd ? `At the end, after step ${step}` : `After step ${step}`}
            </h3>
            {taken !== undefined && <Taken step={taken} letter={letters.get(taken.process)} />}
            <MomentTable {...{ moment, letters, quiet, onStep }} />
            {moment.isEnd && counterexample.backTo !== undefined && (
              <p class="faint">
                Everything is as it was{' '}
                {counterexample.backTo === 0 ? 'at the start' : `after step ${counterexample.backTo}`}: the steps from
                there on go round for ever.
              </p>
            )}
            {moment.isEnd && counterexample.isMasked && (
              <p class="faint">From here on no timeout and no signal comes to the rescue.</p>
            )}
          </section>
          {source !== undefined && (
            <section class="panel source-panel" aria-label="Model">
              <h3>
                <bdi>{file}</bdi>
              </h3>
              <SourceView
                text={source}
                file={file}
                line={isOfFile(taken?.at)}
                stands={standsOf(moment, letters, isOfFile)}
              />
            </section>
          )}
        </div>
      </div>
    </>
  )
}

/** The step that has led here. */
const Taken = ({ step, letter }: { readonly step: TraceStep; readonly letter: string | undefined }): JSX.Element => (
  <p class="taken">
    <span class="badge">{letter}</span> <bdi>{step.process}</bdi> <code>{step.step}</code>
    {step.kernel !== undefined && <small>{step.kernel}</small>}
  </p>
)

/** The line that a place names, if it is in this file. Paths are relative to different folders: only names are compared. */
function lineIn(file: string, at: string | undefined): number | undefined {
  const [, name, line] = /([^/\\]+):(\d{1,9})$/.exec(at ?? '') ?? []
  return name !== undefined && name === /[^/\\]+$/.exec(file)?.[0] ? Number(line) : undefined
}

/** The lines at which somebody waits. */
function standsOf(
  { rows }: Moment,
  letters: ReadonlyMap<string, string>,
  lineOf: (at: string | undefined) => number | undefined,
): ReadonlyMap<number, string> {
  const stands = new Map<number, string>()
  for (const { process, waitsFor, at } of rows) {
    const line = waitsFor.length === 0 ? undefined : lineOf(at)
    if (line !== undefined) stands.set(line, `${stands.get(line) ?? ''}${letters.get(process) ?? ''}`)
  }
  return stands
}
