// SPDX-License-Identifier: Apache-2.0
import { present } from '#base/assert'
import { or } from '#system/expression'
import type { Expr, Location, LocationId, ProcessId } from '#system/system'

/**
 * The locations of all processes while they are being made. A location of a body may become several: the phases of an
 * operation that starts there count as still being there.
 */
export class Locations {
  readonly #ids: ReadonlyMap<string, ProcessId>
  readonly #lists: readonly Location[][]
  readonly #byBodyName: readonly Map<string, LocationId[]>[]

  constructor(processes: readonly { readonly name: string }[]) {
    this.#ids = new Map(processes.map((process, i) => [process.name, i]))
    this.#lists = processes.map(() => [])
    this.#byBodyName = processes.map(() => new Map())
  }

  of(process: ProcessId): readonly Location[] {
    return present(this.#lists[process])
  }

  process(name: string): ProcessId {
    return present(this.#ids.get(name), `process ${name}`)
  }

  /** A new location; `within` names the location of the process's own body that it belongs to. */
  add(process: ProcessId, name: string, rest: boolean, within?: string): LocationId {
    const id = present(this.#lists[process]).push({ name, rest }) - 1
    if (within !== undefined) this.#named(process, within).push(id)
    return id
  }

  /** True at any of the named locations of a process, also at those that are made later. */
  test(process: string, names: readonly string[]): Expr {
    const id = this.process(process)
    return or(...names.map((name): Expr => ({ process: id, in: this.#named(id, name) })))
  }

  #named(process: ProcessId, name: string): LocationId[] {
    const map = present(this.#byBodyName[process])
    const list = map.get(name) ?? []
    map.set(name, list)
    return list
  }
}
