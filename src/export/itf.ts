// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { Machine } from '#system/machine'
import type { Trace } from '#trace/trace'

/**
 * A counterexample in the Informal Trace Format of Apalache (ADR 015), which Quint reads too: `pc` says where each process
 * is; then the variables of the system; `mbt::actionTaken` and `mbt::nondetPicks` name the step that led there, as Quint's
 * test drivers expect them. `states` has one more than steps; `loop` is the index of the one that the last repeats.
 */
export function toItf<S>(machine: Machine<S>, { model, outcome, steps, backTo }: Trace, states: readonly S[]): string {
  const { processes, variables } = machine.system
  const names = distinct(variables.map(({ name }) => plain(name)))
  const document = {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      source: plain(model.variant === undefined ? model.id : `${model.id} ${model.variant}`),
      description: `Created by fencecheck: ${outcome.kind}`,
      varTypes: {
        pc: 'Str -> Str',
        ...Object.fromEntries(names.map((name) => [name, 'Int'])),
        'mbt::actionTaken': 'Str',
        'mbt::nondetPicks': '{ process: Some(Str) | None(UNIT) }',
      },
    },
    vars: ['pc', ...names, 'mbt::actionTaken', 'mbt::nondetPicks'],
    states: states.map((state, i) => {
      const step = steps[i - 1]
      return {
        '#meta': { index: i },
        pc: {
          '#map': processes.map(({ name, locations }, p) => [
            plain(name),
            plain(locations[machine.location(state, p)]!.name),
          ]),
        },
        ...Object.fromEntries(names.map((name, v) => [name, { '#bigint': String(machine.value(state, v)) }])),
        'mbt::actionTaken': step === undefined ? 'init' : plain(step.step),
        'mbt::nondetPicks': {
          process:
            step === undefined
              ? { tag: 'None', value: { tag: 'UNIT', value: 'U_OF_UNIT' } }
              : { tag: 'Some', value: plain(step.process) },
        },
      }
    }),
    ...(backTo !== undefined && { loop: backTo }),
  }
  return `${JSON.stringify(document, null, 1)}\n`
}

const plain = (text: string): string => printable(text.toWellFormed())

/** Names of variables: `#` at the beginning and `mbt::` are the format's own, `pc` is ours, and each name stands once. */
function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set(['pc', '__proto__'])
  return names.map((name) => {
    let own = name.replace(/^(?=#|mbt::)/, '_')
    while (taken.has(own)) own = `${own}_`
    taken.add(own)
    return own
  })
}
