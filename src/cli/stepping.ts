// SPDX-License-Identifier: Apache-2.0
import { createInterface, type Interface } from 'node:readline/promises'
import { printable } from '#base/text'
import { Control } from '#property/control'
import { WaitGraphs } from '#property/wait-graph'
import type { Machine } from '#system/machine'
import type { System, TransitionId } from '#system/system'
import { traceStep } from '#trace/record'
import type { Terminal } from './terminal.ts'

/** Walks through a replayed path, which `end` says the end of: Enter goes on, b back, q leaves. */
export async function walk<S>(
  machine: Machine<S>,
  path: readonly TransitionId[],
  states: readonly S[],
  end: string,
  terminal: Terminal,
): Promise<void> {
  const show = viewer(machine)
  const input = lines()
  for (let i = 0; ;) {
    terminal.out(show(states[i]!))
    if (i === path.length) {
      terminal.out(printable(end))
      break
    }
    terminal.out(printable(`step ${i + 1} of ${path.length}: ${stepText(machine.system, path[i]!)}`))
    const answer = await input.ask('Enter = take it, b = back, q = quit > ')
    if (answer === undefined || answer === 'q') break
    i = answer === 'b' ? Math.max(0, i - 1) : i + 1
  }
  input.close()
}

/** Lets the user choose each step from the start; `b` takes one back, `q` leaves. */
export async function chooseSteps<S>(machine: Machine<S>, terminal: Terminal): Promise<void> {
  const { system } = machine
  const show = viewer(machine)
  const input = lines()
  const states: S[] = [machine.initial()]
  for (;;) {
    const state = states.at(-1)!
    terminal.out(show(state))
    const enabled = machine.enabled(state)
    for (const [i, id] of enabled.entries())
      terminal.out(printable(`  ${String(i + 1).padStart(2)}  ${stepText(system, id)}`))
    if (enabled.length === 0) terminal.out('  nothing can move')
    const answer = await input.ask(`step ${states.length}: number, b = back, q = quit > `)
    if (answer === undefined || answer === 'q') break
    const chosen = enabled[Number(answer) - 1]
    if (answer === 'b') {
      if (states.length > 1) states.pop()
    } else if (chosen !== undefined) states.push(machine.fire(state, chosen))
    else terminal.error(`'${answer}' is not one of the choices`)
  }
  input.close()
}

function stepText(system: System, id: TransitionId): string {
  const { process, step, at, kernel, inside } = traceStep(system, id)
  const { fault, tag } = system.transitions[id]!
  const notes = [
    ...(inside === undefined ? [] : [`in ${inside.join(' > ')}`]),
    ...(tag === undefined ? [] : [tag]),
    ...(fault === undefined ? [] : [fault.kind]),
    ...(at === undefined ? [] : [at]),
    ...(kernel === undefined ? [] : [kernel]),
  ]
  return `${process}: ${step}${notes.length === 0 ? '' : `  (${notes.join('; ')})`}`
}

/** One line a process: where it is and what it holds; then the variables that are not at their start. */
function viewer<S>(machine: Machine<S>): (state: S) => string {
  const { system } = machine
  const graphs = new WaitGraphs(machine, new Control(system))
  return (state) => {
    const holds = graphs.holds(state)
    const processes = system.processes.flatMap(({ name, locations, context }, p) => {
      if (context === 'observer') return []
      const held = holds.filter((hold) => hold.process === p).map((hold) => `${hold.object} (${hold.mode})`)
      return [
        `  ${name} at ${locations[machine.location(state, p)]!.name}${held.length === 0 ? '' : `, holds ${held.join(', ')}`}`,
      ]
    })
    const changed = system.variables.flatMap(({ name, init, owner }, v) => {
      const value = machine.value(state, v)
      return value === init || owner !== undefined ? [] : [`${name}=${value}`]
    })
    return printable(['', ...processes, ...(changed.length === 0 ? [] : [`  ${changed.join(' ')}`])].join('\n'))
  }
}

/** Lines of stdin, one at a time; undefined at its end. */
function lines(): { readonly ask: (prompt: string) => Promise<string | undefined>; readonly close: () => void } {
  const reader: Interface = createInterface({ input: process.stdin, terminal: false })
  const iterator = reader[Symbol.asyncIterator]()
  return {
    async ask(prompt) {
      process.stderr.write(prompt)
      const next = await iterator.next()
      if (next.done !== true) return next.value.trim()
      process.stderr.write('\n')
      return undefined
    },
    close: () => reader.close(),
  }
}
