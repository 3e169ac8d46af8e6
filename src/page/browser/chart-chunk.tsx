// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import type { Counterexample } from '../data.ts'
import {
  barWidth,
  characterWidth,
  chunkRows,
  fit,
  rowHeight,
  type Bar,
  type ChartLayout,
  type Column,
} from './chart-layout.ts'

interface Properties {
  readonly counterexample: Counterexample
  readonly layout: ChartLayout
  /** The first row is `index` times the rows of a chunk. */
  readonly index: number
  /** The row that is looked at, if it is in here. */
  readonly current: number | undefined
}

/** Rows of the lane chart as one picture. */
export function ChartChunk({ counterexample, layout, index, current }: Properties): JSX.Element {
  const { columns, width, rows, hasBlockedRow } = layout
  const first = index * chunkRows
  const end = Math.min(first + chunkRows, rows + Number(hasBlockedRow))
  const frame: Frame = { first, end }
  const numbers = Array.from({ length: Math.min(end, rows) - first }, (_, i) => first + i)
  const { pointOfNoReturn, backTo, course } = counterexample
  const isHere = (step: number | undefined): step is number => step !== undefined && step >= first && step < end
  const below = (step: number): number => (step + 1 - first) * rowHeight
  return (
    <svg class="chunk" width={width} height={(end - first) * rowHeight} aria-hidden="true" focusable="false">
      {current !== undefined && (
        <rect
          class="current"
          x={1}
          y={(current - first) * rowHeight + 1}
          width={width - 2}
          height={rowHeight - 2}
          rx={6}
        />
      )}
      {columns.map((column) => (
        <LaneColumn key={column.letter} column={column} frame={frame} />
      ))}
      {course.arrows
        .filter(({ step }) => step >= first && step < end)
        .map((arrow) => (
          <SignalArrow
            key={`${arrow.step} ${arrow.to} ${arrow.object}`}
            arrow={arrow}
            columns={columns}
            first={first}
          />
        ))}
      {numbers.map((row) => (
        <StepText key={row} row={row} y={middle(row, frame)} counterexample={counterexample} layout={layout} />
      ))}
      {hasBlockedRow && end > rows && <BlockedTexts y={middle(rows, frame)} {...{ counterexample, layout }} />}
      {isHere(backTo) && <RoundBegins y={below(backTo)} layout={layout} />}
      {isHere(pointOfNoReturn) && <PointOfNoReturn y={below(pointOfNoReturn)} layout={layout} step={pointOfNoReturn} />}
    </svg>
  )
}

/** Which rows the picture shows. */
interface Frame {
  readonly first: number
  readonly end: number
}

const middle = (row: number, { first }: Frame): number => (row - first + 0.5) * rowHeight

function LaneColumn({ column, frame }: { readonly column: Column; readonly frame: Frame }): JSX.Element {
  const height = (frame.end - frame.first) * rowHeight
  const { lane, spine, holds, waits } = column
  const isIn = ({ interval: { from, to } }: Bar): boolean => from < frame.end && (to ?? Infinity) >= frame.first
  return (
    <g>
      <line class="spine" x1={spine} x2={spine} y1={0} y2={height} />
      {holds.filter(isIn).map((bar) => (
        <Stay key={`${bar.x} ${bar.interval.from} ${bar.name}`} bar={bar} frame={frame} kind="hold" />
      ))}
      {waits.filter(isIn).map((bar) => (
        <Stay key={`${bar.x} ${bar.interval.from} ${bar.name}`} bar={bar} frame={frame} kind="wait" />
      ))}
      {lane.steps
        .filter((step) => step >= frame.first && step < frame.end)
        .map((step) => (
          <circle key={step} class="dot" cx={spine} cy={middle(step, frame)} r={4.5} />
        ))}
    </g>
  )
}

/** A hold or a wait, from the middle of the row of its beginning to that of its end. */
function Stay({ bar, frame, kind }: { bar: Bar; frame: Frame; kind: 'hold' | 'wait' }): JSX.Element {
  const { from, to, queued } = bar.interval
  const top = Math.max(-4, middle(from, frame))
  const bottom = Math.min((frame.end - frame.first) * rowHeight + 4, to === undefined ? Infinity : middle(to, frame))
  const room = bottom - top - 12
  const isNamed = room > 34
  const style = kind === 'wait' ? 'wait' : `hold c${bar.colour}${queued === true ? ' queued' : ''}`
  const ended = to === undefined ? 'the end' : `step ${to}`
  const verb = kind === 'wait' ? 'waits for' : queued === true ? 'queues for' : 'holds'
  const x = bar.x + barWidth / 2
  return (
    <g class={style}>
      <title>{`${verb} ${bar.name}, from step ${from} to ${ended}`}</title>
      <rect x={bar.x} y={top} width={barWidth} height={Math.max(2, bottom - top)} rx={4} />
      {isNamed && (
        <text class="bar-name" transform={`translate(${x} ${top + 7}) rotate(90)`} dominant-baseline="central">
          {fit(bar.name, room * 1.1)}
        </text>
      )}
    </g>
  )
}

interface ArrowProperties {
  readonly arrow: Counterexample['course']['arrows'][number]
  readonly columns: readonly Column[]
  readonly first: number
}

/** From who ends a wait to who can move again. */
function SignalArrow({ arrow, columns, first }: ArrowProperties): JSX.Element | null {
  const from = columns.find(({ lane }) => lane.process === arrow.from)
  const to = columns.find(({ lane }) => lane.process === arrow.to)
  if (from === undefined || to === undefined || from === to) return null
  const y = (arrow.step - first + 0.5) * rowHeight
  const low = y + 10.5
  const way = to.x > from.x ? 1 : -1
  const tip = to.spine - way * 3
  return (
    <g class="arrow">
      <title>{`step ${arrow.step}: ${arrow.from} lets ${arrow.to} go on (${arrow.object})`}</title>
      <path class="shaft" d={`M ${from.spine} ${y + 5} V ${low} H ${tip - way * 4}`} />
      <path class="head" d={`M ${tip} ${low} l ${-way * 8} -4 v 8 z`} />
    </g>
  )
}

interface TextProperties {
  readonly y: number
  readonly counterexample: Counterexample
  readonly layout: ChartLayout
}

function StepText({ row, y, counterexample, layout }: TextProperties & { readonly row: number }): JSX.Element {
  const step = counterexample.steps[row - 1]
  const column = layout.columns.find(({ lane }) => lane.process === step?.process)
  const inside = step?.inside === undefined ? '' : ` [in ${step.inside.join(' > ')}]`
  const who = layout.isCompact && step !== undefined ? `${column?.letter ?? step.process} ` : ''
  const text =
    step === undefined
      ? 'start'
      : `${column === undefined && who === '' ? `${step.process}: ` : ''}${step.step}${inside}`
  const isOwn = !layout.isCompact && column !== undefined
  const x = isOwn ? column.textX : layout.isCompact ? layout.textX : (layout.columns[0]?.textX ?? layout.textX)
  const width = isOwn ? column.textWidth : layout.isCompact ? layout.textWidth : layout.width - x
  return (
    <g data-row={row}>
      {step !== undefined && <title>{`${step.process}: ${step.step}${inside}`}</title>}
      <text class="number" x={34} y={y} text-anchor="end" dominant-baseline="central">
        {row}
      </text>
      <Clipped x={x} y={y} width={width} name={step === undefined ? 'faint' : 'step'}>
        {who !== '' && <tspan class="who">{who}</tspan>}
        {fit(text, width - who.length * characterWidth)}
      </Clipped>
    </g>
  )
}

/** What nobody can take any more, under the end. */
function BlockedTexts({ y, counterexample, layout }: TextProperties): JSX.Element {
  const stuck = counterexample.table.filter(({ blockedAt, status }) => blockedAt !== undefined && status === 'stuck')
  const named = stuck.flatMap(({ process, blockedAt }) => {
    const column = layout.columns.find(({ lane }) => lane.process === process)
    return column === undefined ? [] : [{ column, text: blockedAt! }]
  })
  if (layout.isCompact) {
    const all = named.map(({ column }) => column.letter).join(' ')
    return (
      <Clipped x={layout.textX} y={y} width={layout.textWidth} name="blocked">
        {fit(`✗ stuck: ${all}`, layout.textWidth)}
      </Clipped>
    )
  }
  return (
    <g>
      {named.map(({ column, text }) => (
        <Clipped key={column.letter} x={column.textX} y={y} width={column.textWidth} name="blocked">
          {fit(`✗ ${text}`, column.textWidth)}
        </Clipped>
      ))}
    </g>
  )
}

interface ClippedProperties {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly name: string
  readonly children: JSX.Element['props']['children']
}

/** A line of text that cannot leave its place, whatever it is. */
const Clipped = ({ x, y, width, name, children }: ClippedProperties): JSX.Element => (
  <svg x={x} y={y - rowHeight / 2} width={Math.max(1, width)} height={rowHeight}>
    <text class={name} x={0} y={rowHeight / 2} dominant-baseline="central">
      {children}
    </text>
  </svg>
)

/** A line between two steps. */
interface MarkProperties {
  readonly y: number
  readonly layout: ChartLayout
}

/** Named at the side where the other kind of mark is not. */
function RoundBegins({ y, layout }: MarkProperties): JSX.Element {
  const { width, columns } = layout
  return (
    <g class="round">
      <title>the last step leads back here</title>
      <line x1={0} x2={width} y1={y} y2={y} />
      <text x={layout.isCompact ? layout.textX : (columns[0]?.textX ?? layout.textX)} y={y} dominant-baseline="central">
        from here on for ever
      </text>
    </g>
  )
}

function PointOfNoReturn({ y, layout, step }: MarkProperties & { readonly step: number }): JSX.Element {
  const { width, isCompact, textX, textWidth } = layout
  const after = step === 0 ? 'from the start' : `after step ${step}`
  return (
    <g class="no-return">
      <title>{`${after} nothing avoids the outcome`}</title>
      <line x1={0} x2={width} y1={y} y2={y} />
      <text x={isCompact ? textX + textWidth - 8 : width - 10} y={y} text-anchor="end" dominant-baseline="central">
        point of no return
      </text>
    </g>
  )
}
