// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import { limits } from '#ir/limits'
import type { Body, Handler, Hook, Model, ModelContext, ModelProcess } from '#ir/model'
import { isCall } from '#ir/model'
import { assignments, build } from './expressions.ts'
import { Flow } from './flow.ts'
import type { Assignable, Expression, ObjectHandle } from './handle.ts'
import { machineBody, type MachineForm } from './machine-form.ts'
import { ObjectBuilder } from './object-builder.ts'
import { pathClass } from './operations.ts'
import { refuseUnknownOptions } from './options.ts'
import { ownName, refusePromise } from './ownership.ts'
import { Path } from './path.ts'

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

const processOptions = ['path'] as const satisfies readonly (keyof ProcessOptions)[]
const handlerOptions = ['path', 'on', 'idleCpu', 'when', 'set'] as const satisfies readonly (keyof HandlerOptions)[]

export type WritePath = (path: Path) => unknown

export const handlerOf = ({ on, idleCpu, when, set }: HandlerOptions): Handler => ({
  ...(on !== undefined && { on }),
  ...(idleCpu !== undefined && { idleCpu }),
  ...(when !== undefined && { when: build(when).expr }),
  ...(set !== undefined && { set: assignments(set) }),
})

/** Collects what runs: processes, and bodies that run inside whoever gets there. */
export class ProcessBuilder extends ObjectBuilder {
  protected readonly bodies: Body[] = []
  protected readonly hooks: Hook[] = []
  readonly #processes: ModelProcess[] = []

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
    const site = this.here()
    refuseUnknownOptions(`'${name}'`, options, [...processOptions, 'context'], site)
    const full = this.claim('process', name, site)
    this.bodies.push(machineBody(full, form, this.registry.primitives, this, site))
    return this.register(full, full, options.context ?? 'hardware', options, undefined, site)
  }

  /** A shrinker: may run inside any allocation that reclaims, as the caller. One that looks at __GFP_FS does not under GFP_NOFS. */
  shrinker(name: string, write: WritePath, options: { readonly looksAtFs?: boolean } = {}): void {
    refuseUnknownOptions(`'${name}'`, options, ['looksAtFs'], this.here())
    this.hook(options.looksAtFs === true ? 'shrinker:fs' : 'shrinker', name, write)
  }

  /**
   * An mmu notifier (invalidate_range_start): may run inside any allocation that reclaims, also under GFP_NOFS and
   * GFP_NOIO, in `t.invalidateRange()` and in `t.oomReap()`.
   */
  mmuNotifier(name: string, write: WritePath): void {
    if (this.switches['notifiers'] === 'off') return
    this.hook('notifier', name, write)
  }

  /** A page fault handler: may run inside any copy from or to user memory of this mm, under its mmap_lock. */
  faultHandler(mm: ObjectHandle, name: string, write: WritePath): void {
    this.hook('fault', name, write, ownName(mm, this, this.here()))
  }

  /** The runtime_resume callback of a device: runs as whoever resumes it, with all that it holds. */
  runtimeResume(device: ObjectHandle, name: string, write: WritePath): void {
    this.hook('runtime_resume', name, write, ownName(device, this, this.here()))
  }

  /** The runtime_suspend callback of a device: runs as whoever suspends it, often the worker of pm_wq. */
  runtimeSuspend(device: ObjectHandle, name: string, write: WritePath): void {
    this.hook('runtime_suspend', name, write, ownName(device, this, this.here()))
  }

  /** What has been declared, as plain data. */
  finish(head: Pick<Model, 'id'> & Partial<Model>): Model {
    const moved = new Set(
      this.bodies.flatMap((body) => body.steps.flatMap((s) => (isCall(s) ? Object.values(s.call.args ?? {}) : []))),
    )
    // A callback that nobody adds or removes is on the list for ever: whether it is there need not be asked.
    const hooks = this.hooks.map((hook): Hook => {
      const always = !moved.has(hook.body) && this.objects.some((o) => o.name === hook.body && o.init?.['added'] === 1)
      return always ? { on: hook.on, object: hook.object!, body: hook.body } : hook
    })
    const some = <T>(key: string, list: readonly T[]): object => (list.length > 0 ? { [key]: list } : {})
    return {
      ...head,
      schema: 'fencecheck-model/1',
      ...some('objects', this.objects),
      ...some('variables', this.variables),
      bodies: this.bodies,
      processes: this.#processes,
      ...some('hooks', hooks),
      ...some('groups', this.groups),
      ...some('invariants', this.invariants),
    }
  }

  protected hook(on: string, name: string, write: WritePath, object?: string): void {
    const site = this.here()
    const full = this.claim('process', name, site)
    this.bodies.push(this.body(full, write))
    this.hooks.push({ on, ...(object !== undefined && { object }), body: full })
  }

  #process(name: string, context: ModelContext, write: WritePath, options: HandlerOptions): string {
    const site = this.here()
    const isHandler = context === 'hardirq' || context === 'softirq'
    refuseUnknownOptions(`'${name}'`, options, isHandler ? handlerOptions : processOptions, site)
    const full = this.claim('process', name, site)
    this.bodies.push(this.body(full, write))
    return this.register(full, full, context, options, isHandler ? handlerOf(options) : undefined, site)
  }

  protected register(
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
    this.copy?.processes.push(name)
    return name
  }

  protected body(name: string, write: WritePath): Body {
    const flow = new Flow(name)
    const path = new (pathClass(this.registry.primitives))(flow, this, this.switches, (site) => {
      this.lastSite = site
    })
    refusePromise(write(path), `'${name}'`, this.lastSite)
    return flow.body()
  }
}
