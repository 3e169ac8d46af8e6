// SPDX-License-Identifier: Apache-2.0
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { FencecheckError } from '#base/errors'
import type { Progress } from '#check/options'
import type { Result } from '#check/result'
import type { Instance } from './arguments.ts'
import type { Wanted } from './check-instance.ts'
import { modelFailure } from './import-failure.ts'
import { told, type Answer, type Job, type Order, type Task } from './pool-protocol.ts'

interface Waiting {
  readonly job: Job
  readonly resolve: (result: Result | undefined) => void
  readonly reject: (error: unknown) => void
}

const script = new URL(`./pool-thread${extname(import.meta.url)}`, import.meta.url)

/**
 * Checks instances on several threads. Each result is the one that this thread alone would give; they are handed out as
 * promises, so that whoever awaits them in order tells them in order.
 */
export class Pool {
  readonly #task: Task
  readonly #onProgress: (instance: Instance, progress: Progress) => void
  readonly #size: number
  readonly #queue: Waiting[] = []
  /** Each with the file of the model that it is at. */
  readonly #threads = new Map<Worker, string | undefined>()
  readonly #instances: Instance[] = []
  #stopped = false

  /** @param size at least 1 */
  constructor(size: number, wanted: Wanted, onProgress: (instance: Instance, progress: Progress) => void) {
    this.#size = size
    this.#task = { wanted }
    this.#onProgress = onProgress
  }

  /** The result of checking it; undefined if it was not begun before the pool was stopped. */
  check(instance: Instance): Promise<Result | undefined> {
    const { model, variant, params, switches } = instance
    const job: Job = { number: this.#instances.push(instance) - 1, file: model.file, variant, params, switches }
    const result = new Promise<Result | undefined>((resolve, reject) => {
      this.#queue.push({ job, resolve, reject })
    })
    // Node must not report the rejection as unhandled before somebody awaits it.
    result.catch(() => {})
    if (this.#threads.size < this.#size) this.#start()
    return result
  }

  /** Ends what is being checked with what is known, and begins nothing more. */
  stop(): void {
    this.#stopped = true
    for (const thread of this.#threads.keys()) thread.postMessage({ stop: true } satisfies Order)
    for (const { resolve } of this.#queue.splice(0)) resolve(undefined)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads.keys()].map((thread) => thread.terminate()))
  }

  /** One of the model that the thread has loaded already; else one of a model that no other thread is at. */
  #nextFor(thread: Worker): Waiting | undefined {
    const own = this.#threads.get(thread)
    const files = [...this.#threads.values()]
    const same = this.#queue.findIndex(({ job }) => job.file === own)
    const fresh = same >= 0 ? same : this.#queue.findIndex(({ job }) => !files.includes(job.file))
    return this.#queue.splice(Math.max(0, fresh), 1)[0]
  }

  #start(): void {
    const thread = new Worker(script, { workerData: this.#task })
    this.#threads.set(thread, undefined)
    let current: Waiting | undefined
    const next = (): void => {
      current = this.#stopped ? undefined : this.#nextFor(thread)
      if (current === undefined) return thread.unref()
      this.#threads.set(thread, current.job.file)
      thread.postMessage({ job: current.job } satisfies Order)
    }
    const fail = (error: unknown): void => {
      current?.reject(error)
      next()
    }
    thread.on('message', (answer: Answer) => {
      if ('progress' in answer) this.#onProgress(this.#instances[current!.job.number]!, answer.progress)
      else if ('result' in answer) {
        current?.resolve(answer.result)
        next()
      } else fail('error' in answer ? told(answer.error) : new Error(answer.fault))
    })
    // The thread is gone: an error that nobody in it has caught, or a model that ends its process.
    const ended = (error: unknown): void => {
      if (!this.#threads.delete(thread)) return
      current?.reject(error)
      if (this.#queue.length > 0) this.#start()
    }
    thread.on('error', (error) => ended(modelFailure(error) ?? error))
    thread.on('exit', () =>
      ended(
        new FencecheckError('model-threw', 'a model ended the process', {
          site: current === undefined ? undefined : { file: current.job.file, line: 0 },
          fix: 'a model only declares; leave out process.exit() and whatever it awaits',
        }),
      ),
    )
    next()
  }
}
