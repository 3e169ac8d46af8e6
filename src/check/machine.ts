// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { Engine } from '#engine/engine'
import { Unfit } from '#engine/unfit'
import { Interpreter } from '#interp/interpreter'
import type { Machine } from '#system/machine'
import type { System } from '#system/system'

/** What a search may be asked to run on. */
export const machines = ['auto', 'engine', 'interpreter'] as const
export type MachineChoice = (typeof machines)[number]

/** What a search ran on. Both give the same verdict, states and trace; the engine takes about a tenth of the time. */
export type MachineName = Exclude<MachineChoice, 'auto'>

/**
 * The machine to search with: the engine, unless the system is not one for it or the interpreter is asked for.
 * @throws FencecheckError `too-large` if the engine is insisted on and cannot run the system.
 */
export function machineFor(
  system: System,
  choice: MachineChoice,
): { readonly name: MachineName; readonly machine: Machine<unknown> } {
  try {
    if (choice !== 'interpreter') return { name: 'engine', machine: anonymous(new Engine(system)) }
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    if (choice === 'engine')
      throw new FencecheckError('too-large', `the engine cannot run this model: ${error.message}`, {
        fix: 'leave the choice of the machine open: the interpreter then runs it',
        cause: error,
      })
  }
  return { name: 'interpreter', machine: anonymous(new Interpreter(system)) }
}

/** A state goes nowhere but back to the machine that made it, so nobody else needs to know what it is. */
const anonymous = <S>(machine: Machine<S>): Machine<unknown> => machine as unknown as Machine<unknown>
