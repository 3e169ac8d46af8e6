// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { Model } from '#ir/model'
import { reclaimHooks } from '#semantics/allocation'
import { arrayIsDue, callbacksByMm, invalidation, operate, type IntervalCallback } from './composites.ts'
import { deferred, deferredPath } from './deferred.ts'
import { ObjectHandle } from './handle.ts'
import { refuseUnknownOptions } from './options.ts'
import { ownName } from './ownership.ts'
import { handlerOf, ProcessBuilder, type HandlerOptions, type WritePath } from './process-builder.ts'
import { ofKthread, workerPath, type Item } from './workers.ts'

/** How what a handler is for starts, and where that handler runs. */
export interface DeferredOptions extends Pick<HandlerOptions, 'path' | 'on' | 'idleCpu'> {
  readonly irqsafe?: boolean
  readonly pending?: boolean
  readonly scheduled?: boolean
  readonly disabled?: number
}

/** Collects what one instance of a model declares, with the objects that bring processes of their own along. */
export class Builder extends ProcessBuilder {
  readonly #items = new Map<ObjectHandle, readonly Item[]>()
  readonly #callbacks: IntervalCallback[] = []
  /** Bodies that may mention what is declared after them. */
  readonly #late: (() => void)[] = []

  /**
   * A callback on a fence: runs in the context of whoever signals it, under the fence's lock, with interrupts off. It
   * is on the fence's list from the start unless `added: false`; then `t.addCallback(fence, { callback })` adds it.
   */
  callback(
    fence: ObjectHandle,
    name: string,
    write: WritePath,
    options: { readonly added?: boolean } = {},
  ): ObjectHandle {
    const site = this.here()
    refuseUnknownOptions(`'${name}'`, options, ['added'], site)
    const { added = true } = options
    const on = ownName(fence, this, site)
    const index = this.objects.findIndex((object) => object.name === on)
    const object = this.objects[index]!
    if (object.refs?.['lock'] === undefined) {
      const lock = this.declare('spinlock', `${on}.lock`)
      this.objects[index] = { ...object, refs: { ...object.refs, lock: lock.name } }
    }
    const handle = this.declare('fenceCallback', name, { added })
    this.bodies.push(this.body(handle.name, write))
    this.hooks.push({ on: 'callback', object: on, body: handle.name, when: { field: 'added', of: handle.name } })
    return handle
  }

  /**
   * A fence over other fences (dma_fence_array), with the irq_work that signals it: once all of them have signalled, or
   * with `signalOnAny` once one has.
   */
  fenceArrayOf(
    name: string,
    members: readonly ObjectHandle[],
    options: { readonly signalOnAny?: boolean } = {},
  ): ObjectHandle {
    refuseUnknownOptions(`'${name}'`, options, ['signalOnAny'], this.here())
    const { signalOnAny = false } = options
    const handle = this.declare('fenceArray', name, { members, signalOnAny })
    if (members.length === 0)
      throw new FencecheckError('wrong-argument', `array '${name}' has no fences`, {
        site: this.lastSite,
        fix: 'name at least one: m.fenceArrayOf(name, [f, g])',
      })
    const when = arrayIsDue(handle, members, signalOnAny)
    this.irq(`${name}.irq_work`, (t) => operate(t, 'signalArray', handle), { on: [], when })
    return handle
  }

  /**
   * The callback of an interval notifier: runs as an mmu notifier does, between the begin and the end of an invalidation
   * of its mm. Notifiers of one mm are called one after another by every invalidation.
   */
  intervalCallback(interval: ObjectHandle, name: string, write: WritePath): void {
    const site = this.here()
    ownName(interval, this, site)
    if (this.switches['notifiers'] !== 'off') this.#callbacks.push({ interval, name, write })
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
    this.#items.set(queue, [...items, { handle, write, site: this.lastSite, optional: this.lastInBlock }])
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

  /** What has been declared, as plain data. */
  override finish(head: Pick<Model, 'id'> & Partial<Model>): Model {
    for (const [queue, items] of this.#items) this.#workers(queue, items)
    this.#intervals()
    for (const write of this.#late) write()
    return super.finish(head)
  }

  /** The callbacks of the interval notifiers of each mm, as one mmu notifier. */
  #intervals(): void {
    for (const [mm, callbacks] of callbacksByMm(this.#callbacks, this.objects)) {
      const name = callbacks.map((callback) => callback.name).join(' + ')
      const handle = new ObjectHandle('mmNotifiers', mm, this)
      this.hook('notifier', name, invalidation(handle, callbacks, this.bodies))
    }
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
    const full = this.claim('process', name, declared)
    this.register(full, full, context, options, handlerOf(options), declared)
    this.#late.push(() => this.bodies.push(this.body(full, body)))
    return handle
  }

  /** The workers of a queue. Where nothing can run in reclaim, making one is a step that tells nothing. */
  #workers(queue: ObjectHandle, items: readonly Item[]): void {
    const { init = {}, site: declared } = this.objects.find((object) => object.name === queue.name)!
    if (queue.kind === 'kthreadWorker') {
      this.worker(queue.name, workerPath({ queue, declared, items, create: 'never', steps: ofKthread }))
      return
    }
    // An item never runs twice at once, so more workers than items change nothing.
    const { maxActive = items.length, ordered, memReclaim } = init
    const short = this.switches['memory'] === 'short'
    const hooked = this.#callbacks.length > 0
    const mayReclaim = hooked || this.hooks.some(({ on }) => reclaimHooks.some((hook) => hook === on))
    const made = short ? 'unreliable' : mayReclaim ? 'reliable' : 'never'
    for (let i = 0; i < (ordered === 1 ? 1 : Math.min(maxActive, items.length)); i++) {
      const create = memReclaim === 1 && i === 0 ? 'never' : made
      this.worker(`${queue.name}/${i}`, workerPath({ queue, declared, items, create }))
    }
  }
}
