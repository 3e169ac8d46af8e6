// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import { limits } from '#ir/limits'
import type {
  Body,
  Group,
  Handler,
  Hook,
  Invariant,
  Model,
  ModelContext,
  ModelObject,
  ModelProcess,
  ModelVariable,
} from '#ir/model'
import { isCall } from '#ir/model'
import type { Registry } from '#semantics/registry'
import { assignments, build } from './expressions.ts'
import { deferred, deferredPath } from './deferred.ts'
import { Flow } from './flow.ts'
import { ArrayHandle, ObjectHandle, VariableHandle, type Assignable, type Expression } from './handle.ts'
import { machineBody, type MachineForm } from './machine-form.ts'
import { reclaimHooks } from '#semantics/allocation'
import { addOperations } from './operations.ts'
import { ownName, refusePromise } from './ownership.ts'
import { Path } from './path.ts'
import { callerSite } from './site.ts'
import { startsOf, type Setting } from './switches.ts'
import { addWaitEvents } from './wait-event.ts'
import { ofKthread, workerPath, type Item } from './workers.ts'

export interface ProcessOptions {
  /** The signalling path it is to other models; its name unless said. */
  readonly path?: string
}

/** How an interrupt handler is raised; see `Handler` of the model. */
export interface HandlerOptions extends ProcessOptions {
  /** Names of the processes it may run on top of; all tasks and workers unless said. */
  readonly on?: readonly string[]
  /** Whether it may also be delivered to another CPU; true unless said. */
  readonly idleCpu?: boolean
  /** When it can be raised; without it the interrupt may come at any time but nobody can rely on it. */
  readonly when?: Expression
  readonly set?: readonly (readonly [Assignable, Expression])[]
}

/** How what a handler is for starts, and where that handler runs. */
export interface DeferredOptions extends Pick<HandlerOptions, 'path' | 'on' | 'idleCpu'> {
  readonly irqsafe?: boolean
  readonly pending?: boolean
  readonly scheduled?: boolean
  readonly disabled?: number
}

export interface RangeOptions {
  readonly min?: number
  readonly max: number
  readonly init?: number
}

type WritePath = (path: Path) => unknown

const handlerOf = ({ on, idleCpu, when, set }: HandlerOptions): Handler => ({
  ...(on !== undefined && { on }),
  ...(idleCpu !== undefined && { idleCpu }),
  ...(when !== undefined && { when: build(when).expr }),
  ...(set !== undefined && { set: assignments(set) }),
})

/** What a group of copies may declare: everything it declares belongs to that copy. */
interface Copy {
  readonly prefix: string
  readonly processes: string[]
  readonly objects: string[]
  readonly variables: string[]
}

/** Collects what one instance of a model declares. */
export class Builder {
  readonly #registry: Registry
  readonly #switches: Setting
  readonly #objects: ModelObject[] = []
  readonly #variables: ModelVariable[] = []
  readonly #bodies: Body[] = []
  readonly #processes: ModelProcess[] = []
  readonly #hooks: Hook[] = []
  readonly #groups: Group[] = []
  readonly #invariants: Invariant[] = []
  readonly #items = new Map<ObjectHandle, readonly Item[]>()
  /** Bodies that may mention what is declared after them. */
  readonly #late: (() => void)[] = []
  readonly #names = new Map<string, Site | undefined>()
  #copy: Copy | undefined
  /** The line of the author's file that was reached last. */
  lastSite: Site | undefined

  constructor(registry: Registry, switches: Setting = {}) {
    this.#registry = registry
    this.#switches = switches
  }

  /** Declares an object of the primitive that the registry lists under `kind`. */
  declare(kind: string, name: string, options: Readonly<Record<string, unknown>> = {}): ObjectHandle {
    const site = this.#here()
    const primitive = this.#registry.primitives[kind]!
    const full = this.#claim('object', name, site)
    const init: Record<string, number> = startsOf(this.#switches, primitive)
    const refs: Record<string, string> = {}
    for (const [key, value] of Object.entries(options)) {
      if (key === 'role' || key === 'members' || value === undefined) continue
      if (value instanceof ObjectHandle) refs[key] = ownName(value, this, site)
      else if (typeof value === 'number' || typeof value === 'boolean') init[key] = Number(value)
      else
        throw new FencecheckError(
          'wrong-argument',
          `option '${key}' of ${primitive.name} '${full}' is neither a number nor an object`,
          {
            site,
            fix: `fields are ${Object.keys(primitive.fields).join(', ')}`,
          },
        )
    }
    const { role, members } = options as { role?: string; members?: ObjectHandle[] }
    this.#objects.push({
      name: full,
      kind: primitive.name,
      ...(Object.keys(init).length > 0 && { init }),
      ...(Object.keys(refs).length > 0 && { refs }),
      ...(members !== undefined && { members: members.map((member) => ownName(member, this, site)) }),
      ...(role !== undefined && { role }),
      ...(site !== undefined && { site }),
    })
    this.#copy?.objects.push(full)
    return new ObjectHandle(kind, full, this)
  }

  /** A bounded integer; `min` and `init` are 0 unless said. Leaving the range is a violation. */
  int(name: string, { min = 0, max, init = Math.max(min, 0) }: RangeOptions): VariableHandle {
    const site = this.#here()
    const full = this.#claim('object', name, site)
    this.#variables.push({ name: full, min, max, init, ...(site !== undefined && { site }) })
    this.#copy?.variables.push(full)
    return new VariableHandle(full, this)
  }

  /** A flag: 0 or 1. */
  flag(name: string, init = false): VariableHandle {
    return this.int(name, { max: 1, init: Number(init) })
  }

  /** An array of bounded integers with indices from 0; `init` is one value for all or one for each. */
  array(
    name: string,
    length: number,
    { min = 0, max, init = Math.max(min, 0) }: Omit<RangeOptions, 'init'> & { init?: number | readonly number[] },
  ): ArrayHandle {
    const site = this.#here()
    const full = this.#claim('object', name, site)
    this.#variables.push({ name: full, min, max, init, length, ...(site !== undefined && { site }) })
    this.#copy?.variables.push(full)
    return new ArrayHandle(full, length, this)
  }

  /** A thread: a system call, an ioctl. */
  thread(name: string, write: WritePath, options: ProcessOptions = {}): string {
    return this.#process(name, 'task', write, options)
  }

  /** A kernel thread or worker. */
  worker(name: string, write: WritePath, options: ProcessOptions = {}): string {
    return this.#process(name, 'worker', write, options)
  }

  /** A device: moves by itself, holds no CPU. */
  hardware(name: string, write: WritePath, options: ProcessOptions = {}): string {
    return this.#process(name, 'hardware', write, options)
  }

  /** A hardirq handler: runs on top of a process that has interrupts on, which cannot move meanwhile. */
  irq(name: string, write: WritePath, options: HandlerOptions = {}): string {
    return this.#process(name, 'hardirq', write, options)
  }

  /** A softirq handler: a timer, a tasklet. */
  softirq(name: string, write: WritePath, options: HandlerOptions = {}): string {
    return this.#process(name, 'softirq', write, options)
  }

  /** A process as an explicit state machine. */
  machine(name: string, form: MachineForm, options: ProcessOptions & { readonly context?: ModelContext } = {}): string {
    const site = this.#here()
    const full = this.#claim('process', name, site)
    this.#bodies.push(machineBody(full, form, this.#registry.primitives, this, site))
    return this.#register(full, full, options.context ?? 'hardware', options, undefined, site)
  }

  /**
   * A callback on a fence: runs in the context of whoever signals it, under the fence's lock, with interrupts off. It
   * is on the fence's list from the start unless `added: false`; then `t.addCallback(fence, { callback })` adds it.
   */
  callback(
    fence: ObjectHandle,
    name: string,
    write: WritePath,
    { added = true }: { readonly added?: boolean } = {},
  ): ObjectHandle {
    const site = this.#here()
    const on = ownName(fence, this, site)
    const index = this.#objects.findIndex((object) => object.name === on)
    const object = this.#objects[index]!
    if (object.refs?.['lock'] === undefined) {
      const lock = this.declare('spinlock', `${on}.lock`)
      this.#objects[index] = { ...object, refs: { ...object.refs, lock: lock.name } }
    }
    const handle = this.declare('fenceCallback', name, { added })
    this.#bodies.push(this.#body(handle.name, write))
    this.#hooks.push({ on: 'callback', object: on, body: handle.name, when: { field: 'added', of: handle.name } })
    return handle
  }

  /** A shrinker: may run inside any allocation that reclaims, as the caller. One that looks at __GFP_FS does not under GFP_NOFS. */
  shrinker(name: string, write: WritePath, { looksAtFs = false }: { readonly looksAtFs?: boolean } = {}): void {
    this.#hook(looksAtFs ? 'shrinker:fs' : 'shrinker', name, write)
  }

  /**
   * An mmu notifier (invalidate_range_start): may run inside any allocation that reclaims, also under GFP_NOFS and
   * GFP_NOIO, in `t.invalidateRange()` and in `t.oomReap()`.
   */
  mmuNotifier(name: string, write: WritePath): void {
    if (this.#switches['notifiers'] === 'off') return
    this.#hook('notifier', name, write)
  }

  /** kswapd: reclaims when memory is short, so it may run any shrinker or mmu notifier, and holds and waits as they do. */
  kswapd(): string {
    return this.worker('kswapd', (t) => {
      const { allocKernel } = t as unknown as { readonly allocKernel: () => void }
      t.loop(() => {
        t.idle()
        t.may('environment', () => t.local('memory is short'))
        allocKernel()
      })
    })
  }

  /** A page fault handler: may run inside any copy from or to user memory of this mm, under its mmap_lock. */
  faultHandler(mm: ObjectHandle, name: string, write: WritePath): void {
    this.#hook('fault', name, write, ownName(mm, this, this.#here()))
  }

  /**
   * A work item of a queue; its body runs in one of the queue's workers, of which there are `maxActive`, one on an
   * ordered queue, and no more than items. A worker other than the rescuer of a queue with `memReclaim` may have to be made first.
   */
  workItem(queue: ObjectHandle, name: string, write: WritePath): ObjectHandle {
    return this.#item('work', queue, name, write)
  }

  /** A work item of a kthread_worker; its body runs in the one thread of that, which has the worker's name. */
  kthreadWorkItem(worker: ObjectHandle, name: string, write: WritePath): ObjectHandle {
    return this.#item('kthreadWork', worker, name, write)
  }

  #item(kind: string, queue: ObjectHandle, name: string, write: WritePath): ObjectHandle {
    const handle = this.declare(kind, name, { queue })
    const items = this.#items.get(queue) ?? []
    this.#items.set(queue, [...items, { handle, write, site: this.lastSite }])
    return handle
  }

  /** A timer with its handler, which runs in softirq context; with interrupts off if it is `irqsafe`. */
  timerCallback(name: string, write: WritePath, options: DeferredOptions = {}): ObjectHandle {
    return this.#deferred('timer', name, write, options)
  }

  /** A tasklet with its handler, which runs in softirq context. */
  taskletCallback(name: string, write: WritePath, options: DeferredOptions = {}): ObjectHandle {
    return this.#deferred('tasklet', name, write, options)
  }

  /** An irq_work with its handler, which runs in hardirq context. */
  irqWorkCallback(name: string, write: WritePath, options: DeferredOptions = {}): ObjectHandle {
    return this.#deferred('irqWork', name, write, options)
  }

  /** The runtime_resume callback of a device: runs as whoever resumes it, with all that it holds. */
  runtimeResume(device: ObjectHandle, name: string, write: WritePath): void {
    this.#hook('runtime_resume', name, write, ownName(device, this, this.#here()))
  }

  /** The runtime_suspend callback of a device: runs as whoever suspends it, often the worker of pm_wq. */
  runtimeSuspend(device: ObjectHandle, name: string, write: WritePath): void {
    this.#hook('runtime_suspend', name, write, ownName(device, this, this.#here()))
  }

  /** The worker of pm_wq that carries out what pm_runtime_get() and pm_runtime_put() ask for of these devices. */
  pmWorker(name: string, devices: readonly ObjectHandle[]): string {
    return this.worker(name, (t) => {
      const { pmRuntimeWork } = t as unknown as { readonly pmRuntimeWork: (device: ObjectHandle) => void }
      t.loop(() => {
        t.idle()
        t.select(Object.fromEntries(devices.map((device) => [device.name, () => pmRuntimeWork(device)])))
      })
    })
  }

  /** A condition that holds in every reachable state. */
  invariant(name: string, always: Expression): void {
    const site = this.#here()
    this.#invariants.push({ name, always: build(always).expr, ...(site !== undefined && { site }) })
  }

  /** `n` copies of a set of processes, objects and variables: the unit of symmetry. Names get the prefix `name[i].`. */
  copies(name: string, n: number, write: (i: number) => void): void {
    const site = this.#here()
    if (this.#copy !== undefined)
      throw new FencecheckError('wrong-control-flow', `group '${name}' is inside another group`, {
        site,
        fix: 'declare groups side by side',
      })
    if (n > limits.processes)
      throw new FencecheckError('too-large', `group '${name}' has ${n} copies; the limit is ${limits.processes}`, {
        site,
        fix: 'use fewer',
      })
    const copies: Copy[] = []
    for (let i = 0; i < n; i++) {
      this.#copy = { prefix: `${name}[${i}].`, processes: [], objects: [], variables: [] }
      copies.push(this.#copy)
      write(i)
      this.#copy = undefined
    }
    this.#groups.push({
      name,
      copies: copies.map(({ processes, objects, variables }) => ({ processes, objects, variables })),
    })
  }

  /** What has been declared, as plain data. */
  finish(head: Pick<Model, 'id'> & Partial<Model>): Model {
    for (const [queue, items] of this.#items) this.#workers(queue, items)
    for (const write of this.#late) write()
    const moved = new Set(
      this.#bodies.flatMap((body) => body.steps.flatMap((s) => (isCall(s) ? Object.values(s.call.args ?? {}) : []))),
    )
    // A callback that nobody adds or removes is on the list for ever: whether it is there need not be asked.
    const hooks = this.#hooks.map((hook): Hook => {
      const always = !moved.has(hook.body) && this.#objects.some((o) => o.name === hook.body && o.init?.['added'] === 1)
      return always ? { on: hook.on, object: hook.object!, body: hook.body } : hook
    })
    const some = <T>(key: string, list: readonly T[]): object => (list.length > 0 ? { [key]: list } : {})
    return {
      ...head,
      schema: 'fencecheck-model/1',
      ...some('objects', this.#objects),
      ...some('variables', this.#variables),
      bodies: this.#bodies,
      processes: this.#processes,
      ...some('hooks', hooks),
      ...some('groups', this.#groups),
      ...some('invariants', this.#invariants),
    }
  }

  #hook(on: string, name: string, write: WritePath, object?: string): void {
    const site = this.#here()
    const full = this.#claim('process', name, site)
    this.#bodies.push(this.#body(full, write))
    this.#hooks.push({ on, ...(object !== undefined && { object }), body: full })
  }

  #deferred(
    kind: keyof typeof deferred,
    name: string,
    write: WritePath,
    { path, on, idleCpu, ...init }: DeferredOptions,
  ): ObjectHandle {
    const handle = this.declare(kind, name, init)
    const { context, raised, ...steps } = deferred[kind]
    const options = {
      when: raised(handle),
      ...(path !== undefined && { path }),
      ...(on !== undefined && { on }),
      ...(idleCpu !== undefined && { idleCpu }),
    }
    const irqsOff = Number(init.irqsafe ?? 0) !== 0
    const declared = this.lastSite
    const body = deferredPath(steps, handle, write, declared, irqsOff)
    const full = this.#claim('process', name, declared)
    this.#register(full, full, context, options, handlerOf(options), declared)
    this.#late.push(() => this.#bodies.push(this.#body(full, body)))
    return handle
  }

  /** The workers of a queue. Where nothing can run in reclaim, making one is a step that tells nothing. */
  #workers(queue: ObjectHandle, items: readonly Item[]): void {
    const { init = {}, site: declared } = this.#objects.find((object) => object.name === queue.name)!
    if (queue.kind === 'kthreadWorker') {
      this.worker(queue.name, workerPath({ queue, declared, items, create: 'never', steps: ofKthread }))
      return
    }
    // An item never runs twice at once, so more workers than items change nothing.
    const { maxActive = items.length, ordered, memReclaim } = init
    const short = this.#switches['memory'] === 'short'
    const mayReclaim = this.#hooks.some(({ on }) => reclaimHooks.some((hook) => hook === on))
    const made = short ? 'unreliable' : mayReclaim ? 'reliable' : 'never'
    for (let i = 0; i < (ordered === 1 ? 1 : Math.min(maxActive, items.length)); i++) {
      const create = memReclaim === 1 && i === 0 ? 'never' : made
      this.worker(`${queue.name}/${i}`, workerPath({ queue, declared, items, create }))
    }
  }

  #process(name: string, context: ModelContext, write: WritePath, options: HandlerOptions): string {
    const site = this.#here()
    const full = this.#claim('process', name, site)
    this.#bodies.push(this.#body(full, write))
    const isHandler = context === 'hardirq' || context === 'softirq'
    return this.#register(full, full, context, options, isHandler ? handlerOf(options) : undefined, site)
  }

  #register(
    name: string,
    body: string,
    context: ModelContext,
    { path }: ProcessOptions,
    handler: Handler | undefined,
    site: Site | undefined,
  ): string {
    this.#processes.push({
      name,
      body,
      ...(context !== 'task' && { context }),
      ...(handler !== undefined && { handler }),
      ...(path !== undefined && { path }),
      ...(site !== undefined && { site }),
    })
    if (this.#processes.length > limits.processes)
      throw new FencecheckError('too-large', `the model has more than ${limits.processes} processes`, {
        site,
        fix: 'a few instances of each path show every deadlock that a few can have; use a smaller parameter',
      })
    this.#copy?.processes.push(name)
    return name
  }

  #body(name: string, write: WritePath): Body {
    const flow = new Flow(name)
    const path = new Path(flow, this, this.#switches, (site) => {
      this.lastSite = site
    })
    addOperations(path, this.#registry.primitives, this)
    addWaitEvents(path, this.#registry.primitives, this)
    refusePromise(write(path), `'${name}'`, this.lastSite)
    return flow.body()
  }

  #claim(what: 'object' | 'process', name: string, site: Site | undefined): string {
    const full = `${this.#copy?.prefix ?? ''}${name}`
    const key = `${what} ${full}`
    if (this.#names.has(key)) {
      const first = this.#names.get(key)
      const where = first === undefined ? '' : ` (first at line ${first.line})`
      throw new FencecheckError(
        'duplicate-name',
        `there is already ${what === 'object' ? 'an object or variable' : 'a process'} called '${full}'${where}`,
        {
          site,
          fix: 'choose another name',
        },
      )
    }
    this.#names.set(key, site)
    return full
  }

  #here(): Site | undefined {
    this.lastSite = callerSite()
    return this.lastSite
  }
}
