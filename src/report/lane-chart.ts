// SPDX-License-Identifier: Apache-2.0
import type { Arrow, Lane } from '#trace/course'
import type { Explanation } from '#trace/explanation'
import { backToState, roundBegins } from '#trace/round-words'
import type { Trace, TraceStep } from '#trace/trace'
import { Canvas } from './canvas.ts'
import { layOut, type Column } from './lane-layout.ts'
import type { Symbols } from './symbols.ts'
import { wrap } from './words.ts'

/** From this width on there is room for the lines of the model. */
const withPlaces = 96

/**
 * The steps of a trace, a column a process: a bar for each lock while it is held, dotted while the process waits, an arrow
 * for each wake-up, and at the bottom the step that each stuck process cannot take.
 */
export function laneChart(trace: Trace, explanation: Explanation, symbols: Symbols, width: number): readonly Canvas[] {
  return new LaneChart(trace, explanation, symbols, width).lines()
}

class LaneChart {
  readonly #steps: readonly TraceStep[]
  readonly #backTo: number | undefined
  readonly #explanation: Explanation
  readonly #symbols: Symbols
  readonly #columns: readonly Column[]
  /** Columns for the mark of a switch and the number of the step. */
  readonly #number: number
  /** Where the columns of the processes end. */
  readonly #end: number
  readonly #width: number
  /** The longest text in the column of those who share one. */
  readonly #widestOther: number
  readonly #showsPlaces: boolean

  constructor({ steps, backTo }: Trace, explanation: Explanation, symbols: Symbols, width: number) {
    this.#steps = steps
    this.#backTo = backTo
    this.#explanation = explanation
    this.#symbols = symbols
    this.#width = width
    this.#number = Math.max(4, String(steps.length).length + 2)
    this.#showsPlaces = width >= withPlaces && steps.some(({ at }) => at !== undefined)
    const { course } = explanation
    const own = new Map(course.lanes.map((lane) => [lane, this.#widest(lane)]))
    const room = width - (this.#showsPlaces ? 8 : 0)
    this.#columns = layOut(course, this.#number, room, (lane) => (lane === undefined ? room : own.get(lane)!))
    this.#widestOther = Math.max(
      0,
      ...steps
        .filter(({ process }) => this.#columnOf(process)?.lane === undefined)
        .map((step) => `${step.process}: ${this.#text(step)}`.length),
    )
    const last = this.#columns.at(-1)
    this.#end = last === undefined ? room : Math.min(room, last.textAt + last.text)
  }

  lines(): readonly Canvas[] {
    const { course } = this.#explanation
    const lines = [this.#head(), ...this.#rules(0)]
    for (const [i, step] of this.#steps.entries()) {
      lines.push(...this.#entering(i), this.#stepLine(i, step))
      for (const arrow of course.arrows) if (arrow.step === i + 1) lines.push(...this.#arrowLine(arrow))
      lines.push(...this.#rules(i + 1))
    }
    return [...lines, ...this.#blocked(), ...this.#legend()]
  }

  #head(): Canvas {
    const line = new Canvas()
    line.put(this.#number - 4, 'step', 'strong')
    for (const { lane, textAt, text } of this.#columns)
      line.put(textAt, this.#fit(lane?.process ?? 'others', text), 'strong')
    if (this.#showsPlaces) line.put(this.#end + 2, 'line', 'strong')
    return line
  }

  #widest(lane: Lane): number {
    const texts = this.#steps.filter(({ process }) => process === lane.process).map((step) => this.#text(step))
    return Math.max(...[lane.process, this.#cannot(lane) ?? '', ...texts].map((text) => text.length))
  }

  #text({ step, inside = [] }: TraceStep): string {
    return `${`${this.#symbols.inside} `.repeat(inside.length)}${step}`
  }

  #cannot(lane: Lane): string | undefined {
    const row = this.#explanation.table.find(({ process }) => process === lane.process)
    const what = row?.blockedAt ?? (row?.waitsFor === '' ? 'go on' : 'interrupted')
    return lane.status === 'stuck' ? `${this.#symbols.blocked} ${what}` : undefined
  }

  #columnOf(process: string): Column | undefined {
    return (
      this.#columns.find(({ lane }) => lane?.process === process) ??
      this.#columns.find(({ lane }) => lane === undefined)
    )
  }

  #stepLine(i: number, step: TraceStep): Canvas {
    const isSwitch = i > 0 && this.#steps[i - 1]!.process !== step.process
    const lane = this.#explanation.course.lanes.find(({ process }) => process === step.process)
    const line = this.#bars(i + 1)
    if (isSwitch) line.put(0, this.#symbols.switched, 'faint')
    line.put(1, String(i + 1).padStart(this.#number - 1), 'faint')
    const column = lane === undefined ? undefined : this.#columnOf(step.process)
    const isFault = i === this.#steps.length - 1 && (lane === undefined || lane.status === 'faulted')
    const text =
      column !== undefined && column.lane === undefined ? `${step.process}: ${this.#text(step)}` : this.#text(step)
    // An observer has no column: what it says concerns all. What has its process before it may begin further left.
    const own = column?.textAt ?? this.#number + 2
    const at =
      column !== undefined && column.lane === undefined ? line.shifted(own, this.#end - this.#widestOther) : own
    line.put(at, this.#fit(text, line.roomFrom(at, this.#end)), isFault ? 'bad' : undefined)
    if (this.#showsPlaces) line.put(this.#end + 2, /:\d+$/.exec(step.at ?? '')?.[0].slice(0, 6) ?? '', 'faint')
    return line
  }

  /** A hooked body that a step finds itself in, unless the step before has said so. */
  #entering(i: number): readonly Canvas[] {
    const { process, inside = [] } = this.#steps[i]!
    const before = this.#steps.slice(0, i).findLast((step) => step.process === process)
    const entered = inside.at(-1)
    if (entered === undefined || inside.length <= (before?.inside?.length ?? 0) || before?.step === entered) return []
    const at = this.#columnOf(process)?.textAt
    if (at === undefined) return []
    const line = this.#bars(i + 0.5)
    const text = `${`${this.#symbols.inside} `.repeat(inside.length - 1)}in ${entered}`
    line.put(at, this.#fit(text, line.roomFrom(at, this.#end)), 'faint')
    return [line]
  }

  /** The steps that cannot be taken, set in as many lines as that takes. */
  #blocked(): readonly Canvas[] {
    const stuck = this.#explanation.course.lanes.filter((lane) => lane.status === 'stuck')
    const cells = this.#columns.flatMap((column) => {
      const own = stuck.filter((lane) => this.#columnOf(lane.process) === column)
      const lines = own.flatMap((lane) => {
        const [sign, ...words] = this.#cannot(lane)!.split(' ')
        const text = `${column.lane === undefined ? `${lane.process}: ` : ''}${words.join(' ')}`
        return wrap(text, column.text - 2, '')
          .split('\n')
          .map((part, i) => `${i === 0 ? sign : ' '} ${part}`)
      })
      return lines.map((text, row) => ({ text, row, column }))
    })
    const height = Math.max(0, ...cells.map(({ row }) => row + 1))
    return Array.from({ length: height }, (_, row) => {
      const line = this.#bars(this.#steps.length + 0.5)
      for (const { text, column } of cells.filter((cell) => cell.row === row))
        line.put(column.textAt, this.#fit(text, column.text), 'bad')
      return line
    })
  }

  /** What is to be said of the state after so many steps. */
  #rules(step: number): readonly Canvas[] {
    const backTo = this.#backTo
    return [
      ...(step === this.#explanation.pointOfNoReturn
        ? [this.#rule('point of no return: from here on nothing avoids it')]
        : []),
      ...(step === backTo ? [this.#rule(roundBegins)] : []),
      ...(backTo !== undefined && step === this.#steps.length ? [this.#rule(backToState(backTo))] : []),
    ]
  }

  #rule(says: string): Canvas {
    const { line: dash } = this.#symbols
    const line = new Canvas()
    const text = `${dash.repeat(3)} ${says} `
    line.put(this.#number + 2, text.padEnd(this.#end - this.#number - 2, dash), 'unsure')
    return line
  }

  /** A line from who wakes to who is woken, with what for. */
  #arrowLine({ step, from, to, object }: Arrow): readonly Canvas[] {
    const [source, target] = [this.#columnOf(from), this.#columnOf(to)]
    if (source?.lane === undefined || target?.lane === undefined || source === target) return []
    const { line: dash, crossing, fromLeft, fromRight, toRight, toLeft } = this.#symbols
    const line = this.#bars(step + 0.5)
    const label = this.#fit(object, Math.max(1, target.text - 3))
    const isRightward = source.at < target.at
    const head = isRightward ? target.textAt : target.textAt + [...label].length + 1
    const [a, b] = [Math.min(source.textAt, head), Math.max(source.textAt, head)]
    for (let x = a; x <= b; x++) line.put(x, line.isBlank(x) ? dash : crossing, 'good')
    line.put(source.textAt, isRightward ? fromLeft : fromRight, 'good')
    line.put(head, isRightward ? toRight : toLeft, 'good')
    line.put(isRightward ? head + 2 : target.textAt, label, 'good')
    return [line]
  }

  /** A line with the bars as they are at a step, or, half a step later, between it and the next. */
  #bars(when: number): Canvas {
    const { taken, held, released, waiting } = this.#symbols
    const line = new Canvas()
    for (const { lane, bars, at, gutter } of this.#columns) {
      for (const { slot, interval } of bars) {
        const { from, to = Infinity } = interval
        if (when < from || when > to) continue
        line.put(at + slot, when === from ? taken : when === to ? released : held, 'strong')
      }
      const isWaiting = lane?.waits.some(({ from, to = Infinity }) => when > from && when <= to) ?? false
      if (isWaiting) line.put(at + gutter - 1, waiting, 'unsure')
    }
    return line
  }

  #fit(text: string, width: number): string {
    const chars = [...text]
    return chars.length > width ? `${chars.slice(0, Math.max(0, width - 1)).join('')}${this.#symbols.cut}` : text
  }

  /** What the signs mean that were used. */
  #legend(): readonly Canvas[] {
    const { taken, held, released, waiting, switched, blocked } = this.#symbols
    const shown = this.#columns.flatMap(({ lane }) => lane ?? [])
    const switches = this.#steps.some(({ process }, i) => i > 0 && this.#steps[i - 1]!.process !== process)
    const words: readonly (readonly [boolean, string])[] = [
      [this.#columns.some(({ bars }) => bars.length > 0), `${taken}${held}${released} holds a lock`],
      [shown.some(({ waits }) => waits.length > 0), `${waiting} waits`],
      [switches, `${switched} another process runs`],
      [shown.some(({ status }) => status === 'stuck'), `${blocked} cannot take this step`],
    ]
    const line = new Canvas()
    const text = words.flatMap(([isUsed, word]) => (isUsed ? [word] : [])).join('  ')
    line.put(0, this.#fit(text, this.#width), 'faint')
    return text === '' ? [] : [line]
  }
}
