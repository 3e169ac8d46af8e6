// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { contentHash } from '#ir/hash'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import { lowerMany } from '#semantics/lower/lower-many'
import type { Registry } from '#semantics/registry'
import type { System, VarId } from '#system/system'
import type { Certificate } from './certificate.ts'
import { debtEvents } from './certify/debts.ts'
import { obligationsOf } from './certify/obligations.ts'
import { ranksOf } from './certify/order.ts'
import { outlookOf, type Outlook } from './certify/outlook.ts'
import { Refusal } from './certify/refusal.ts'
import { resourcesOf, type Resources } from './certify/resources.ts'
import { assignments, candidates, usableWith, type Signaller } from './certify/signallers.ts'
import { waitEdges, waitsAt } from './certify/wait-edges.ts'
import { requireWaysOut } from './certify/ways-out.ts'

/**
 * Shows that no number of instances of these paths can deadlock, leave a fence unsignalled, or hang until a timeout or a
 * signal: the theorem of docs/theory.md, section 10. It looks at one process at a time, never at an interleaving, and
 * refuses much that is sound; a refusal is no finding about the model, it says why nothing could be shown.
 * @throws FencecheckError if the model is not well formed.
 */
export function certify(
  model: Model,
  registry: Registry,
): { readonly certificate: Certificate } | { readonly refused: string } {
  lower(model, registry)
  try {
    return { certificate: certificateOf(model, registry) }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message }
    if (error instanceof FencecheckError && error.code === 'too-large') return { refused: error.message }
    throw error
  }
}

function certificateOf(model: Model, registry: Registry): Certificate {
  const system = lowerMany(model, registry)
  if (system.transitions.some(({ joint }) => joint !== undefined))
    throw new Refusal('the model has a rendezvous, at which two processes wait for each other')
  const resources = resourcesOf(model, registry, system)
  const running = [...system.processes.keys()].filter((p) => system.processes[p]!.context !== 'observer')
  const outlooks = running.map((process) => outlookOf(process, system, registry, resources))
  const faults = outlooks.find((outlook) => outlook.faults !== undefined)?.faults
  if (faults !== undefined) throw lockCircle(outlooks, system, resources) ?? faults
  const events = new Set([
    ...outlooks.flatMap(({ views }) => views.flatMap((v) => v?.choices.flatMap(({ waits }) => waits.events) ?? [])),
    ...debtEvents(system, resources),
  ])
  const originals = running.filter((p) => model.processes.some(({ name }) => name === system.processes[p]!.name))
  const signalled = candidates(events, originals, outlooks, resources, system)
  const usable = usableWith(signalled)
  for (const outlook of outlooks) requireWaysOut(outlook, usable, system)
  for (const event of debtEvents(system, resources))
    if (!signalled.has(event))
      throw new Refusal(`no process is sure to signal ${system.variables[event]!.object} on each of its paths`)

  const waits = outlooks.map((outlook) => waitsAt(outlook, usable, resources))
  let first: Refusal | undefined
  for (const signallers of assignments(signalled)) {
    const ranks = ranksWith(signallers, outlooks, waits, system, resources)
    if (ranks instanceof Refusal) first ??= ranks
    else return written(model, system, outlooks, waits, signallers, ranks)
  }
  throw first!
}

type WaitsByProcess = readonly ReturnType<typeof waitsAt>[]

function ranksWith(
  signallers: ReadonlyMap<VarId, Signaller>,
  outlooks: readonly Outlook[],
  waits: WaitsByProcess,
  system: System,
  resources: Resources,
): ReadonlyMap<string, number> | Refusal {
  const owed = obligationsOf(outlooks, signallers, system, resources)
  const classes = new Set([
    ...owed.flatMap((nodes) => nodes.flatMap((classes) => [...classes])),
    ...waits.flatMap((nodes) => nodes.flatMap((list) => list.map(({ waited }) => waited))),
    ...[...signallers.keys()].map(resources.classOfEvent),
  ])
  const order = ranksOf(classes, waitEdges(outlooks, waits, owed, system))
  return 'ranks' in order ? order.ranks : new Refusal(order.circle.map(({ because }) => because).join('; '))
}

/** What the locks alone have against it, before any fault: taking a lock twice ends in giving it back twice. */
function lockCircle(outlooks: readonly Outlook[], system: System, resources: Resources): Refusal | undefined {
  const waits = outlooks.map((outlook) => waitsAt(outlook, () => true, resources))
  const ranks = ranksWith(new Map(), outlooks, waits, system, resources)
  return ranks instanceof Refusal ? ranks : undefined
}

function written(
  model: Model,
  { processes, variables }: System,
  outlooks: readonly Outlook[],
  waits: WaitsByProcess,
  signallers: ReadonlyMap<VarId, Signaller>,
  ranks: ReadonlyMap<string, number>,
): Certificate {
  return {
    schema: 'fencecheck-certificate/1',
    model: contentHash(model),
    classes: [...ranks]
      .map(([name, rank]) => ({ name, rank }))
      .sort((a, b) => a.rank - b.rank || compare(a.name, b.name)),
    signallers: [...signallers]
      .map(([event, { process }]) => ({ event: variables[event]!.name, process: processes[process]!.name }))
      .sort((a, b) => compare(a.event, b.event)),
    processes: model.processes.map(({ name }) => {
      const i = outlooks.findIndex(({ process }) => processes[process]!.name === name)
      const states = outlooks[i]!.views.filter((view) => view !== undefined).length
      return { name, states, waiting: waits[i]!.filter((list) => list.length > 0).length }
    }),
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
