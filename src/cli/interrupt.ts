// SPDX-License-Identifier: Apache-2.0
import { exitStatus } from './exit-status.ts'

/** Ctrl-C asks once to stop with what is known so far; a second one leaves at once. */
export function interruptible(): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController()
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitStatus.interrupted)
    controller.abort()
  }
  process.on('SIGINT', onInterrupt)
  return { signal: controller.signal, dispose: () => process.off('SIGINT', onInterrupt) }
}
