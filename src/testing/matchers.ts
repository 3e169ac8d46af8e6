// SPDX-License-Identifier: Apache-2.0
import { listed, printable } from '#base/text'
import { check } from '#check/check'
import type { Result } from '#check/result'
import { Interpreter } from '#interp/interpreter'
import { kinds as allKinds, type Kind } from '#ir/model'
import { verdictDetails, verdictLine } from '#report/verdict-text'
import { plainStyle } from '#report/words'
import { lower } from '#semantics/lower/lower'
import { readTrace } from '#trace/codec'
import { replay } from '#trace/replay'
import type { Trace } from '#trace/trace'
import { instanceOf } from './subject.ts'

// Matchers for the `expect` of vitest (or jest). All are asynchronous: `await expect(model).toBeDeadlockFree()`. A verdict
// of unknown passes neither way: it throws.

/** What a matcher tells its runner. */
export interface Match {
  readonly pass: boolean
  readonly message: () => string
  /** What was found, for whoever attaches it to the test. */
  readonly meta?: { readonly result: Result }
}

export interface DeadlockWanted {
  /** Which kind; any of {@link waitsForEver} unless said. */
  readonly kind?: Kind
  /** Processes and objects that are among those involved. */
  readonly between?: readonly string[]
}

/** The kinds of violation in which somebody waits for ever, or for a timeout to come to the rescue. */
export const waitsForEver = ['deadlock', 'partial-deadlock', 'unsignalled-fence', 'masked'] as const satisfies Kind[]

/** Nobody can wait for ever, whatever else may be wrong with the model that does not hide what comes after it. */
export async function toBeDeadlockFree(subject: unknown): Promise<Match> {
  return holds(await verdictOn(subject, waitsForEver), 'to be free of deadlocks')
}

/** Nothing of this kind (or these) is possible; without a kind, nothing at all. */
export async function toHold(subject: unknown, property: Kind | readonly Kind[] = allKinds): Promise<Match> {
  const wanted = typeof property === 'string' ? [property] : property
  return holds(
    await verdictOn(subject, wanted),
    wanted === allKinds ? 'to hold' : `to be free of ${listed(wanted, 'or')}`,
  )
}

/** Somebody can wait for ever, in this way, among these. */
export async function toDeadlock(subject: unknown, { kind, between = [] }: DeadlockWanted = {}): Promise<Match> {
  const result = await verdictOn(subject, kind === undefined ? waitsForEver : [kind])
  const { violation } = result
  const involved = violation === undefined ? [] : [...violation.processes, ...violation.objects]
  const missing = between.filter((name) => !involved.includes(name))
  const wanted = `${kind ?? 'a deadlock'}${between.length === 0 ? '' : ` between ${listed(between)}`}`
  const who = violation !== undefined && missing.length > 0 ? `\n${listed(missing)} not among ${listed(involved)}` : ''
  return {
    pass: violation !== undefined && missing.length === 0,
    message: () =>
      printable(`expected ${nameOf(result)} to have ${wanted}, or not to with .not${who}\n\n${told(result)}`),
    meta: { result },
  }
}

/** Every step is reached, every exit and branch taken, every published fence waited for: no proof is vacuous. */
export async function toBeFullyReached(subject: unknown): Promise<Match> {
  const result = await verdictOn(subject, allKinds)
  const unreached = result.findings.filter(({ code }) => code.startsWith('never-'))
  return {
    pass: result.verdict === 'holds' && unreached.length === 0,
    message: () =>
      printable(`expected ${nameOf(result)} to hold with every step reached, or not to with .not\n\n${told(result)}`),
    meta: { result },
  }
}

/**
 * The trace (or the text of its file) still leads to what it says.
 * @throws FencecheckError if it is no trace.
 */
export function toReplay(subject: unknown, trace: Trace | string): Promise<Match> {
  const { model, registry } = instanceOf(subject)
  const read = typeof trace === 'string' ? readTrace(trace, 'the trace') : trace
  const again = replay(new Interpreter(lower(model, registry)), read)
  const name = `${model.id}${model.variant === undefined ? '' : ` ${model.variant}`}`
  const outcome = `the trace of ${read.steps.length} steps to lead ${name} to ${read.outcome.kind}`
  const instead =
    again.reproduces || again.instead.length === 0 ? '' : `; possible instead: ${again.instead.join(', ')}`
  if (again.reproduces && !again.confirmed)
    throw new Error(`whether ${outcome} is unknown: too much can still happen at its end`)
  return Promise.resolve({
    pass: again.reproduces,
    message: () => printable(`expected ${outcome}${again.reproduces ? ' no more' : `: ${again.why}${instead}`}`),
  })
}

async function verdictOn(subject: unknown, wanted: readonly Kind[]): Promise<Result> {
  const { model, registry } = instanceOf(subject)
  const result = await check(model, registry, { kinds: wanted, expect: false })
  if (result.verdict === 'unknown') throw new Error(`the verdict is unknown, which never passes\n\n${told(result)}`)
  return result
}

const holds = (result: Result, what: string): Match => ({
  pass: result.verdict === 'holds',
  message: () => printable(`expected ${nameOf(result)} ${what}, or not to with .not\n\n${told(result)}`),
  meta: { result },
})

const nameOf = ({ id, variant }: Result): string => (variant === undefined ? id : `${id} ${variant}`)

const told = (result: Result): string =>
  [verdictLine(result, plainStyle), verdictDetails(result, plainStyle, { full: true, width: 100 })].join('\n')
