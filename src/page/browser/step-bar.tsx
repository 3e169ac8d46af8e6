// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import type { Counterexample } from '../data.ts'

interface Properties {
  readonly counterexample: Counterexample
  readonly step: number
  readonly telling: string
  readonly onStep: (step: number) => void
  /** By one: nothing that a browser's button should take back. */
  readonly onWalk: (step: number) => void
}

/** Where one is in the trace, and the ways to go elsewhere. */
export function StepBar({ counterexample, step, telling, onStep, onWalk }: Properties): JSX.Element {
  const { steps, pointOfNoReturn, backTo } = counterexample
  const last = steps.length
  const walk = (by: number) => (): void => onWalk(Math.min(last, Math.max(0, step + by)))
  return (
    <div class="step-bar" role="group" aria-label="Steps of the counterexample">
      <button type="button" onClick={() => onStep(0)} disabled={step === 0} aria-label="Start" title="Start (Home)">
        <Icon path="M 3 3 V 13 M 13 3 L 6 8 L 13 13 Z" />
      </button>
      <button type="button" onClick={walk(-1)} disabled={step === 0} aria-label="Previous step" title="Back (k, ←, ↑)">
        <Icon path="M 11 3 L 4 8 L 11 13 Z" />
      </button>
      <output class="step-count">
        {step} / {last}
      </output>
      <button type="button" onClick={walk(1)} disabled={step === last} aria-label="Next step" title="On (j, →, ↓)">
        <Icon path="M 5 3 L 12 8 L 5 13 Z" />
      </button>
      <button type="button" onClick={() => onStep(last)} disabled={step === last} aria-label="End" title="End (End)">
        <Icon path="M 13 3 V 13 M 3 3 L 10 8 L 3 13 Z" />
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={step}
        aria-label="Step"
        aria-valuetext={telling}
        onInput={(event) => onWalk(Number(event.currentTarget.value))}
      />
      <Jump to={backTo} onStep={onStep} style="to-round" title="The last step leads back here, and so on for ever">
        goes round from
      </Jump>
      <Jump
        to={pointOfNoReturn}
        onStep={onStep}
        style="to-no-return"
        title="The step after which nothing avoids the outcome (r)"
      >
        point of no return
      </Jump>
    </div>
  )
}

interface JumpProperties {
  /** Nothing is shown where there is no such step. */
  readonly to: number | undefined
  readonly onStep: (step: number) => void
  readonly style: string
  readonly title: string
  readonly children: string
}

/** A way to a step that means something. */
const Jump = ({ to, onStep, style, title, children }: JumpProperties): JSX.Element | null =>
  to === undefined ? null : (
    <button type="button" class={style} onClick={() => onStep(to)} title={title}>
      {children}: {to === 0 ? 'start' : to}
    </button>
  )

const Icon = ({ path }: { readonly path: string }): JSX.Element => (
  <svg class="icon" width={16} height={16} aria-hidden="true" focusable="false">
    <path d={path} />
  </svg>
)
