// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises'
import { thousands } from '#base/text'
import { kinds as allKinds, type Kind, type Model } from '#ir/model'
import { Facts } from '#property/facts'
import { judge } from '#property/judge'
import { Evidence } from '#property/property'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'
import { pct } from '#simulate/pct'
import { randomWalk } from '#simulate/random-walk'
import { run } from '#simulate/run'
import type { MakeScheduler } from '#simulate/scheduler'
import { Unmerged } from '#simulate/unmerged'
import type { Machine } from '#system/machine'
import { explored } from '#trace/from-state'
import { restsOn } from './assumptions.ts'
import { confirmed } from './check.ts'
import { compared, mismatch } from './expectation.ts'
import { machineFor, type MachineChoice } from './machine.ts'
import { identityOf, type Result, type Simulation } from './result.ts'

export const schedulers = ['pct', 'random'] as const
export type SchedulerChoice = (typeof schedulers)[number]

export interface SimulateOptions {
  /** `pct`, unless said: priorities with few changes. `random`: anybody may move at any time. */
  readonly scheduler?: SchedulerChoice
  /** Of a bug: how many steps have to come in a certain order; 3 unless said. For `pct`. */
  readonly bugDepth?: number
  /** Schedules are drawn with this seed, the next number, and so on; 1 unless said. */
  readonly seed?: number
  /** How many are tried; 1,000 unless said. */
  readonly schedules?: number
  /** Steps of each; 10,000 unless said. */
  readonly maxSteps?: number
  /** No schedule is begun after this many seconds of wall-clock time. */
  readonly timeoutSeconds?: number
  /** The kinds of violation looked for; all unless said. */
  readonly kinds?: readonly Kind[]
  /** What executes the model: `auto`, unless said, is the engine wherever it can. */
  readonly machine?: MachineChoice
  /** Whether the model's expectation is compared. True unless said. */
  readonly expect?: boolean
  /** Ends it before the next schedule. */
  readonly signal?: AbortSignal
  /** Called now and then: schedules tried, and their steps together. */
  readonly onProgress?: (schedules: number, steps: number) => void
}

/** Random runs before the first schedule, from which the usual length of a run is taken. */
const samples = 10

/**
 * Tries seeded schedules of one instance of a model until one of them shows a violation, which is then an ordinary
 * replayable counterexample. Without one the verdict is *unknown*: schedules prove nothing.
 * @throws FencecheckError if the model is not well formed.
 */
export async function simulate(
  model: Model,
  registry: Registry,
  options: SimulateOptions = {},
): Promise<Result & { readonly simulation: Simulation }> {
  const { scheduler = 'pct', bugDepth = 3, seed: first = 1, schedules = 1000, maxSteps = 10_000 } = options
  const { timeoutSeconds = Infinity, kinds = allKinds, signal, expect = true } = options
  const looked = new Set(kinds)
  const system = lower(model, registry)
  const { name, machine: merging } = machineFor(system, options.machine ?? 'auto')
  const machine = new Unmerged(merging)
  const start = performance.now()
  const seconds = (): number => (performance.now() - start) / 1000
  const usual = Math.max(...Array.from({ length: samples }, (_, i) => steps(machine, randomWalk, i, maxSteps)))
  const make = scheduler === 'pct' ? pct(Math.max(1, usual), bugDepth) : randomWalk
  let [tried, total, longest, breath] = [0, 0, 0, start]
  let found: ReturnType<typeof confirmed> | undefined
  const limit = (): string | undefined => {
    if (signal?.aborted === true) return 'it was interrupted'
    if (seconds() >= timeoutSeconds) return `the time limit of ${timeoutSeconds} s was hit`
    return tried >= schedules ? 'schedules prove nothing' : undefined
  }
  while (found === undefined && limit() === undefined) {
    const facts = new Facts(machine)
    const { graph, store } = run(machine, make(system, first + tried), maxSteps, [facts])
    const [violation] = judge(new Evidence(machine, graph, store, facts), false, looked).violations
    tried++
    total += graph.states - 1
    longest = Math.max(longest, graph.states - 1)
    if (violation !== undefined) found = confirmed(model, system, violation, merging, explored(merging))
    if (performance.now() - breath < 50) continue
    await setImmediate()
    breath = performance.now()
    options.onProgress?.(tried, total)
  }
  const verdict = found === undefined ? 'unknown' : 'violated'
  const expected = expect ? model.expect : undefined
  return {
    ...identityOf(model),
    verdict,
    ...(found === undefined
      ? {
          because: `${limit()}; ${thousands(tried)} were tried, ${thousands(total)} steps, the longest ${thousands(longest)}`,
        }
      : { violation: found }),
    findings: [],
    rules: found === undefined ? [] : (model.rules ?? []),
    ...restsOn(model, registry, looked, 'some schedules'),
    ...(expected !== undefined && compared(expected, mismatch(expected, verdict, found))),
    statistics: {
      states: total + tried,
      visited: total + tried,
      transitions: total,
      depth: longest,
      machine: name,
      reductions: [],
      seconds: seconds(),
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      complete: false,
    },
    simulation: {
      scheduler,
      ...(scheduler === 'pct' && { bugDepth }),
      seed: first + Math.max(0, tried - 1),
      schedules: tried,
      steps: total,
      longest,
    },
  }
}

const steps = (machine: Machine<unknown>, make: MakeScheduler, seed: number, most: number): number =>
  run(machine, make(machine.system, seed), most, []).graph.states - 1
