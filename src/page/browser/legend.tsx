// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import type { Counterexample } from '../data.ts'

interface Properties {
  readonly counterexample: Counterexample
}

/** What the marks of the lane chart mean. */
export function Legend({ counterexample }: Properties): JSX.Element {
  const hasArrows = counterexample.course.arrows.length > 0
  return (
    <ul class="legend" aria-label="Legend">
      <li>
        <Sample>
          <rect class="hold c0" x={2} y={1} width={13} height={16} rx={4} />
        </Sample>
        holds
      </li>
      <li>
        <Sample>
          <rect class="hold c0 queued" x={2} y={2} width={13} height={14} rx={4} />
        </Sample>
        queued
      </li>
      <li>
        <Sample>
          <rect class="wait" x={2} y={1} width={13} height={16} rx={4} />
        </Sample>
        waits
      </li>
      {hasArrows && (
        <li>
          <Sample width={30}>
            <g class="arrow">
              <path class="shaft" d="M 2 9 H 22" />
              <path class="head" d="M 29 9 l -8 -4 v 8 z" />
            </g>
          </Sample>
          lets go on
        </li>
      )}
    </ul>
  )
}

const Sample = ({ width = 18, children }: { width?: number; children: JSX.Element }): JSX.Element => (
  <svg width={width} height={18} aria-hidden="true">
    {children}
  </svg>
)
