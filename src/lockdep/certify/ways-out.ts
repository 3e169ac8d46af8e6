// SPDX-License-Identifier: Apache-2.0
import type { System } from '#system/system'
import { attractor } from './attractor.ts'
import type { Choice } from './choices.ts'
import { stepName, type Outlook, type View } from './outlook.ts'
import { Refusal } from './refusal.ts'

type Usable = (choice: Choice) => boolean

/**
 * Wherever a process is, it can go on or rests, and takes nothing while it queues for something else; whoever has a lock or queues for one is sure to let it go; a handler is
 * sure to return.
 * @throws Refusal
 */
export function requireWaysOut(outlook: Outlook, usable: Usable, system: System): void {
  for (const view of outlook.views) {
    if (view === undefined) continue
    if (!view.rest && !view.choices.some(usable)) throw deadEnd(outlook, view, system)
    const [more] = view.queued.size > 0 ? view.taken : []
    if (more !== undefined)
      throw new Refusal(
        `'${system.processes[outlook.process]!.name}' takes ${more.lock} while it stands in the queue for another lock`,
      )
  }
  for (const lock of new Set(outlook.views.flatMap((view) => [...(view?.held ?? []), ...(view?.queued ?? [])])))
    requireWay(outlook, usable, system, `to release ${lock}`, (v) => !v.held.has(lock) && !v.queued.has(lock))
  const { context, init } = system.processes[outlook.process]!
  if (context === 'softirq' || context === 'hardirq')
    requireWay(outlook, usable, system, 'to return', ({ location }) => location === init)
}

function requireWay(
  outlook: Outlook,
  usable: Usable,
  system: System,
  what: string,
  there: (view: View) => boolean,
): void {
  const { process, views } = outlook
  const sure = attractor(outlook, { at: (at) => there(views[at]!) }, usable)
  const lost = views.find((view, at) => view !== undefined && !sure.has(at))
  if (lost === undefined) return
  const { name, locations } = system.processes[process]!
  const [step] = lost.steps
  const where = step === undefined ? locations[lost.location]!.name : stepName(system, step.transition)
  throw new Refusal(`'${name}' is not sure ${what} from ${where} on`)
}

function deadEnd({ process }: Outlook, { choices, uncovered, location }: View, system: System): Refusal {
  const { name, locations } = system.processes[process]!
  const [choice] = choices
  if (choice !== undefined) {
    const names = choice.waits.events.map((event) => eventName(system, event)).join(' and ')
    return new Refusal(
      `'${name}' waits for ${names} in ${stepName(system, choice.edges[0]!.transition)}, which no process is sure to bring about on each of its paths`,
    )
  }
  const [origin] = uncovered
  if (origin === undefined)
    return new Refusal(`'${name}' has nothing to do at ${locations[location]!.name} that it is entitled to`)
  const step = system.transitions.findIndex((t) => t.origin === origin)
  return new Refusal(
    `'${name}' waits in ${stepName(system, step)} for something other than one lock or an event that stays`,
  )
}

/** The object that an event is about, or the plain variable that it is. */
const eventName = ({ variables }: System, event: number): string => variables[event]!.object ?? variables[event]!.name
