// SPDX-License-Identifier: Apache-2.0
import type { LockdepReport } from '#lockdep/view/findings'
import { lockdepView, type LockdepOptions } from '#lockdep/view/view'
import { instance, kernelRegistry, type M } from '../../fixtures/models.ts'

/** Each report in a word: its kind and the classes. */
const word = (report: LockdepReport): string => {
  switch (report.kind) {
    case 'circular':
      return `circular ${report.circle.map(({ from }) => from).join(' ')}`
    case 'irq':
      return `${report.context} ${[report.safe.name, ...report.path.map(({ to }) => to)].join(' ')}`
    case 'recursive':
    case 'wait-context':
    case 'nest-lock':
      return `${report.kind} ${report.next.class.name}`
    case 'unlock-balance':
      return `${report.kind} ${report.name}`
    case 'debug-locks':
      return `${report.kind} ${report.code}`
  }
}

/** What lockdep reports of a model, in words and in alphabetical order. */
export const reports = (
  build: (m: M) => void,
  options: LockdepOptions = {},
  switches?: Readonly<Record<string, string>>,
): readonly string[] =>
  lockdepView({ ...instance(build), ...(switches !== undefined && { switches }) }, kernelRegistry, options)
    .reports.map(word)
    .toSorted()
export const silent: readonly string[] = []
