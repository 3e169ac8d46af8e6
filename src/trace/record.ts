// SPDX-License-Identifier: Apache-2.0
import { showSite } from '#base/errors'
import { contentHash } from '#ir/hash'
import type { Model } from '#ir/model'
import type { Violation } from '#property/property'
import type { System, TransitionId } from '#system/system'
import type { Trace, TraceStep } from './trace.ts'

/** Writes a violation down as a trace, whose last step leads `backTo` an earlier state where that is said. */
export function recordTrace(model: Model, system: System, violation: Violation, backTo?: number): Trace {
  const { kind, code, detail, shape, processes, objects, stuck, escapes, path } = violation
  return {
    schema: 'fencecheck-trace/1',
    model: {
      id: model.id,
      hash: contentHash(model),
      ...(model.variant !== undefined && { variant: model.variant }),
      ...(model.params !== undefined && { params: model.params }),
      ...(model.switches !== undefined && { switches: model.switches }),
    },
    outcome: {
      kind,
      ...(code !== undefined && { code }),
      ...(detail !== undefined && { detail }),
      ...(shape !== undefined && { shape }),
      processes,
      objects,
      stuck: stuck.map((p) => system.processes[p]!.name),
      escapes,
    },
    steps: path.map((id) => traceStep(system, id)),
    ...(backTo !== undefined && { backTo }),
  }
}

/** One transition, in names. */
export function traceStep(system: System, id: TransitionId): TraceStep {
  const { process, label, exit, origin } = system.transitions[id]!
  const { site, kernel, frames } = system.origins[origin]!
  return {
    process: system.processes[process]!.name,
    step: label,
    exit,
    ...(site !== undefined && { at: showSite(site) }),
    ...(kernel !== undefined && { kernel }),
    ...(frames.length > 0 && { inside: frames.map(({ hook, body }) => `${hook} ${body}`) }),
  }
}
