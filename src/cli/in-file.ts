// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'

/** Does something with what a file says; what is wrong with it is at least known to be wrong in that file. */
export function inFile<T>(file: string, work: () => T): T {
  const located = (error: unknown): never => {
    throw error instanceof FencecheckError && error.site === undefined ? error.at({ file, line: 0 }) : error
  }
  try {
    const done = work()
    return done instanceof Promise ? (done.catch(located) as T) : done
  } catch (error) {
    return located(error)
  }
}
