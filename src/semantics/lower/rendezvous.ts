// SPDX-License-Identifier: Apache-2.0
import type { GuardStep } from '#ir/model'
import type { Draft, Emitter } from './emitter.ts'

type Sync = NonNullable<GuardStep['sync']>

/** Collects the halves of rendezvous and joins each sender with each receiver of another process. */
export class Rendezvous {
  readonly #halves: { readonly sync: Sync; readonly draft: Draft }[] = []

  offer(sync: Sync, draft: Draft): void {
    this.#halves.push({ sync, draft })
  }

  /** Emits the joint transitions; they are listed with the sender. */
  emit(emitter: Emitter): void {
    const receivers = Map.groupBy(
      this.#halves.filter(({ sync }) => sync.role === 'receive'),
      ({ sync }) => sync.channel,
    )
    for (const { sync, draft: sender } of this.#halves.filter((half) => half.sync.role === 'send'))
      for (const { draft: receiver } of receivers.get(sync.channel) ?? []) {
        if (receiver.process === sender.process) continue
        emitter.emit({
          ...sender,
          joint: [{ process: receiver.process, from: receiver.from, to: receiver.to, origin: receiver.origin }],
          guard: [...sender.guard, ...receiver.guard],
          effect: [...sender.effect, ...receiver.effect],
          tag: sender.tag ?? receiver.tag,
          label: `${sender.label} with ${receiver.label}`,
        })
      }
  }
}
