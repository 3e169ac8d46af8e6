// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '#base/assert'
import { prepared } from './check-instance.ts'
import { loadModels } from './load-models.ts'
import type { LoadedModel } from './loaded-model.ts'
import { tell, type Answer, type Job, type Order, type Task } from './pool-protocol.ts'

// A thread of the pool: loads models and checks instances of them, one at a time, until there are no more.

const port = parentPort
invariant(port, 'this runs in a thread of the pool')
const { wanted } = workerData as Task
const models = new Map<string, LoadedModel>()
const stopping = new AbortController()
const answer = (what: Answer): void => port.postMessage(what)

port.on('message', (order: Order) => {
  if ('stop' in order) stopping.abort()
  else void run(order.job)
})

async function run({ file, variant, params, switches }: Job): Promise<void> {
  try {
    const instance = { model: await modelIn(file), variant, params, switches }
    const check = prepared(instance, wanted)
    answer({ result: await check(stopping.signal, (progress) => answer({ progress })) })
  } catch (error) {
    answer(tell(error))
  }
}

async function modelIn(file: string): Promise<LoadedModel> {
  const known = models.get(file)
  if (known !== undefined) return known
  const { models: found, errors } = await loadModels([file])
  if (errors[0] !== undefined) throw errors[0]
  models.set(file, found[0]!)
  return found[0]!
}
