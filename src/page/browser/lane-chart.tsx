// SPDX-License-Identifier: Apache-2.0
import type { CSSProperties, JSX, TargetedMouseEvent } from 'preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Counterexample } from '../data.ts'
import { ChartChunk } from './chart-chunk.tsx'
import { chunkRows, layOut, rowHeight, type ChartLayout, type Column } from './chart-layout.ts'
import { usePrinting } from './printing.ts'

interface Properties {
  readonly counterexample: Counterexample
  readonly step: number
  readonly onStep: (step: number) => void
}

const headerHeight = (isCompact: boolean): number => (isCompact ? 28 : 44)
/** Of the paper, where the chart cannot be scrolled. */
const paperWidth = 700

/** The picture of a counterexample: a lane a process, a row a step. Only what is seen is drawn; on paper everything. */
export function LaneChart({ counterexample, step, onStep }: Properties): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const isPrinting = usePrinting()
  const seen = useSeen(box)
  const width = isPrinting ? paperWidth : seen.width
  const layout = useMemo(() => layOut(counterexample, width), [counterexample, width])
  const all = layout.rows + Number(layout.hasBlockedRow)
  const chunks = Math.ceil(all / chunkRows)
  const chunkHeight = chunkRows * rowHeight
  const first = isPrinting ? 0 : Math.max(0, Math.floor(seen.top / chunkHeight) - 1)
  const end = isPrinting ? chunks : Math.min(chunks, Math.floor((seen.top + seen.height) / chunkHeight) + 2)

  useLayoutEffect(() => {
    if (box.current !== null) keepInView(box.current, step, headerHeight(layout.isCompact))
  }, [step, counterexample, width])

  const choose = (event: TargetedMouseEvent<HTMLDivElement>): void => {
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top
    onStep(Math.min(layout.rows - 1, Math.max(0, Math.floor(y / rowHeight))))
  }
  return (
    <>
      {layout.isCompact && <Cast layout={layout} />}
      <div
        class="chart"
        ref={box}
        tabIndex={0}
        role="img"
        aria-label={`Lane diagram of ${counterexample.steps.length} steps; the table beside it says the same of each step`}
      >
        <ChartHeader layout={layout} />
        <div class="rows" onClick={choose} {...size(layout.width, all * rowHeight)}>
          <div {...size(layout.width, first * chunkHeight)} />
          {Array.from({ length: Math.max(0, end - first) }, (_, i) => {
            const index = first + i
            const isHere = Math.floor(step / chunkRows) === index
            return (
              <Kept key={index} watch={[counterexample, layout, isHere ? step : undefined]}>
                {() => (
                  <ChartChunk
                    counterexample={counterexample}
                    layout={layout}
                    index={index}
                    current={isHere ? step : undefined}
                  />
                )}
              </Kept>
            )
          })}
        </div>
      </div>
    </>
  )
}

/** Who the letters stand for. */
const Cast = ({ layout }: { readonly layout: ChartLayout }): JSX.Element => (
  <ul class="cast" aria-label="Lanes">
    {layout.columns.map(({ letter, lane }) => (
      <li key={letter}>
        <span class="badge">{letter}</span> <bdi>{lane.process}</bdi>
      </li>
    ))}
  </ul>
)

const size = (width: number, height: number): { readonly style: CSSProperties } => ({
  style: { width: `${width}px`, height: `${height}px` },
})

/** Drawn again only when what it watches has changed. */
function Kept({ watch, children }: { watch: readonly unknown[]; children: () => JSX.Element }): JSX.Element {
  return useMemo(children, [...watch])
}

/** What of the rows can be seen. */
interface Seen {
  readonly top: number
  readonly height: number
  readonly width: number
}

function useSeen(box: { readonly current: HTMLDivElement | null }): Seen {
  const [seen, setSeen] = useState<Seen>({ top: 0, height: 800, width: 0 })
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const look = (): void => {
      const { scrollTop, clientHeight, clientWidth } = element
      // Scrolling inside a chunk changes nothing that is drawn.
      const top = Math.floor(scrollTop / rowHeight / 8) * rowHeight * 8
      const next = { top, height: clientHeight, width: clientWidth }
      setSeen((now) => (now.top === top && now.height === next.height && now.width === next.width ? now : next))
    }
    const observer = new ResizeObserver(look)
    observer.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    look()
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [])
  return seen
}

/** Scrolls so that a row can be seen with its neighbours. */
function keepInView(box: HTMLDivElement, row: number, header: number): void {
  const room = box.clientHeight - header
  const margin = Math.min(2 * rowHeight, room / 4)
  const y = row * rowHeight
  if (y - margin < box.scrollTop) box.scrollTop = Math.max(0, y - margin)
  else if (y + 2 * rowHeight + margin > box.scrollTop + room) box.scrollTop = y + 2 * rowHeight + margin - room
}

function ChartHeader({ layout }: { readonly layout: ChartLayout }): JSX.Element {
  return (
    <div class="chart-header" {...size(layout.width, headerHeight(layout.isCompact))}>
      {layout.columns.map((column) => (
        <LaneHead key={column.letter} column={column} isCompact={layout.isCompact} />
      ))}
    </div>
  )
}

function LaneHead({ column, isCompact }: { readonly column: Column; readonly isCompact: boolean }): JSX.Element {
  const { process, context, status } = column.lane
  return (
    <div class="lane-head" title={process} style={{ left: `${column.x}px`, width: `${column.width - 6}px` }}>
      <span class="badge">{column.letter}</span>
      {!isCompact && (
        <span class="lane-name">
          <bdi>{process}</bdi>
          <small class={status === 'stuck' ? 'stuck' : ''}>{`${context}, ${status}`}</small>
        </span>
      )}
    </div>
  )
}
