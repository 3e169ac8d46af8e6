// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util'
import { invariant } from '#base/assert'
import { thousands } from '#base/text'
import { Interpreter } from '#interp/interpreter'
import type { Model } from '#ir/model'
import { everyViolation } from '#property/judge'
import type { Finding, Violation } from '#property/property'
import { lockdepAnswer, lockdepMismatch, modeAnswers } from '#lockdep/view/answer'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'
import type { Machine } from '#system/machine'
import type { System } from '#system/system'
import { explain } from '#trace/explanation'
import { explored, lookedUp, type Ahead } from '#trace/from-state'
import { pointOfNoReturn, returnLimit } from '#trace/point-of-no-return'
import { readTrace, writeTrace } from '#trace/codec'
import { minimised } from '#trace/minimise'
import { recordTrace } from '#trace/record'
import { replay } from '#trace/replay'
import { goingOn } from '#trace/round'
import { restsOn } from './assumptions.ts'
import { compared, mismatch } from './expectation.ts'
import { machineFor, type MachineName } from './machine.ts'
import { qualify, type CheckOptions, type QualifiedOptions } from './options.ts'
import { identityOf, type Result, type ResultFinding, type ResultViolation } from './result.ts'
import { judged } from './judged.ts'
import { sparingly } from './memory.ts'
import type { Outcome } from './reduced-search.ts'
import type { Effort } from './search.ts'
import { unusedHooks } from './unused-hooks.ts'

/**
 * Checks one instance of a model: lower, search, judge, replay, compare with what is expected.
 * @throws FencecheckError if the model is not well formed, or `too-large` if it has more states or transitions than can be
 * stored (2^31 - 1), or is asked to run on the engine and cannot.
 * @throws InternalError if a counterexample does not replay, or a reduction does not keep its promise.
 */
export async function check(model: Model, registry: Registry, options: CheckOptions = {}): Promise<Result> {
  const qualified = qualify(options)
  return sparingly(qualified.maxMemoryBytes, () => checked(model, registry, qualified))
}

async function checked(model: Model, registry: Registry, qualified: QualifiedOptions): Promise<Result> {
  const system = lower(model, registry)
  const { outcome, evidence, judgement, effort } = await judged(system, qualified)
  const { name, reductions, remarks } = outcome
  const complete = effort.limit === undefined
  const [first] = judgement.violations
  const told = (found: Violation): ResultViolation => {
    if (complete && isFamiliar(outcome)) return confirmed(model, system, found, outcome.machine, lookedUp(evidence))
    const { machine } = machineFor(system, qualified.machine)
    return confirmed(model, system, liftedBy(outcome, found), machine, explored(machine))
  }
  const violation = first === undefined ? undefined : told(first)
  const all = first === undefined || !qualified.all ? [] : everyViolation(evidence, qualified.kinds)
  const others = all.filter((found) => !isDeepStrictEqual(found, first)).map(told)
  const findings = [
    ...judgement.findings,
    ...(complete && violation === undefined ? unusedHooks(model, system) : []),
    ...remarks,
    ...(qualified.shortest && violation !== undefined && effort.limit !== undefined ? [notShortest(effort.limit)] : []),
  ]
  const how = { machine: name, reductions }
  const result = resultOf({ model, registry, system }, { how, effort, findings, violation }, qualified)
  return others.length === 0 ? result : { ...result, others }
}

const notShortest = (limit: string): Finding => ({
  code: 'not-shortest',
  message: `there may be a shorter trace: ${limit}`,
})

/** States up to which a search serves to look up what can still happen: then whoever explores it finds out as much. */
const familiar = 5_000

const isFamiliar = ({ reductions, searched }: Outcome): boolean =>
  reductions.length === 0 && searched.search.graph.states <= familiar

const liftedBy = ({ simplified }: Outcome, violation: Violation): Violation =>
  simplified === undefined ? violation : { ...violation, path: simplified.lift(violation.path) }

/**
 * The violation with its trace, made as simple as can be, which the interpreter has re-executed from the text of its file.
 * @param fast a machine of the same system
 * @param ahead what can happen from its states
 */
export function confirmed(
  model: Model,
  system: System,
  violation: Violation,
  fast: Machine<unknown>,
  ahead: Ahead<unknown>,
): ResultViolation {
  const simplest = { ...violation, ...minimised(fast, violation.path, violation, ahead) }
  const { path, backTo } = goingOn(fast, simplest.path, violation, ahead)
  const trace = readTrace(writeTrace(recordTrace(model, system, { ...simplest, path }, backTo)), model.id)
  const machine = new Interpreter(system)
  const again = replay(machine, trace)
  invariant(again.reproduces, `the counterexample of ${model.id} does not replay: ${again.reproduces ? '' : again.why}`)
  const { kind, code, shape, processes, objects } = violation
  return {
    kind,
    ...(code !== undefined && { code }),
    ...(shape !== undefined && { shape }),
    processes,
    objects,
    trace,
    explanation: explain(machine, again.path, again.states, trace.outcome, {
      backTo: trace.backTo,
      pointOfNoReturn: pointOfNoReturn(fast, again.path, trace.outcome, returnLimit, ahead),
    }),
  }
}

/** What is checked. */
interface Checked {
  readonly model: Model
  readonly registry: Registry
  readonly system: System
}

/** What came of it. */
interface Came {
  readonly how: { readonly machine: MachineName; readonly reductions: readonly string[] }
  readonly effort: Effort
  readonly findings: readonly Finding[]
  readonly violation: ResultViolation | undefined
}

function resultOf(
  { model, registry, system }: Checked,
  { how, effort, findings, violation }: Came,
  { expect: compare, kinds: looked, lockdep: build }: QualifiedOptions,
): Result {
  const { open, limit, ...statistics } = effort
  const blocking = findings.find((finding) => finding.blocksHolds)
  const verdict =
    violation !== undefined ? 'violated' : limit !== undefined || blocking !== undefined ? 'unknown' : 'holds'
  const covered = `${thousands(statistics.states)} states were stored, ${thousands(open)} of them not expanded, to depth ${statistics.depth}`
  const because = limit !== undefined ? `${limit}; ${covered}` : verdict === 'unknown' ? blocking?.message : undefined
  const expected = compare ? model.expect : undefined
  const lockdep =
    build !== undefined
      ? lockdepAnswer(model, registry, build)
      : expected?.lockdep && { modes: modeAnswers(model, registry, {}, system) }
  // What is expected is expected of lockdep as it is built by itself.
  const comparable = Object.keys(build ?? {}).length === 0 ? lockdep : undefined
  const coverage = limit === undefined ? 'complete search' : 'part of the states'
  return {
    ...identityOf(model),
    verdict,
    ...(because !== undefined && { because }),
    ...(violation !== undefined && { violation }),
    findings: findings.map((finding) => located(finding, system)),
    rules: violation === undefined ? [] : (model.rules ?? []),
    ...restsOn(model, registry, looked, coverage),
    ...(expected !== undefined &&
      compared(
        expected,
        mismatch(expected, verdict, violation) ?? (comparable && lockdepMismatch(expected, comparable)),
      )),
    ...(lockdep !== undefined && { lockdep }),
    statistics: { ...statistics, ...how, complete: limit === undefined },
  }
}

function located({ code, message, origin }: Finding, system: System): ResultFinding {
  const site = origin === undefined ? undefined : system.origins[origin]?.site
  return { code, message, ...(site !== undefined && { site }) }
}
