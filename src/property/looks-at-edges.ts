// SPDX-License-Identifier: Apache-2.0
import { isAlone } from '#system/lone-process'
import type { System } from '#system/system'

/** Whether judging a search looks at edges: not where a single process can only be stuck or not (`future.ts`), and rest nowhere. */
export const looksAtEdges = (system: System): boolean =>
  !isAlone(system) || system.processes.some(({ locations }) => locations.some(({ rest }) => rest))
