// SPDX-License-Identifier: Apache-2.0
import { contentHash } from '#ir/hash'
import type { Model } from '#ir/model'
import { lowerMany } from '#semantics/lower/lower-many'
import type { Registry } from '#semantics/registry'
import type { ProcessId, VarId } from '#system/system'
import { beneath, isHandler, owing, settles, stranded, waitedIn, type Seen } from './verify/demands.ts'
import { Vocabulary } from './verify/vocabulary.ts'
import { walk, type LocalState } from './verify/walk.ts'
import { waysOn } from './verify/ways.ts'

/**
 * Why no number of instances of the paths of a model can deadlock, as plain data: an order of all that can be waited for.
 * Whoever waits for something owes only what ranks higher.
 */
export interface Certificate {
  readonly schema: 'fencecheck-certificate/1'
  /** The content hash of the model it is for. */
  readonly model: string
  /** By rank, then name. The rank is the length of the longest chain of waits below: 0 for what lets nobody wait. */
  readonly classes: readonly { readonly name: string; readonly rank: number }[]
  /** Who brings about what others wait for, by the name of the event. */
  readonly signallers: readonly { readonly event: string; readonly process: string }[]
  /** The processes of the model in its order: local states that were looked at, and those of them at which it may wait. */
  readonly processes: readonly { readonly name: string; readonly states: number; readonly waiting: number }[]
}

/**
 * Why a certificate is no proof for this model; undefined if it is one. Nothing in it is taken on trust, and nothing of
 * what wrote it is used: the premises of docs/theory.md, section 10 are checked again, slowly, and every number must be
 * the one that comes out.
 * @throws FencecheckError if the model is not well formed.
 */
export function verifyCertificate(model: Model, registry: Registry, certificate: Certificate): string | undefined {
  if (certificate.schema !== 'fencecheck-certificate/1') return `unknown schema '${certificate.schema}'`
  if (certificate.model !== contentHash(model)) return 'it is for another model'
  const system = lowerMany(model, registry)
  if (system.transitions.some(({ joint }) => joint !== undefined)) return 'the model has a rendezvous'
  const vocabulary = new Vocabulary(model, registry, system)

  const events = new Map<VarId, string>()
  for (const { event, process } of certificate.signallers) {
    const v = system.variables.findIndex(({ name }) => name === event)
    if (v === -1 || !vocabulary.isEvent(v) || events.has(v)) return `'${event}' is no event, or is listed twice`
    events.set(v, process)
  }
  const all: Seen[] = []
  const needed = new Set<VarId>()
  for (const [process, { name, context }] of system.processes.entries()) {
    if (context === 'observer') continue
    const states = walk(process, vocabulary)
    if (typeof states === 'string') return states
    const ways = new Map(states.map((state) => [state, waysOn(state, vocabulary)]))
    for (const event of [...ways.values()].flat().flatMap((way) => way.events)) needed.add(event)
    const isSignalled = (event: VarId): boolean => events.has(event)
    all.push({
      process,
      name,
      states,
      ways: new Map([...ways].map(([state, list]) => [state, list.filter((way) => way.events.every(isSignalled))])),
    })
  }
  for (const seen of all) {
    const problem = stranded(seen, vocabulary, registry)
    if (problem !== undefined) return problem
  }
  for (const debt of system.debts.keys()) {
    if (settles(debt, [], vocabulary)) continue
    const paying = [...events.keys()].filter((event) => settles(debt, [event], vocabulary))
    if (paying.length === 0) return `nothing shows that ${system.debts[debt]!.object} is signalled`
    for (const event of paying) needed.add(event)
  }

  const owes = new Map<VarId, { readonly process: ProcessId; readonly in: ReadonlySet<LocalState> }>()
  for (const [event, name] of events) {
    const signaller = all.find((seen) => seen.name === name && model.processes.some((process) => process.name === name))
    if (!needed.has(event)) return `nobody waits for '${system.variables[event]!.name}'`
    const states =
      signaller === undefined || isHandler(signaller, vocabulary) ? undefined : owing(signaller, event, vocabulary)
    if (states === undefined) return `'${name}' is not sure to bring about '${system.variables[event]!.name}'`
    owes.set(event, { process: signaller!.process, in: states })
  }
  return compared(certificate, model, registry, vocabulary, all, owes)
}

/** The numbers and names of the certificate against those that come out. */
function compared(
  certificate: Certificate,
  model: Model,
  registry: Registry,
  vocabulary: Vocabulary,
  all: readonly Seen[],
  owes: ReadonlyMap<VarId, { readonly process: ProcessId; readonly in: ReadonlySet<LocalState> }>,
): string | undefined {
  const own = ({ process }: Seen, state: LocalState): ReadonlySet<string> =>
    new Set([
      ...[...state.holds].map((lock) => vocabulary.classOfLock(lock)),
      ...[...owes].flatMap(([event, debt]) =>
        debt.process === process && debt.in.has(state) ? [vocabulary.classOfEvent(event)] : [],
      ),
    ])
  const below = beneath(all, own, vocabulary)
  const under = new Map<string, Set<string>>(
    [...owes.keys()].map((event) => [vocabulary.classOfEvent(event), new Set()]),
  )
  const waitsOf = (name: string): Set<string> => under.get(name) ?? under.set(name, new Set()).get(name)!
  const waiting = new Map<string, number>()
  for (const seen of all)
    for (const state of seen.states) {
      const waited = waitedIn(seen, state, vocabulary, registry)
      if (waited.size > 0) waiting.set(seen.name, (waiting.get(seen.name) ?? 0) + 1)
      for (const one of waited) waitsOf(one)
      const idle = vocabulary.system.processes[seen.process]!.init
      const more = isHandler(seen, vocabulary) && state.at !== idle ? (below.get(seen.process) ?? []) : []
      for (const one of [...own(seen, state), ...more]) for (const other of waited) waitsOf(one).add(other)
      for (const one of own(seen, state)) waitsOf(one)
    }

  const ranks = new Map(certificate.classes.map(({ name, rank }) => [name, rank]))
  if (ranks.size < certificate.classes.length) return 'a class is listed twice'
  const unknown = [...ranks.keys()].find((name) => !under.has(name))
  if (unknown !== undefined) return `there is no class '${unknown}'`
  for (const [name, others] of under) {
    const rank = ranks.get(name)
    if (rank === undefined) return `the class '${name}' is missing`
    const heights = [...others].map((other) => ranks.get(other) ?? Infinity)
    if (!Object.is(rank, Math.max(-1, ...heights) + 1))
      return `the rank of '${name}' is ${rank}, where what its owners wait for (${[...others].sort().join(', ') || 'nothing'}) makes it ${Math.max(-1, ...heights) + 1}`
  }
  if (certificate.processes.length !== model.processes.length) return 'a process is missing or too many'
  for (const [i, { name, states, waiting: some }] of certificate.processes.entries()) {
    if (name !== model.processes[i]!.name) return `process ${i + 1} is '${model.processes[i]!.name}', not '${name}'`
    const seen = all.find((one) => one.name === name)!
    if (!Object.is(states, seen.states.length)) return `'${name}' has ${seen.states.length} local states, not ${states}`
    if (!Object.is(some, waiting.get(name) ?? 0))
      return `'${name}' may wait in ${waiting.get(name) ?? 0} of them, not ${some}`
  }
  return undefined
}
