// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import type { Moment, MomentRow } from './moment.ts'

interface Properties {
  readonly moment: Moment
  readonly letters: ReadonlyMap<string, string>
  /** Everybody else. */
  readonly quiet: readonly string[]
  readonly onStep: (step: number) => void
}

/** Who holds what and waits for what after a step. */
export function MomentTable({ moment, letters, quiet, onStep }: Properties): JSX.Element {
  return (
    <>
      <table>
        <caption class="unseen">{`Who holds what and waits for what after step ${moment.step}`}</caption>
        <thead>
          <tr>
            <th scope="col">process</th>
            <th scope="col">holds</th>
            <th scope="col">waits for</th>
          </tr>
        </thead>
        {moment.rows.map((row) => (
          <ProcessRow key={row.process} {...{ row, onStep }} letter={letters.get(row.process)} isEnd={moment.isEnd} />
        ))}
      </table>
      {quiet.length > 0 && (
        <p class="faint">
          Takes no step: <bdi>{quiet.join(', ')}</bdi>
        </p>
      )}
    </>
  )
}

interface RowProperties {
  readonly row: MomentRow
  readonly letter: string | undefined
  readonly isEnd: boolean
  readonly onStep: (step: number) => void
}

function ProcessRow({ row, letter, isEnd, onStep }: RowProperties): JSX.Element {
  const { process, context, inside, status, holds, waitsFor, since, next, at, kernel } = row
  const stands = waitsFor.length > 0 ? (isEnd ? 'cannot take' : 'waits at') : 'next'
  return (
    <tbody class={status === 'stuck' ? 'is-stuck' : ''}>
      <tr>
        <th scope="row" rowSpan={next === undefined ? 1 : 2}>
          <div>
            <span class="badge">{letter}</span> <bdi>{process}</bdi>
            <small class="status">{`${context}, ${status}`}</small>
            {inside !== undefined && <small>{`in ${inside}`}</small>}
          </div>
        </th>
        <td data-label="holds">
          <ul>
            {holds.length === 0 && <Nothing />}
            {holds.map((hold) => (
              <li key={`${hold.name} ${hold.since}`}>
                <code>{hold.name}</code> <Since step={hold.since} onStep={onStep} />
              </li>
            ))}
          </ul>
        </td>
        <td data-label="waits for">
          <ul>
            {waitsFor.length === 0 && <Nothing />}
            {waitsFor.map((what) => (
              <li key={what}>
                <span class="wanted">{what}</span>{' '}
                {since !== undefined && what === waitsFor.at(-1) && <Since step={since} onStep={onStep} />}
              </li>
            ))}
          </ul>
        </td>
      </tr>
      {next !== undefined && (
        <tr class="stands-at">
          <td colSpan={2} data-label={stands}>
            <div>
              <span class="label">{stands}</span> <code>{next}</code>
              {at !== undefined && <small>{at}</small>}
              {kernel !== undefined && <small>{kernel}</small>}
            </div>
          </td>
        </tr>
      )}
    </tbody>
  )
}

const Nothing = (): JSX.Element => <li class="nothing">–</li>

const Since = ({ step, onStep }: { readonly step: number; readonly onStep: (step: number) => void }): JSX.Element =>
  step === 0 ? (
    <small class="inline">from the start</small>
  ) : (
    <button type="button" class="since" onClick={() => onStep(step)}>{`since ${step}`}</button>
  )
