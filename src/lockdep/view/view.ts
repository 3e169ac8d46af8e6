// SPDX-License-Identifier: Apache-2.0
import { lockdepModes, type LockdepMode, type Model } from '#ir/model'
import { localGraph, type LocalGraph } from '#lockdep/paths/local-graph'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'
import type { System } from '#system/system'
import { addCauses } from './causes.ts'
import type { DependencyGraph } from './dependency-graph.ts'
import type { LockdepReport } from './findings.ts'
import { Listener, type Build } from './listener.ts'
import { lockClasses } from './lock-class.ts'
import { PathWalk } from './path-walk.ts'
import { prime } from './priming.ts'
import { hasSections, owedSections } from './sections.ts'
import { irqConflicts, usageText } from './usage.ts'

/** How a kernel with lockdep is built. */
export interface LockdepBuild {
  /** The form of the annotations in mode `annotated`; 6.18 unless said. */
  readonly annotations?: '6.12' | '6.18'
  /** Whether read_lock() in task context may nest; on queued rwlocks, so unless said, it may not. */
  readonly readLock?: Build['readLock']
}

export interface LockdepOptions extends LockdepBuild {
  /** `plain` unless said. */
  readonly mode?: LockdepMode
}

/** What lockdep would say of a model once every path of it has run in every way. */
export interface LockdepView {
  readonly mode: LockdepMode
  readonly system: System
  readonly graph: DependencyGraph
  /** Every class that some path takes, with its usage states as lockdep prints them: `{+.+.}-{4:4}`. */
  readonly classes: ReadonlyMap<string, string>
  /** None means that it stays silent. */
  readonly reports: readonly LockdepReport[]
  /** A path was cut: silence means nothing then. */
  readonly truncated: boolean
}

/**
 * What lockdep would say with perfect coverage: every process of the model goes every way through its paths, alone.
 * @throws FencecheckError if the model is not well formed
 */
export function lockdepView(model: Model, registry: Registry, options: LockdepOptions = {}): LockdepView {
  return viewOf(pathsOf(model, lower(model, registry)), registry, options)
}

/** What it would say in each mode, in the order of {@link lockdepModes}; `system` is what the model lowers to. Throws as {@link lockdepView}. */
export function lockdepViews(
  model: Model,
  registry: Registry,
  build: LockdepBuild = {},
  system = lower(model, registry),
): readonly LockdepView[] {
  const paths = pathsOf(model, system)
  return lockdepModes.map((mode) => viewOf(paths, registry, { ...build, mode }))
}

/** The paths of a model, which are the same however lockdep is built. */
interface Paths {
  readonly model: Model
  readonly system: System
  /** Some step is a call. Of plain steps alone lockdep hears nothing; only a variable may be an event (mode `exact`). */
  readonly isHeard: boolean
  readonly locals: readonly LocalGraph[]
}

function pathsOf(model: Model, system: System): Paths {
  const isHeard = system.origins.some(({ primitive, frames }) => primitive !== '' || frames.length > 0)
  // Variables are events only for those that others write, and a path takes as long to walk as it has states.
  const isWalked = isHeard || model.processes.length > 1
  return {
    model,
    system,
    isHeard,
    locals: isWalked ? model.processes.map((_, process) => localGraph(system, process)) : [],
  }
}

function viewOf(paths: Paths, registry: Registry, options: LockdepOptions): LockdepView {
  const { mode = 'plain', annotations = '6.18', readLock = 'queued' } = options
  const { model, system } = paths
  const locals = paths.isHeard || mode === 'exact' ? paths.locals : []
  const fences = mode === 'annotated'
  const listener = new Listener(registry, lockClasses(model, registry, mode === 'exact'), {
    readLock,
    ...(fences && { annotations }),
  })
  const { graph, usages, findings, classes } = listener
  prime(graph, model, { fences })
  const walks = locals.map((local) => {
    const sections = fences && !hasSections(system) ? owedSections(system, local) : undefined
    return { graph: local, walk: new PathWalk(system, local, listener, sections) }
  })
  const owed = new Set(system.debts.map(({ object }) => object))
  if (mode === 'exact')
    addCauses(system, walks, graph, { nameOf: (object) => object, variables: true, purposes: [...owed] })
  if (mode === 'cross-release')
    addCauses(system, walks, graph, {
      nameOf: (object) => (owed.has(object) ? 'dma_fence' : object),
      variables: false,
      purposes: [],
    })

  for (const circle of graph.circles())
    findings.add(circle.map(({ from }) => from).sort(), { kind: 'circular', circle })
  for (const conflict of irqConflicts(graph, usages, [...classes.keys()]))
    findings.add([conflict.context, conflict.safe.name, conflict.unsafe.name], { kind: 'irq', ...conflict })
  return {
    mode,
    system,
    graph,
    classes: new Map([...classes].map(([name, known]) => [name, usageText(known, usages)])),
    reports: findings.reports,
    truncated: walks.some(({ graph: local, walk }) => local.truncated || walk.truncated),
  }
}
