// SPDX-License-Identifier: Apache-2.0
import { expect, type MatcherState } from 'vitest'
import type { Result } from '#check/result'
import type { Kind } from '#ir/model'
import type { Trace } from '#trace/trace'
import * as matchers from './matchers.ts'
import type { DeadlockWanted, Match } from './matchers.ts'

// `import 'fencecheck/vitest'` gives `expect` the matchers, and the compiler their types.

type Matcher = (subject: unknown, ...rest: never[]) => Promise<Match>

/** A failing test has the page of what was found attached to it. */
const attaching = (matcher: Matcher) =>
  async function (this: MatcherState, subject: unknown, ...rest: unknown[]): Promise<Match> {
    const match = await matcher(subject, ...(rest as never[]))
    const violation = match.meta?.result.violation
    // One page a test: a property that is being shrunk fails a thousand times.
    const isFirst = this.task?.annotations.every(({ attachment }) => attachment?.contentType !== 'text/html')
    if (match.pass === (this.isNot === true) && violation !== undefined && isFirst === true)
      await this.task?.context.annotate(violation.explanation.headline, {
        body: await reportOf(match.meta!.result),
        bodyEncoding: 'utf-8',
        contentType: 'text/html',
      })
    return match
  }

/** The page with the counterexample; what makes it is loaded only if it is needed. */
async function reportOf(result: Result): Promise<string> {
  const { htmlReporter } = await import('#report/html')
  return htmlReporter.render([{ result, file: result.id, traceFile: undefined }], [])
}

const { toBeDeadlockFree, toDeadlock, toHold, toReplay, toBeFullyReached } = matchers
expect.extend({
  toBeDeadlockFree: attaching(toBeDeadlockFree),
  toDeadlock: attaching(toDeadlock),
  toHold: attaching(toHold),
  toReplay: attaching(toReplay),
  toBeFullyReached: attaching(toBeFullyReached),
})

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Nobody can wait for ever. Asynchronous: `await expect(model).toBeDeadlockFree()`. */
    toBeDeadlockFree: () => Promise<R>
    /** Somebody can wait for ever, in this way, among these processes and objects. */
    toDeadlock: (wanted?: DeadlockWanted) => Promise<R>
    /** Nothing of this kind (or these) is possible; without a kind, nothing at all. */
    toHold: (property?: Kind | readonly Kind[]) => Promise<R>
    /** The trace, or the text of its file, still leads to what it says. */
    toReplay: (trace: Trace | string) => Promise<R>
    /** Every step is reached, every exit and branch taken, every fence waited for. */
    toBeFullyReached: () => Promise<R>
  }
}
