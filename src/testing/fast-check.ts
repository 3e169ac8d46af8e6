// SPDX-License-Identifier: Apache-2.0
import { array, constant, nat, oneof, record, toStringMethod, type Arbitrary } from 'fast-check'
import type { Model } from '#ir/model'
import { describe, modelOf, type Action, type Driver } from './driver.ts'
import { obeying, renumbered, rules, type Rule } from './rules.ts'
import { scheduler, type Schedule } from './schedule.ts'
import type { Subject } from './subject.ts'

export type { Action, Driver, Rule, Schedule, Subject }
export { describe, modelOf, rules }

export interface ScheduleOptions {
  /** Steps at most; 100 unless said. */
  readonly maxLength?: number
}

/** Runs of a model. They shrink to shorter ones, and to processes that were declared earlier. */
export function schedules(subject: Subject, { maxLength = 100 }: ScheduleOptions = {}): Arbitrary<Schedule> {
  return array(nat({ max: 2 ** 16 }), { maxLength, size: 'max' }).map(scheduler(subject))
}

export interface DriverOptions {
  /** The rules that each driver obeys; all but `R10-direct` unless said. */
  readonly obey?: readonly Rule[]
  /** Threads, locks, fences at most; 4, 3 and 2 unless said. */
  readonly threads?: number
  readonly locks?: number
  readonly fences?: number
  /** Actions of a thread, and of a section, at most; 3 unless said. */
  readonly actions?: number
}

/** Rules that together keep a driver from deadlocking (`rules.ts` has the proof). */
export const soundRules = ['lock-order', 'R1', 'R32', 'R10'] as const satisfies readonly Rule[]

/** A driver that prints as its threads, and is a model. */
export interface ArbitraryDriver extends Driver {
  readonly model: Model
  readonly toString: () => string
}

/**
 * Small drivers that obey the given rules and are arbitrary otherwise. They shrink to fewer threads first, then to fewer
 * actions and to smaller numbers; what is left of a failure is a driver to look at.
 */
export function drivers({
  obey = soundRules,
  threads = 4,
  locks = 3,
  fences = 2,
  actions = 3,
}: DriverOptions = {}): Arbitrary<ArbitraryDriver> {
  const wanted = new Set(obey)
  const list = (inner: Arbitrary<Action>): Arbitrary<Action[]> => array(inner, { maxLength: actions })
  const simple = oneof(record({ wait: nat({ max: fences - 1 }) }), record({ signal: nat({ max: fences - 1 }) }))
  const section = (inside: Arbitrary<readonly Action[]>): Arbitrary<Action> =>
    record({ lock: nat({ max: locks - 1 }), inside })
  const inner = oneof(simple, section(constant([])))
  const middle = oneof(simple, section(list(inner)))
  const outer = oneof(simple, section(list(middle)))
  return array(list(outer), { minLength: 1, maxLength: threads }).map((raw) => {
    const driver = renumbered(obeying({ threads: raw, locks, fences }, wanted))
    return Object.defineProperties({ ...driver } as ArbitraryDriver, {
      model: { get: () => modelOf(driver) },
      toString: { value: () => describe(driver) },
      [toStringMethod]: { value: () => `\n${describe(driver)}\n` },
    })
  })
}
