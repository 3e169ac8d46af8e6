// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import type { Dependency, Taken } from './dependency-graph.ts'
import type { LockdepReport, ReportKind } from './findings.ts'
import { isShared, type HeldLock, type Place } from './held-lock.ts'
import { usageName, type State } from './usage.ts'
import type { LockdepView } from './view.ts'

/** A report as plain data in names, places and lockdep's own words; nothing of it points into a system any more. */
export interface ToldReport {
  readonly kind: ReportKind
  /** The headline that the kernel would print. */
  readonly title: string
  /** In the order of the circle or path, each once. */
  readonly classes: readonly string[]
  /** Which class was taken inside which. */
  readonly chain: readonly ToldDependency[]
  /** Who takes what at the moment of the report, and what is held then. */
  readonly next?: ToldTaking
  readonly held: readonly ToldTaking[]
  readonly usages: readonly ToldUsage[]
  /** What else there is to say: the context, the code of a check. */
  readonly remark?: string
}

export interface ToldDependency {
  readonly outer: ToldTaking
  readonly inner: ToldTaking
  /** `outer` is an event, and comes only after `inner`. */
  readonly causal: boolean
  /** The function of the kernel that says so at boot. */
  readonly primed?: string
}

export interface ToldTaking {
  readonly class: string
  /** Its usage states and wait types as lockdep prints them: `{+.+.}-{4:4}`; absent where no path takes it. */
  readonly usage?: string
  readonly mode: HeldLock['mode']
  readonly process?: string
  /** The kernel function and what it was called on: `mutex_lock() on A`. */
  readonly call?: string
  readonly site?: Site
  readonly kernel?: string
}

export interface ToldUsage {
  /** `IN-HARDIRQ-W`, `HARDIRQ-ON-W` */
  readonly state: string
  readonly taking: ToldTaking
}

/** Puts a report into names. */
export function told(report: LockdepReport, { system, classes }: Pick<LockdepView, 'system' | 'classes'>): ToldReport {
  const place = (at: Place | undefined): Omit<ToldTaking, 'class' | 'usage' | 'mode'> => {
    if (at === undefined) return {}
    const { op, on, call, site, kernel } = system.origins[at.origin]!
    return {
      process: system.processes[at.process]!.name,
      call: `${call ?? op}${on === '' ? '' : ` on ${on}`}`,
      ...(site !== undefined && { site }),
      ...(kernel !== undefined && { kernel }),
    }
  }
  const taken = (name: string, { mode, at }: Taken): ToldTaking => ({
    class: name,
    ...(classes.has(name) && { usage: classes.get(name)! }),
    mode,
    ...place(at),
  })
  const lock = (held: HeldLock): ToldTaking => taken(held.class.name, held)
  const dependency = ({ from, to, outer, inner, causal, primed }: Dependency): ToldDependency => ({
    outer: taken(from, outer),
    inner: taken(to, inner),
    causal: causal === true,
    ...(primed !== undefined && { primed }),
  })
  const nothing = { classes: [], chain: [], held: [], usages: [] }

  switch (report.kind) {
    case 'circular':
      return {
        ...nothing,
        kind: report.kind,
        title: 'WARNING: possible circular locking dependency detected',
        classes: report.circle.map(({ from }) => from),
        chain: report.circle.map(dependency),
      }
    case 'recursive':
      return {
        ...nothing,
        kind: report.kind,
        title: 'WARNING: possible recursive locking detected',
        classes: [report.next.class.name],
        next: lock(report.next),
        held: [lock(report.held)],
      }
    case 'irq': {
      const { context, safe, unsafe, path } = report
      const usage = ({ name, side, shared, at }: State): ToldUsage => ({
        state: usageName(side, context, shared),
        taking: taken(name, { mode: shared ? 'read' : 'write', at }),
      })
      return {
        ...nothing,
        kind: report.kind,
        title:
          path.length === 0
            ? 'WARNING: inconsistent lock state'
            : `WARNING: ${context}-safe -> ${context}-unsafe lock order detected`,
        classes: path.length === 0 ? [safe.name] : [safe.name, ...path.map(({ to }) => to)],
        chain: path.map(dependency),
        usages: [usage(safe), usage(unsafe)],
      }
    }
    case 'wait-context':
      return {
        ...nothing,
        kind: report.kind,
        title: 'BUG: Invalid wait context',
        classes: [report.next.class.name],
        next: lock(report.next),
        held: report.held.map(lock),
        ...(report.context !== undefined && { remark: `in ${report.context} context` }),
      }
    case 'unlock-balance':
      return {
        ...nothing,
        kind: report.kind,
        title: 'WARNING: bad unlock balance detected!',
        classes: [report.name],
        next: taken(report.name, { mode: 'write', at: report.at }),
      }
    case 'nest-lock':
      return {
        ...nothing,
        kind: report.kind,
        title: 'WARNING: Nested lock was not taken',
        classes: [report.next.class.name],
        next: lock(report.next),
      }
    case 'debug-locks':
      return {
        ...nothing,
        kind: report.kind,
        title: 'WARNING: DEBUG_LOCKS_WARN_ON()',
        classes: [],
        next: { class: '', mode: 'write', ...place(report.at) },
        remark: report.code,
      }
  }
}

/** `lock`, `rlock` as lockdep's scenarios have it. */
export const lockWord = (mode: HeldLock['mode']): string => (isShared(mode) ? 'rlock' : 'lock')
