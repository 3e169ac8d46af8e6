// SPDX-License-Identifier: Apache-2.0
import { githubReporter } from './github.ts'
import { htmlReporter } from './html.ts'
import { jsonReporter } from './result-json.ts'
import { junitReporter } from './junit.ts'
import type { Reporter } from './reporter.ts'
import { sarifReporter } from './sarif.ts'
import { tapReporter } from './tap.ts'
import { textReporter } from './text-report.ts'

/** Every form that the results of a run can be told in. */
export const reporters: readonly Reporter[] = [
  textReporter,
  jsonReporter,
  githubReporter,
  junitReporter,
  sarifReporter,
  tapReporter,
  htmlReporter,
]
