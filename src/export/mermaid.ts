// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { Course } from '#trace/course'
import type { Explanation } from '#trace/explanation'
import { backToState, roundBegins } from '#trace/round-words'
import type { Trace } from '#trace/trace'

/** Steps that are drawn; of a longer trace the beginning and the end. */
const maxSteps = 60
const firstSteps = 15
/** Objects that get a life line; what else is held is named in the steps. */
const maxObjects = 12
/** Characters of a label. */
const maxLabel = 80

/**
 * A counterexample as a sequence diagram of Mermaid: a life line a process and an object, active while it is held. An open
 * arrow wakes somebody, a cross is where somebody begins to wait.
 */
export function toMermaid({ steps, backTo }: Trace, { course, headline, pointOfNoReturn }: Told): string {
  const lines = new Lines(course)
  const { lanes, length } = course
  lines.participants()
  lines.changes(0, 0)
  if (backTo === 0) lines.note(roundBegins)
  for (const step of shown(length)) {
    if (step === undefined) {
      lines.note(`steps ${firstSteps + 1} to ${length - (maxSteps - firstSteps)} are left out`)
      lines.changes(firstSteps, length - (maxSteps - firstSteps))
      continue
    }
    const { process, step: label } = steps[step - 1]!
    lines.step(step, process, `${step}. ${label}`)
    lines.changes(step - 1, step)
    if (step === pointOfNoReturn) lines.note('point of no return')
    if (step === backTo) lines.note(roundBegins)
  }
  if (backTo !== undefined) lines.note(backToState(backTo))
  lines.note(headline, lanes.length === 0 ? 0 : 3 * maxLabel)
  return lines.text
}

type Told = Pick<Explanation, 'course' | 'headline' | 'pointOfNoReturn'>

/** Numbers of the steps that are drawn; undefined for the gap. */
function shown(length: number): readonly (number | undefined)[] {
  const all = Array.from({ length }, (_, i) => i + 1)
  return length <= maxSteps
    ? all
    : [...all.slice(0, firstSteps), undefined, ...all.slice(length - (maxSteps - firstSteps))]
}

class Lines {
  readonly #course: Course
  readonly #lines = ['sequenceDiagram']
  /** Identifiers are made of numbers: no name of the model can be a word of the language. */
  readonly #processes: ReadonlyMap<string, string>
  readonly #objects: ReadonlyMap<string, string>

  constructor(course: Course) {
    this.#course = course
    this.#processes = new Map(course.lanes.map(({ process }, i) => [process, `P${i}`]))
    const waited = course.lanes.flatMap(({ waits }) => waits.map(({ object }) => object))
    const held = course.lanes.flatMap(({ holds }) => holds.map(({ object }) => object))
    const objects = [...new Set([...waited, ...held])].filter((object) => !this.#processes.has(object))
    this.#objects = new Map(objects.slice(0, maxObjects).map((object, i) => [object, `O${i}`]))
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`
  }

  participants(): void {
    for (const { process, context } of this.#course.lanes)
      this.#say(`participant ${this.#processes.get(process)} as ${label(`${process} (${context})`)}`)
    for (const [object, id] of this.#objects) this.#say(`participant ${id} as ${label(object)}`)
    if (this.#course.lanes.length === 0) this.#say('participant P0 as nobody')
  }

  /** A step, drawn to the objects it takes, gives back or hands on. */
  step(step: number, process: string, text: string): void {
    const from = this.#processes.get(process)
    if (from === undefined) return this.note(`${process}: ${text}`)
    const { holds } = this.#course.lanes.find((lane) => lane.process === process)!
    const touched = holds.filter((hold) => hold.from === step || hold.to === step).map(({ object }) => object)
    const targets = [...new Set(touched.flatMap((object) => this.#objects.get(object) ?? []))]
    if (targets.length === 0) this.#say(`Note over ${from}: ${label(text)}`)
    for (const to of targets) this.#say(`${from}->>${to}: ${label(text)}`)
    for (const arrow of this.#course.arrows)
      if (arrow.step === step && this.#processes.has(arrow.to))
        this.#say(`${from}-)${this.#processes.get(arrow.to)}: ${label(`${step}. wakes (${arrow.object})`)}`)
  }

  /** What is held and waited for after the step `to`, but was not after `from`; both 0: from the start. */
  changes(from: number, to: number): void {
    for (const [object, id] of this.#objects) {
      const more = this.#holders(object, to) - (to === 0 ? 0 : this.#holders(object, from))
      for (let i = 0; i < Math.abs(more); i++) this.#say(`${more > 0 ? 'activate' : 'deactivate'} ${id}`)
    }
    for (const { process, waits } of this.#course.lanes)
      for (const wait of waits) {
        const begins = to === 0 ? wait.from === 0 : wait.from > from && wait.from <= to
        if (!begins || (wait.to ?? Infinity) <= to) continue
        const [at, on] = [
          this.#processes.get(process),
          this.#processes.get(wait.object) ?? this.#objects.get(wait.object),
        ]
        const text = label(`waits for ${wait.object}`)
        this.#say(on === undefined ? `Note over ${at}: ${text}` : `${at}--x${on}: ${text}`)
      }
  }

  note(text: string, length = maxLabel): void {
    const last = this.#course.lanes.length - 1
    this.#say(`Note over ${last > 0 ? `P0,P${last}` : 'P0'}: ${label(text, length)}`)
  }

  #holders(object: string, step: number): number {
    const holds = this.#course.lanes.flatMap((lane) => lane.holds)
    return holds.filter(
      (hold) => hold.object === object && hold.queued !== true && hold.from <= step && step < (hold.to ?? Infinity),
    ).length
  }

  #say(line: string): void {
    this.#lines.push(`  ${line}`)
  }
}

/**
 * Text of a label. Whatever might mean something to Mermaid, to HTML or to Markdown is written by its code point, and so is
 * the first letter of `end`, which closes a block wherever it stands.
 */
function label(text: string, length = maxLabel): string {
  const line = printable(text.toWellFormed()).replace(/\s+/g, ' ').trim()
  const short = line.length > length ? `${line.slice(0, length - 3).toWellFormed()}...` : line
  return (
    short.replace(/\bend\b|[^A-Za-z0-9 _.,()/=!?+'-]/giu, (found) => {
      const rest = found.length === 'end'.length ? found.slice(1) : ''
      return `#${found.codePointAt(0)};${rest}`
    }) || '-'
  )
}
