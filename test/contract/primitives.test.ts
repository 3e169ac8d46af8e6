// SPDX-License-Identifier: Apache-2.0
import { heardOfItself } from '#semantics/lock-map'
import { eq } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { Random } from '#base/random'
import { toPromela } from '#export/promela'
import { Interpreter } from '#interp/interpreter'
import { KeyCodec } from '#interp/key'
import { stateOf, type State } from '#interp/state'
import { modelToJson, parseModel } from '#ir/json'
import type { Body, CallStep, Model, ModelObject } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import { exitsOf, type Operation, type Primitive } from '#semantics/primitive'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { canEnable } from '#system/enables'
import { evaluator, not } from '#system/expression'
import { footprint, readsOf } from '#system/footprint'
import type { Expr, System, TransitionId } from '#system/system'
import { readTrace, writeTrace } from '#trace/codec'
import { replay } from '#trace/replay'
import { check } from '#check/check'
import { instanceOver, nameOf, statesOfSystem, verdictOf, type Explored } from '../fixtures/models.ts'
import { bitLock } from '../fixtures/bit-lock.ts'
import { allFacts } from '../semantics/facts.ts'
import { modelOf } from '../semantics/facts/fact.ts'

const primitives = { ...kernelPrimitives, bitLock }
const registry = new Registry<Record<string, Primitive>>(primitives)
const all = registry.names.map((name) => registry.get(name)!)
const operationsOf = (primitive: Primitive): readonly (readonly [string, Operation])[] =>
  Object.entries(primitive.operations)

/** A call that leads to `next` whatever its exit. */
const call = (on: string, op: string, operation: Operation, at: string, next: string): CallStep => {
  const args = Object.keys(operation.args ?? {}).map((arg) => [arg, `o.${arg}`] as const)
  return {
    at,
    call: { op, on, ...(args.length > 0 && { args: Object.fromEntries(args) }) },
    exits: Object.fromEntries(exitsOf(operation).map((exit) => [exit, next])),
  }
}

/** How what a world ties its object to starts: with Wait-Die tickets, and three items at most at once. */
const starts: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ww_class: { waitDie: 1 },
  workqueue: { maxActive: 2 },
}
/** A second object of the kind, tied as the first one is, with what is done to it: only then does anybody back off. */
const twins: Readonly<Record<string, readonly string[]>> = {
  ww_mutex: ['wwLock', 'wwUnlock'],
  dma_resv: ['wwLock', 'wwUnlock'],
}

/** Operations that get a world of their own too: among all of them a sample does not get deep enough. */
const subsets: Readonly<Record<string, RegExp>> = { dma_resv: /^ww/ }

/** Operations whose outcome depends on which hooked body performs them. */
const inHooks: Readonly<Record<string, readonly string[]>> = { memory: ['rangeBlockable'] }

/** What happens to memory, as against a function of the kernel. */
const notFunctions =
  /^(publish|read|write|begin|end|release|free|complete)(Buffer|Mapped|Read|Write|Move|Clear|Old|Seqno|UserFence)?$/

interface WorldOptions {
  /** With what the object may be tied to, and a second one like it. */
  readonly tied: boolean
  /** The clients may change their own execution context, and there is a handler. */
  readonly contexts: boolean
  /** Only these operations. */
  readonly only?: RegExp | undefined
}

/**
 * The most general small world of a primitive: two tasks that may do anything with an object `o`, with what it is tied
 * to, with its members and with what its operations take, in any order, for ever; with `contexts` also with their own
 * context, and there is a handler that does any one thing at any time.
 */
function world(primitive: Primitive, { tied, contexts, only = /^/ }: WorldOptions): Model {
  const objects: ModelObject[] = []
  const add = (name: string, kind: string, more: Partial<ModelObject> = {}): string => {
    const init = starts[kind]
    objects.push({ name, kind, ...(init !== undefined && { init }), ...more })
    return name
  }
  const refs = Object.fromEntries(
    tied ? Object.entries(primitive.refs ?? {}).map(([ref, kind]) => [ref, add(`o.${ref}`, kind)]) : [],
  )
  const args = new Map(operationsOf(primitive).flatMap(([, { args = {} }]) => Object.entries(args)))
  /** How an object of that kind says that it belongs to `o`. */
  const tieOf = (kind: string): Partial<ModelObject> => {
    const tie = Object.entries(registry.get(kind)!.refs ?? {}).find(([, target]) => target === primitive.name)
    return tie === undefined ? {} : { refs: { [tie[0]]: 'o' } }
  }
  for (const [arg, kind] of args) add(`o.${arg}`, kind, tieOf(kind))
  const like = Object.keys(refs).length > 0 ? { refs } : {}
  const others = objects.map(({ name }) => name)
  const joins = primitive.members !== undefined && ![...args.values()].includes(primitive.members)
  const told = joins && tieOf(primitive.members).refs === undefined ? { members: ['o.member'] } : {}
  if (primitive.implicit !== true) add('o', primitive.name, { ...like, ...told })
  const mine = primitive.implicit === true ? primitive.name : 'o'
  if (joins) others.push(add('o.member', primitive.members, tieOf(primitive.members)))
  if (primitive.name === 'ww_class') others.push(add('o.lock', 'ww_mutex', { refs: { class: 'o' } }))
  const twin = tied ? (twins[primitive.name] ?? []) : []
  if (twin.length > 0) add('o.twin', primitive.name, like)
  const steps = (names: readonly string[], at: string, next: string): CallStep[] =>
    names.flatMap((name) => {
      const kind = objects.find((object) => object.name === name)?.kind ?? name
      const known = ({ args = {} }: Operation): boolean =>
        Object.keys(args).every((arg) => objects.some((object) => object.name === `o.${arg}`))
      return operationsOf(registry.get(kind)!)
        .filter(([op, operation]) => only.test(op) && known(operation))
        .map(([op, operation]) => call(name, op, operation, at, next))
    })
  const client: Body = {
    name: 'client',
    initial: 'hub',
    locations: [{ name: 'hub' }],
    steps: [
      ...steps([...new Set([mine, ...others, ...(contexts ? ['task'] : [])])], 'hub', 'hub'),
      ...twin.map((op) => call('o.twin', op, primitive.operations[op]!, 'hub', 'hub')),
    ],
  }
  const once: Body = {
    name: 'once',
    initial: 'start',
    locations: [{ name: 'start' }, { name: 'end', rest: true }],
    steps: steps([mine, ...others], 'start', 'end'),
  }
  const hooked: Body = {
    name: 'hooked',
    initial: 'start',
    locations: [{ name: 'start' }, { name: 'end', rest: true }],
    steps: [
      { at: 'start', to: 'end' },
      ...(inHooks[primitive.name] ?? []).map((op) => call(mine, op, primitive.operations[op]!, 'start', 'end')),
    ],
  }
  const events = Object.entries(primitive.hooks ?? {}).flatMap(([on, { under }]) =>
    under === undefined || under in refs ? [on] : [],
  )
  const handler = contexts && once.steps.length > 0
  return {
    schema: 'fencecheck-model/1',
    id: `world/${primitive.name}`,
    objects,
    bodies: [client, ...(handler ? [once] : []), hooked],
    processes: [
      { name: 'a', body: 'client' },
      { name: 'b', body: 'client' },
      ...(handler
        ? [{ name: 'h', body: 'once', context: 'hardirq' as const, handler: { on: ['a'], idleCpu: false } }]
        : []),
    ],
    hooks: events.map((on) => ({ on, ...(primitive.implicit !== true && { object: 'o' }), body: 'hooked' })),
  }
}

/** Every state near the start, and more far away. */
const near = 1_500
const walks = 120
const walkLength = 50

/** States of a system with what is enabled there, and some of the edges between them. */
interface Sample {
  readonly system: System
  readonly machine: Interpreter
  readonly states: readonly State[]
  readonly enabled: readonly (readonly TransitionId[])[]
  readonly edges: readonly (readonly [from: number, by: TransitionId, to: number])[]
}

function sampleOf(system: System): Sample {
  const explored = statesOfSystem(system, near)
  const { machine } = explored
  const states = [...explored.states]
  const edges: [number, TransitionId, number][] = []
  explored.edges((from, by, to) => edges.push([from, by, to]))
  const random = new Random(7)
  for (let walk = explored.complete ? walks : 0; walk < walks; walk++) {
    let at = random.below(Math.min(100, explored.states.length))
    for (let i = 0; i < walkLength; i++) {
      const enabled = machine.enabled(states[at]!)
      const sound = enabled.filter((id) => system.transitions[id]!.fault === undefined)
      if (sound.length === 0) break
      for (const id of enabled)
        if (system.transitions[id]!.fault?.kind === 'bound')
          edges.push([at, id, states.push(machine.fire(states[at]!, id)) - 1])
      const id = sound[random.below(sound.length)]!
      edges.push([at, id, states.push(machine.fire(states[at]!, id)) - 1])
      at = states.length - 1
    }
  }
  return { system, machine, states, enabled: states.map((state) => machine.enabled(state)), edges }
}

interface World {
  readonly name: string
  readonly primitive: Primitive
  readonly objects: readonly ModelObject[]
  readonly sample: Sample
  readonly calls: Calls
}
const worldOf = (primitive: Primitive, options: WorldOptions): World => {
  const { tied, contexts, only } = options
  const model = world(primitive, options)
  const sample = sampleOf(lower(model, registry))
  const name = [
    primitive.name,
    ...(tied ? ['with its refs'] : []),
    ...(contexts ? ['in every context'] : []),
    ...(only === undefined ? [] : [`${only} alone`]),
  ]
  return { name: name.join(' '), primitive, objects: model.objects ?? [], sample, calls: callsIn(primitive, sample) }
}
const worlds: readonly World[] = all
  .filter((primitive) => operationsOf(primitive).length > 0)
  .flatMap((primitive) => {
    const ties = primitive.refs === undefined ? [false] : [false, true]
    const contexts = primitive.name === 'task' ? [true] : [false, true]
    const only = subsets[primitive.name]
    return [
      ...ties.flatMap((tied) => contexts.map((c) => worldOf(primitive, { tied, contexts: c }))),
      ...(only === undefined ? [] : [worldOf(primitive, { tied: true, contexts: false, only })]),
    ]
  })
const worldsOf = (primitive: Primitive): readonly World[] => worlds.filter((w) => w.primitive === primitive)

/** What a primitive leaves open on purpose, and why; anything else is decided by the state. */
const leftOpen: Readonly<Record<string, string>> = {
  'memory allocKernel': 'how much memory is free is not modelled',
  'memory allocNofs': 'how much memory is free is not modelled',
  'memory allocNoio': 'how much memory is free is not modelled',
  'dma_resv reserveFences': 'how much memory is free is not modelled',
  'memory allocNowait': 'how much memory is free is not modelled',
  'memory allocAtomic': 'how much memory is free is not modelled',
  'mmap_lock copyUser': 'whether the page is present is not modelled',
  'mmap_lock copyUserInatomic': 'whether the page is present is not modelled',
  'completion waitForCompletionInterruptibleTimeout': 'a signal or time may end the same wait',
  'wait_queue_head scheduleInterruptibleTimeout': 'a signal or time may end the same wait',
  'dma_fence waitInterruptibleTimeout': 'a signal or time may end the same wait',
  'dma_resv waitFencesInterruptibleTimeout': 'a signal or time may end the same wait',
  'dma_fence_array waitInterruptibleTimeout': 'a signal or time may end the same wait',
  'drm_syncobj findFenceForSubmit': 'a signal or time may end the same wait',
  'user_fence waitUserFenceTimeout': 'a signal or time may end the same wait',
  'mempool mempoolAlloc': 'how much memory is free is not modelled',
  'mempool mempoolAllocNofs': 'how much memory is free is not modelled',
  'mempool mempoolAllocNowait': 'how much memory is free is not modelled',
  'ww_mutex wwLockInterruptible': 'a waiter that has to back off may see a signal first',
  'dma_resv wwLockInterruptible': 'a waiter that has to back off may see a signal first',
}

/** What processes met that stood at calls on `o`, by operation. */
interface Calls {
  /** None of its transitions was enabled. */
  readonly blocked: ReadonlySet<string>
  /** More than one of its arrows was. */
  readonly open: ReadonlySet<string>
  /** One of its arrows was, and one of its faults. */
  readonly both: ReadonlySet<string>
  /** `lock ok`, `unlock !! unlock-not-held`. */
  readonly seen: ReadonlySet<string>
}

function callsIn(primitive: Primitive, { system, machine, states, enabled }: Sample): Calls {
  const sites = callSites(primitive, system)
  const isSuspended = system.processes.map(({ suspended }) => suspended.map(({ when }) => evaluator(when, machine)))
  const [blocked, open, both, seen] = Array.from({ length: 4 }, () => new Set<string>()) as [
    Set<string>,
    Set<string>,
    Set<string>,
    Set<string>,
  ]
  for (const [i, state] of states.entries()) {
    const now = new Set(enabled[i])
    for (const { process, from, ids, op } of sites) {
      if (machine.location(state, process) !== from || isSuspended[process]!.some((when) => when(state) !== 0)) continue
      const possible = ids.filter((id) => now.has(id)).map((id) => system.transitions[id]!)
      const arrows = possible.filter(({ fault }) => fault === undefined)
      if (possible.length === 0) blocked.add(op)
      if (arrows.length > 1) open.add(op)
      if (arrows.length > 0 && arrows.length < possible.length) both.add(op)
      for (const { fault, exit } of possible) seen.add(fault === undefined ? `${op} ${exit}` : `${op} !! ${fault.code}`)
    }
  }
  return { blocked, open, both, seen }
}

interface Site {
  readonly process: number
  readonly from: number
  readonly op: string
  readonly ids: readonly TransitionId[]
}
/** The transitions of one operation of one process that leave one place: the call, or one of its phases. */
function callSites(primitive: Primitive, system: System): readonly Site[] {
  const sites = new Map<string, { process: number; from: number; op: string; ids: TransitionId[] }>()
  for (const [id, { process, from, origin }] of system.transitions.entries()) {
    const { op, on, primitive: of } = system.origins[origin]!
    if (of !== primitive.name || (on !== 'o' && on !== '')) continue
    const key = `${process} ${from} ${origin}`
    const site = sites.get(key) ?? { process, from, op, ids: [] }
    site.ids.push(id)
    sites.set(key, site)
  }
  return [...sites.values()]
}

describe('what a primitive states', () => {
  test.each(all)('$name names the kernel file it was read from', ({ source }) => {
    expect(source).toMatch(/\b(?:kernel|drivers|include|lib|mm)\/[\w/.-]+\.[ch]\b/)
  })

  test.each(all)('$name says of every operation what it does, by its name in C', (primitive) => {
    for (const [op, { does }] of operationsOf(primitive)) {
      expect(does, op).toMatch(/\S/)
      if (!notFunctions.test(op)) expect(does, op).toMatch(/^[a-z_]+\(/)
    }
  })

  test.each(all)('$name says of every operation that can block what ends the wait, and of no other', (primitive) => {
    const blocking = new Set(worldsOf(primitive).flatMap(({ calls }) => [...calls.blocked]))
    const said = operationsOf(primitive).flatMap(([op, { waits }]) => (waits === undefined ? [] : [op]))
    expect(said.filter((op) => !blocking.has(op))).toEqual(
      // An escape is always possible where the wait itself is not.
      said.filter(
        (op) => primitive.operations[op]!.arrows.some((arrow) => arrow.escape !== undefined) && !blocking.has(op),
      ),
    )
    expect([...blocking].filter((op) => !said.includes(op))).toEqual([])
  })
})

/** What no run of a small world shows, and why. */
const unreachable: Readonly<Record<string, string>> = {
  'drm_syncobj findFenceForSubmit !! wait-for-submit-locked': 'nobody has a lock there',
  'drm_syncobj waitSyncobjForSubmit !! wait-for-submit-locked': 'nobody has a lock there',
  'drm_syncobj waitSyncobjAvailable !! wait-for-submit-locked': 'nobody has a lock there',
  'drm_syncobj findFenceForSubmit !! wait-for-submit-in-signalling': 'nobody begins a signalling section there',
  'drm_syncobj waitSyncobjForSubmit !! wait-for-submit-in-signalling': 'nobody begins a signalling section there',
  'drm_syncobj waitSyncobjAvailable !! wait-for-submit-in-signalling': 'nobody begins a signalling section there',
  'mmap_lock copyUser lock-lost': 'only a fault handler gives the lock up, and the one of the small world does nothing',
  ...Object.fromEntries(
    ['pmRuntimeGetSync', 'pmRuntimeResume', 'pmRuntimePutSync', 'pmRuntimePutSyncSuspend'].map((op) => [
      `dev_pm_info ${op} !! blocking-while-waiting`,
      'the small world has no wait queue; the facts have one',
    ]),
  ),
}

describe('in the most general small world', () => {
  test.each(all.filter((primitive) => operationsOf(primitive).length > 0))(
    'every exit of every operation of $name is reached, and every precondition fails somewhere',
    (primitive) => {
      const seen = new Set(worldsOf(primitive).flatMap(({ calls }) => [...calls.seen]))
      const missing = operationsOf(primitive).flatMap(([op, operation]) =>
        [
          ...exitsOf(operation).map((exit) => `${op} ${exit}`),
          ...Object.keys(operation.needs ?? {}).map((code) => `${op} !! ${code}`),
          ...(operation.sleeps === true ? [`${op} !! sleep-in-atomic`] : []),
        ].filter((what) => !seen.has(what) && !(`${primitive.name} ${what}` in unreachable)),
      )
      expect(missing).toEqual([])
    },
  )

  test.each(worlds)('the state decides which arrow of a call can be taken: $name', ({ primitive, calls }) => {
    expect([...calls.open].filter((op) => !(`${primitive.name} ${op}` in leftOpen))).toEqual([])
  })

  test('what is said to be left open is', () => {
    const open = new Set(
      worlds.flatMap(({ primitive, calls }) => [...calls.open].map((op) => `${primitive.name} ${op}`)),
    )
    expect(Object.keys(leftOpen).filter((call) => !open.has(call))).toEqual([])
  })

  test.each(worlds)('an arrow is never enabled beside a fault of the same call: $name', ({ calls }) => {
    expect([...calls.both]).toEqual([])
  })

  test.each(worlds)('an operation that never waits is never blocked: $name', ({ primitive, calls }) => {
    expect([...calls.blocked].filter((op) => primitive.operations[op]?.waits === undefined)).toEqual([])
  })

  test.each(worlds)('no value leaves its declared range: $name', ({ sample: { system, states } }) => {
    for (const state of states)
      for (const [v, { min, max, name }] of system.variables.entries()) {
        const value = state.values.get(v)!
        if (value < min || value > max) expect.fail(`${name} is ${value}, outside ${min} .. ${max}`)
      }
  })

  test('a bound of a primitive is hit by counting up only, never by giving back what was not taken', () => {
    const down = new Set<string>()
    for (const { primitive, sample } of worlds) {
      const { system, states } = sample
      for (const [from, by] of sample.edges) {
        const { fault } = system.transitions[by]!
        if (fault?.kind !== 'bound') continue
        const v = system.variables.findIndex((variable) => variable.name === fault.detail)
        if (states[from]!.values.get(v) !== system.variables[v]!.max)
          down.add(
            `${primitive.name}: ${nameOf(system, by).replace(/^\w+: /, '')} ${primitive.name === 'task' ? '' : fault.detail!.replace(/\[.*/, '')}`,
          )
      }
    }
    expect([...down]).toEqual([])
  })
})

describe('what a primitive says of holders', () => {
  /** As far as lockdep hears, with the lock that it is performed on. */
  const does = ({ lockdep = [] }: Operation, what: 'acquire' | 'release'): boolean =>
    heardOfItself(lockdep).some((heard) => heard.does === what)
  const acquiring = all.flatMap((primitive) =>
    operationsOf(primitive)
      .filter(
        ([, operation]) => primitive.holds !== undefined && primitive.implicit !== true && does(operation, 'acquire'),
      )
      .map(([op, operation]) => ({ name: `${primitive.name} ${op}`, primitive, op, operation })),
  )
  const releasing = (primitive: Primitive): readonly (readonly [string, Operation])[] =>
    primitive.implicit === true ? [] : operationsOf(primitive).filter(([, operation]) => does(operation, 'release'))

  /** An operation, on `o` unless said; by the exit named, where it has several. */
  interface Act {
    readonly op: string
    readonly on?: string
    readonly exit?: string
  }
  const init: Act = { op: 'wwAcquireInit', on: 'o.class' }
  /** A lock is asked for although another is held, and with debugging on that is refused. */
  const backOff: readonly Act[] = [
    init,
    { op: 'wwLock', on: 'o.twin', exit: 'ok' },
    { op: 'wwLock', exit: 'edeadlk' },
    { op: 'wwUnlock', on: 'o.twin' },
  ]
  /** What has to be done before an operation is legal. */
  const before = (op: string): readonly Act[] =>
    op.startsWith('wwLockSlow') ? backOff : /^ww(?:Lock|LockInterruptible|Trylock)$/.test(op) ? [init] : []

  /** One process that performs these operations and ends. */
  const alone = (primitive: Primitive, [first, ...rest]: readonly [string, ...string[]]): Model => {
    const refs = primitive.refs?.['class'] === undefined ? {} : { refs: { class: 'o.class' } }
    const acts: readonly Act[] = [...before(first), { op: first }, ...rest.map((op) => ({ op }))]
    const place = (i: number) => (i === acts.length ? { name: `${i}`, rest: true } : { name: `${i}` })
    return {
      schema: 'fencecheck-model/1',
      id: 'alone/1',
      objects: [
        { name: 'o', kind: primitive.name, ...refs },
        ...('refs' in refs
          ? [
              { name: 'o.twin', kind: primitive.name, ...refs },
              { name: 'o.class', kind: 'ww_class', init: { debugWw: 1 } },
            ]
          : []),
      ],
      bodies: [
        {
          name: 'body',
          initial: '0',
          locations: [
            ...Array.from({ length: acts.length + 1 }, (_, i) => place(i)),
            { name: 'not asked', rest: true },
          ],
          steps: acts.map(({ op, on = 'o', exit: wanted }, i) => {
            const { operations } = on === 'o.class' ? registry.get('ww_class')! : primitive
            const exits = exitsOf(operations[op]!).map((exit) => [
              exit,
              wanted === undefined || exit === wanted ? `${i + 1}` : 'not asked',
            ])
            return { ...call(on, op, operations[op]!, `${i}`, `${i + 1}`), exits: Object.fromEntries(exits) }
          }),
        },
      ],
      processes: [{ name: 'a', body: 'body' }],
    }
  }
  /** The views on `o` that hold at the end of the run that is asked for, and how it ends. */
  const run = (model: Model): { held: readonly string[]; faults: readonly string[] } => {
    const system = lower(model, registry)
    const machine = new Interpreter(system)
    const isAsked = (id: TransitionId): boolean =>
      system.processes[0]!.locations[system.transitions[id]!.to]!.name !== 'not asked'
    let state = machine.initial()
    for (;;) {
      const enabled = machine.enabled(state)
      const faults = [...new Set(enabled.flatMap((id) => system.transitions[id]!.fault?.code ?? []))]
      const next = enabled.find(isAsked)
      if (faults.length > 0 || next === undefined)
        return {
          held: system.holds
            .filter(({ object, when }) => object === 'o' && evaluator(when, machine)(state) !== 0)
            .map((h) => h.mode),
          faults,
        }
      state = machine.fire(state, next)
    }
  }

  test('there is something to test', () => {
    expect(acquiring.length).toBeGreaterThan(20)
  })

  test('mmap_lock copyUser holds nothing afterwards', () => {
    expect(run(alone(registry.get('mmap_lock')!, ['copyUser']))).toEqual({ held: [], faults: [] })
  })

  test.each(acquiring)('after $name exactly one mode is held, and ending so is misuse', async ({ primitive, op }) => {
    const { held, faults } = run(alone(primitive, [op]))
    expect(held).toHaveLength(1)
    expect(faults).toEqual(['rest-while-holding'])
    expect(await verdictOf(alone(primitive, [op]), registry)).toMatchObject({
      verdict: 'violated',
      kind: 'misuse',
      code: 'rest-while-holding',
      processes: ['a'],
      objects: ['o'],
    })
  })

  test.each(acquiring)('$name can be released, and then nobody holds or queues', ({ primitive, op }) => {
    const legal = releasing(primitive).filter(([release]) => run(alone(primitive, [op, release])).faults.length === 0)
    expect(legal.map(([release]) => release)).not.toEqual([])
    for (const [release] of legal) expect(run(alone(primitive, [op, release])).held, release).toEqual([])
  })

  test.each(all.flatMap((p) => releasing(p).map(([op]) => ({ name: `${p.name} ${op}`, primitive: p, op }))))(
    '$name without holding is misuse',
    ({ primitive, op }) => {
      expect(run(alone(primitive, [op])).faults).not.toEqual([])
    },
  )
})

describe('who is said to be blocked by holders only', () => {
  const locks = worlds.flatMap(({ name, objects, sample }) =>
    objects.flatMap(({ name: object, kind }) => {
      const fields = registry.get(kind)!.blockedByHoldersOnly
      return fields === undefined ? [] : [{ name: `${object}, a ${kind}, in ${name}`, object, kind, fields, sample }]
    }),
  )
  /** What a state says of an object: who holds and who queues, and the variables by which they block. */
  const views = (object: string, fields: readonly string[], { system, machine }: Sample) => {
    const holds = system.holds.filter((hold) => hold.object === object)
    const who = (queued: boolean, state: State): readonly number[] =>
      holds
        .filter((hold) => (hold.queued === true) === queued && evaluator(hold.when, machine)(state) !== 0)
        .map(({ process }) => process)
    const isQueue = new Set(holds.filter((h) => h.queued === true).flatMap(({ when }) => [...readsOf(when)]))
    const variables = [...system.variables.entries()].flatMap(([v, { name, init, owner }]) =>
      fields.some((field) => name === `${object}.${field}` || name.startsWith(`${object}.${field}[`))
        ? [{ v, name, init, owner, queue: isQueue.has(v) }]
        : [],
    )
    return { who, variables }
  }

  test('there are some, also such as others are tied to', () => {
    expect(new Set(locks.map(({ kind }) => kind)).size).toBeGreaterThan(6)
    expect(locks.some(({ name }) => name.includes('a spinlock, in dma_fence'))).toBe(true)
  })

  test.each(locks)('nothing is left behind by whoever has let go: $name', ({ object, fields, sample }) => {
    const { who, variables } = views(object, fields, sample)
    expect(variables.length).toBeGreaterThan(0)
    for (const state of sample.states) {
      const [held, queued] = [who(false, state), who(true, state)]
      for (const { v, name, init, owner, queue } of variables) {
        const mayDiffer = queue ? queued.includes(owner!) : held.length > 0
        if (!mayDiffer && state.values.get(v) !== init) expect.fail(`${name} is ${state.values.get(v)}`)
      }
    }
  })

  test.each(locks)('what is called a write acquisition succeeds only while nobody else has it: $name', (lock) => {
    const { system, states, edges } = lock.sample
    const { who } = views(lock.object, lock.fields, lock.sample)
    let acquired = 0
    for (const [from, by, to] of edges) {
      const { process, origin } = system.transitions[by]!
      const { op, on } = system.origins[origin]!
      const heard = on === lock.object ? heardOfItself(registry.get(lock.kind)!.operations[op]?.lockdep) : []
      if (!heard.some(({ does, mode = 'write' }) => does === 'acquire' && mode === 'write')) continue
      if (who(false, states[from]!).includes(process) || !who(false, states[to]!).includes(process)) continue
      acquired++
      expect(who(false, states[from]!)).toEqual([])
    }
    if (lock.object === 'o') expect(acquired).toBeGreaterThan(0)
  })
})

describe('debts', () => {
  const owing = worlds.filter(({ primitive }) => primitive.debt !== undefined)

  test('some primitive knows debts', () => {
    expect(owing.length).toBeGreaterThan(0)
  })

  test.each(owing)('are made by others than those who pay them, and gone once paid: $name', ({ sample, primitive }) => {
    const { system, machine, states } = sample
    const debts = system.debts.filter(({ object }) => object === 'o')
    expect(debts).toHaveLength(1)
    const { owed, paidBy } = debts[0]!
    const isOwed = evaluator(owed, machine)
    let made = 0
    let paid = 0
    for (const [from, by, to] of sample.edges) {
      const [before, after] = [isOwed(states[from]!), isOwed(states[to]!)]
      const { exit, fault } = system.transitions[by]!
      if (before === 0 && after !== 0) {
        made++
        expect(paidBy).not.toContain(by)
      }
      if (before !== 0 && after === 0) {
        paid++
        expect(paidBy).toContain(by)
      }
      if (fault === undefined && paidBy.includes(by) && !exit.startsWith('(')) expect(after).toBe(0)
    }
    expect(made).toBeGreaterThan(0)
    expect(paid).toBeGreaterThan(0)
    expect(primitive.debt!.paidBy.every((op) => op in primitive.operations)).toBe(true)
  })
})

/** The worlds again, cut short. */
const samples: readonly { readonly name: string; readonly explored: () => Explored }[] = worlds.map(
  ({ name, sample }) => ({
    name,
    explored: () => statesOfSystem(sample.system, 100),
  }),
)

/** The systems of all facts: every construct of the language is among them. */
const factSystems = (): readonly System[] => {
  const seen = new Set<string>()
  // Those on sleeping differ in the operation alone, and the worlds have all operations.
  const different = allFacts.filter(({ name }) => !name.endsWith(' is misuse, blocked or not'))
  return different.flatMap((fact) => {
    const system = lower(modelOf(fact, kernelPrimitives), registry)
    const key = JSON.stringify({ ...system, origins: [] })
    if (seen.has(key)) return []
    seen.add(key)
    return [system]
  })
}

describe('footprints are honest', () => {
  const random = new Random(1)

  const check = ({ system, machine, states }: Explored): void => {
    const codec = new KeyCodec(system)
    const { transitions, processes } = system
    const footprints = [...transitions.keys()].map((id) => footprint(system, id))
    const leaving = processes.map(({ locations }) => locations.map((): TransitionId[] => []))
    for (const [id, { process, from }] of transitions.entries()) leaving[process]![from]!.push(id)
    /** Said once more, apart from the interpreter. */
    const conditions = transitions.map(({ process, guard, joint = [] }) => {
      const moving = [process, ...joint.map((move) => move.process)]
      const suspended = moving.flatMap((p) => processes[p]!.suspended.map(({ when }) => evaluator(when, machine)))
      const holds = guard.map((g) => evaluator(g, machine))
      return (state: State): boolean =>
        joint.every((move) => machine.location(state, move.process) === move.from) &&
        suspended.every((when) => when(state) === 0) &&
        holds.every((g) => g(state) !== 0)
    })

    /** Changes everything that the footprint says the transition does not look at. */
    const perturbed = (id: TransitionId, state: State): State => {
      const { reads, readsLocationOf } = footprints[id]!
      const { process, joint = [] } = transitions[id]!
      const fixed = new Set([process, ...joint.map((move) => move.process), ...readsLocationOf])
      const locations = processes.map((other, p) =>
        fixed.has(p) ? machine.location(state, p) : random.below(other.locations.length),
      )
      const values = system.variables.map(({ min, max }, v) =>
        reads.has(v) ? machine.value(state, v) : min + random.below(max - min + 1),
      )
      return stateOf(locations, values, codec.pack(locations, values))
    }

    for (const state of states) {
      const enabled = new Set(machine.enabled(state))
      const here = processes.flatMap((_, p) => leaving[p]![machine.location(state, p)]!)
      for (const id of here) {
        const { process, joint = [] } = transitions[id]!
        const { writes } = footprints[id]!
        const other = perturbed(id, state)
        const still = conditions[id]!(other)
        if (still !== enabled.has(id)) expect.fail(`${nameOf(system, id)}: enabledness depends on more than its reads`)
        if (!still) continue
        const [next, otherNext] = [machine.fire(state, id), machine.fire(other, id)]
        const moved = [process, ...joint.map((move) => move.process)]
        for (const p of system.processes.keys())
          if (machine.location(next, p) !== machine.location(state, p) && !moved.includes(p))
            expect.fail(`${nameOf(system, id)}: moves ${p}`)
        for (const v of system.variables.keys()) {
          const changed = machine.value(next, v) !== machine.value(state, v)
          if (changed && !writes.has(v)) expect.fail(`${nameOf(system, id)}: changes ${system.variables[v]!.name}`)
          if (!writes.has(v) && machine.value(otherNext, v) !== machine.value(other, v))
            expect.fail(`${nameOf(system, id)}: changes ${system.variables[v]!.name}`)
          const same = machine.value(next, v) === machine.value(otherNext, v)
          const untouched = !changed && machine.value(otherNext, v) === machine.value(other, v)
          if (writes.has(v) && !same && !untouched)
            expect.fail(
              `${nameOf(system, id)}: what it writes to ${system.variables[v]!.name} depends on more than its reads`,
            )
        }
      }
    }
  }

  test.each(samples)('$name', ({ explored }) => check(explored()))
  test('the models of the facts', () => {
    for (const system of factSystems()) check(statesOfSystem(system, 20))
  })
})

const undefinedValue = 2

describe('canEnable never says no where a transition does enable', () => {
  const check = (explored: Explored): number => {
    const { system, machine, states } = explored
    const conditions = new Map<string, Expr>()
    for (const { guard } of system.transitions) for (const g of guard) conditions.set(JSON.stringify(g), g)
    for (const { suspended } of system.processes)
      for (const { when } of suspended) conditions.set(JSON.stringify(not(when)), not(when))
    const list = [...conditions.values()]
    const values = list.map((g) => {
      const holds = evaluator(g, machine)
      // A conjunct need not have a value where an earlier one of its guard is false: then nothing is asked of it.
      return Uint8Array.from(states, (state) => {
        try {
          return Number(holds(state) !== 0)
        } catch {
          return undefinedValue
        }
      })
    })
    const asked = new Map<string, boolean>()
    let yes = 0
    explored.edges((from, by, to) => {
      for (const [i, g] of list.entries()) {
        if (values[i]![from] !== 0 || values[i]![to] !== 1) continue
        const key = `${by} ${i}`
        if (asked.has(key)) continue
        asked.set(key, true)
        yes++
        if (!canEnable(system, by, g)) expect.fail(`${nameOf(system, by)} enables ${JSON.stringify(g)}`)
      }
    })
    return yes
  }

  test.each(samples)('$name', ({ explored }) => {
    expect(check(explored())).toBeGreaterThan(0)
  })
  test('the models of the facts', () => {
    let yes = 0
    for (const system of factSystems()) yes += check(statesOfSystem(system, 200))
    expect(yes).toBeGreaterThan(500)
  })
})

test('canEnable answers also where a valuation gives the condition no value', () => {
  const model = instanceOver(kernelPrimitives, (m) => {
    const [list, i] = [m.array('list', 2, { max: 1 }), m.int('i', { max: 3 })]
    m.thread('a', (t) => t.await(eq(list.at(i), 1)))
    m.thread('b', (t) => t.step({ set: [[list.at(0), 1]], label: 'write' }))
    m.thread('c', (t) => t.step({ set: [[list.at(0), 0]], label: 'clear' }))
    m.thread('d', (t) => t.set(i, 1))
  })
  const system = lower(model, registry)
  const named = (wanted: string): TransitionId => system.transitions.findIndex(({ label }) => label === wanted)
  const waits = system.transitions.find(({ process, fault }) => process === 0 && fault === undefined)!
  const condition = waits.guard.find((g) => JSON.stringify(g).includes('"at"'))!
  expect(canEnable(system, named('write'), condition)).toBe(true)
  expect(canEnable(system, named('clear'), condition)).toBe(false)
})

describe('a primitive that is added in one file', () => {
  const build = (order: 'opposite' | 'same'): Model =>
    instanceOver(primitives, (m) => {
      const [s, r] = [m.bitLock('s'), m.bitLock('r')]
      m.thread('a', (t) => {
        t.waitOnBitLock(s)
        t.waitOnBitLock(r)
        t.clearAndWakeUpBit(r)
        t.clearAndWakeUpBit(s)
      })
      m.thread('b', (t) => {
        const [first, second] = order === 'same' ? [s, r] : [r, s]
        t.waitOnBitLockInterruptible(first, {
          eintr: () => {},
          ok: () => {
            t.waitOnBitLock(second)
            t.clearAndWakeUpBit(second)
            t.clearAndWakeUpBit(first)
          },
        })
      })
    })

  test('is checked like any other: opposite order deadlocks, the same order does not', async () => {
    expect(await verdictOf(build('opposite'), registry)).toMatchObject({
      verdict: 'violated',
      kind: 'deadlock',
      shape: 'cycle',
      processes: ['a', 'b'],
      objects: ['r', 's'],
    })
    expect(await verdictOf(build('same'), registry)).toMatchObject({ verdict: 'holds' })
  })

  test('has no owner: anybody may clear it, also a handler; sleeping on it in a handler is misuse', async () => {
    const model = (op: 'clearAndWakeUpBit' | 'waitOnBitLock'): Model =>
      instanceOver(primitives, (m) => {
        const s = m.bitLock('s', { taken: 1 })
        m.thread('a', (t) => t.waitOnBitLock(s))
        m.irq('irq', (t) => t[op](s), { when: true, on: ['a'] })
      })
    expect(await verdictOf(model('clearAndWakeUpBit'), registry)).toMatchObject({ verdict: 'holds' })
    expect(await verdictOf(model('waitOnBitLock'), registry)).toMatchObject({ kind: 'misuse', code: 'sleep-in-atomic' })
  })

  test('its counterexample survives a file and is replayed', async () => {
    const model = build('opposite')
    const { violation } = await check(model, registry)
    const text = writeTrace(violation!.trace)
    const again = replay(new Interpreter(lower(model, registry)), readTrace(text, 'trace.json'))
    expect(again).toMatchObject({ reproduces: true, confirmed: true })
    expect(writeTrace(readTrace(text, 'trace.json'))).toBe(text)
  })

  test('its model goes through JSON unchanged', async () => {
    const model = build('opposite')
    const text = modelToJson(model)
    const read = parseModel(text, 'model.json')
    expect(read).toEqual(model)
    expect(await verdictOf(read, registry)).toEqual(await verdictOf(model, registry))
  })

  test('its model can be exported to Promela', () => {
    const text = JSON.stringify(toPromela(lower(build('opposite'), registry)))
    expect(text).toMatch(/proctype/)
    expect(text).toMatch(/taken/)
  })
})
