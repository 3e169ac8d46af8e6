// SPDX-License-Identifier: Apache-2.0
import { printable } from '#base/text'
import type { Interval } from '#trace/course'
import type { Explanation } from '#trace/explanation'
import { roundBegins } from '#trace/round-words'
import type { Trace } from '#trace/trace'

/** What a step takes on the time line, in microseconds. */
const stepTime = 1_000
const [processesPid, objectsPid] = [1, 2]

type Told = Pick<Explanation, 'course' | 'headline' | 'pointOfNoReturn'>

/**
 * A counterexample in the trace event format of Chrome, which Perfetto and the browsers' tools show: a track a process with
 * its steps and waits, a track an object with who holds it, an arrow from each step to whom it wakes. A step takes a
 * millisecond; what lasts to the end lasts a step longer.
 */
export function toPerfetto(trace: Trace, { course, headline, pointOfNoReturn }: Told): string {
  const end = (course.length + 1) * stepTime
  const tracks = new Map(course.lanes.map(({ process }, i) => [process, i + 1]))
  const lasting = ({ from, to }: Interval): [number, number] => [
    from * stepTime,
    (to === undefined ? end : to * stepTime) - from * stepTime,
  ]
  const events = [
    ...named(processesPid, 'process_name', 'processes'),
    ...named(objectsPid, 'process_name', 'objects'),
    ...course.lanes.flatMap(({ process, context }, i) =>
      named(processesPid, 'thread_name', `${process} (${context})`, i + 1),
    ),
    ...trace.steps.map(({ process, step, at, kernel }, i) => ({
      ...slice('step', step, processesPid, tracks.get(process) ?? 0, i * stepTime, stepTime),
      args: {
        step: i + 1,
        ...(at !== undefined && { at: plain(at) }),
        ...(kernel !== undefined && { kernel: plain(kernel) }),
      },
    })),
    ...course.lanes.flatMap(({ waits }, i) =>
      alone(waits).map((wait) => slice('wait', `waits for ${wait.object}`, processesPid, i + 1, ...lasting(wait))),
    ),
    ...objectTracks(course.lanes).flatMap(({ object, holds }, i) => [
      ...named(objectsPid, 'thread_name', object, i + 1),
      ...holds.map(({ process, hold }) => {
        const category = hold.queued === true ? 'queued' : 'hold'
        return slice(category, `${process} (${hold.mode})`, objectsPid, i + 1, ...lasting(hold))
      }),
    ]),
    ...course.arrows.flatMap(({ step, from, to, object }, id) => {
      const common = { cat: 'wake', name: plain(object), id: id + 1, pid: processesPid }
      // Inside of the step, and of the wait that it ends.
      const ts = step * stepTime - stepTime / 2
      return [
        { ph: 's', ...common, tid: tracks.get(from) ?? 0, ts },
        { ph: 'f', bp: 'e', ...common, tid: tracks.get(to) ?? 0, ts: ts + 1 },
      ]
    }),
    ...(pointOfNoReturn === undefined ? [] : [instant('point of no return', pointOfNoReturn * stepTime)]),
    ...(trace.backTo === undefined ? [] : [instant(roundBegins, trace.backTo * stepTime)]),
    instant(headline, course.length * stepTime),
  ]
  const { id, variant } = trace.model
  const about = { model: plain(id), ...(variant !== undefined && { variant: plain(variant) }) }
  return `${JSON.stringify({ displayTimeUnit: 'ms', otherData: about, traceEvents: events }, null, 1)}\n`
}

/** Something on a track from `ts` on, for `dur`. */
const slice = (cat: string, name: string, pid: number, tid: number, ts: number, dur: number): object => ({
  ph: 'X',
  cat,
  name: plain(name),
  pid,
  tid,
  ts,
  dur,
})

const plain = (text: string): string => printable(text.toWellFormed())

const named = (pid: number, what: string, name: string, tid = 0): readonly object[] => [
  { ph: 'M', name: what, pid, tid, args: { name: plain(name) } },
  ...(tid === 0 ? [] : [{ ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } }]),
]

const instant = (name: string, ts: number): object => ({
  ph: 'i',
  s: 'g',
  name: plain(name),
  pid: processesPid,
  tid: 0,
  ts,
})

/** Slices of one track must nest: of waits for several things at once, which is one wait, one slice is left. */
function alone(waits: readonly Interval[]): readonly Interval[] {
  const slices = new Map<string, Interval>()
  for (const wait of waits) {
    const key = `${wait.from} ${wait.to}`
    const same = slices.get(key)
    slices.set(key, same === undefined ? wait : { ...same, object: `${same.object} or ${wait.object}` })
  }
  return apart([...slices.values()], (wait) => wait)[0] ?? []
}

interface Holding {
  readonly process: string
  readonly hold: Interval
}

/** A track an object; readers that hold it at the same time get further ones, since slices of one track must nest. */
function objectTracks(
  lanes: Told['course']['lanes'],
): readonly { readonly object: string; readonly holds: readonly Holding[] }[] {
  const all = lanes.flatMap(({ process, holds }) => holds.map((hold) => ({ process, hold })))
  const objects = Map.groupBy(all, ({ hold }) => hold.object)
  return [...objects].flatMap(([object, holds]) =>
    apart(holds, ({ hold }) => hold).map((row) => ({ object, holds: row })),
  )
}

/** Rows in which nothing overlaps, as few as possible. */
function apart<T>(items: readonly T[], interval: (item: T) => Interval): readonly (readonly T[])[] {
  const rows: T[][] = []
  for (const item of items.toSorted((a, b) => interval(a).from - interval(b).from)) {
    const free = rows.find((row) => (interval(row.at(-1)!).to ?? Infinity) <= interval(item).from)
    if (free === undefined) rows.push([item])
    else free.push(item)
  }
  return rows
}
