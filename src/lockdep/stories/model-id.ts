// SPDX-License-Identifier: Apache-2.0
import type { Story } from './story.ts'

/** What the model of a report is called: `lockdep/circular-console-lock`. */
export function modelIdOf({ report, classes }: Story): string {
  const words = (classes[0] ?? '').match(/[A-Za-z0-9]+/g) ?? []
  return ['lockdep/' + report.kind, ...words].join('-').toLowerCase().slice(0, 80)
}
