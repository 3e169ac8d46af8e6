// SPDX-License-Identifier: Apache-2.0
import type { ResultViolation } from '#check/result'
import { traceText } from './trace-text.ts'
import { asciiSymbols } from './symbols.ts'
import { plainStyle } from './words.ts'

/** The counterexample as it stands in documents that have room for text: without colours, as wide as a mail. */
export const plainTrace = ({ trace, explanation }: ResultViolation): string =>
  traceText(trace, explanation, { style: plainStyle, width: 100, symbols: asciiSymbols })
