// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'

/** What the pictures of the page refer to. */
export const Definitions = (): JSX.Element => (
  <svg class="definitions" width={0} height={0} aria-hidden="true">
    <defs>
      <pattern id="hatch" width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hatch-ground" width={6} height={6} />
        <rect class="hatch-line" width={2.4} height={6} />
      </pattern>
      <marker
        id="arrow-head"
        viewBox="0 0 8 8"
        refX={6}
        refY={4}
        markerWidth={8}
        markerHeight={8}
        markerUnits="userSpaceOnUse"
        orient="auto"
      >
        <path class="marker" d="M 0 0.5 L 8 4 L 0 7.5 z" />
      </marker>
    </defs>
  </svg>
)
