// SPDX-License-Identifier: Apache-2.0
import type { Machine } from '#system/machine'
import { movesOf, moversOf } from '#system/moves'
import type { LocationId, ProcessId, TransitionId } from '#system/system'
import { explored, type Ahead } from './from-state.ts'
import { stuckIn, type Wanted } from './same-violation.ts'

/** Work after which the best so far is taken. Counted, not timed, so that the same trace comes out on any machine. */
export const minimiseLimits = { fires: 300_000, written: 50_000_000, judged: 60_000, judgedAtOnce: 5_000 } as const

type Path = readonly TransitionId[]

interface Simpler {
  readonly path: Path
  /** Who is stuck at its end. */
  readonly stuck: readonly ProcessId[]
}

/**
 * A path that shows the same violation (`same-violation.ts`) with less to read: fewer processes, then fewer rounds of
 * loops, then fewer context switches, then fewer steps; never more of any of these that comes before. Every candidate is
 * executed: a path is only taken if each of its steps could be.
 */
export function minimised<S>(
  machine: Machine<S>,
  path: Path,
  wanted: Wanted,
  ahead: Ahead<S> = explored(machine),
): Simpler | undefined {
  const candidates = new Candidates(machine, ahead, wanted)
  // Who is stuck is kept with the path: once there is no more time nothing is judged again.
  const judged = (candidate: Path): Simpler | undefined => {
    const stuck = candidates.judge(candidate)
    return stuck && { path: candidate, stuck }
  }
  const firstThat = (some: Iterable<Path>): Simpler | undefined => {
    for (const candidate of some) {
      const found = judged(candidate)
      if (found !== undefined) return found
      // A path of thousands of steps has millions of candidates, each as long.
      if (candidates.exhausted) break
    }
    return undefined
  }
  let best = judged(path)
  if (best === undefined) return undefined
  const passes: readonly ((now: Path) => Iterable<Path>)[] = [
    (now) => withoutProcesses(machine, now),
    (now) => withoutRounds(machine, now),
    (now) => withFewerSwitches(machine, now),
    (now) => withoutEnds(machine, now),
  ]
  // Whenever something was gained what comes before may have become possible. Each gain makes the path shorter or, at
  // the same length, has fewer switches: that ends.
  for (let pass = 0; pass < passes.length;) {
    const better = firstThat(passes[pass]!(best.path))
    if (better === undefined) pass++
    else [best, pass] = [better, 0]
  }
  return best
}

/** Executes paths and remembers how their ends were judged. */
class Candidates<S> {
  readonly #machine: Machine<S>
  readonly #ahead: Ahead<S>
  readonly #wanted: Wanted
  readonly #ends: ReturnType<Machine<S>['store']>
  readonly #judged = new Map<string, readonly ProcessId[] | undefined>()
  #fires = 0
  #written = 0
  #looks = 0

  constructor(machine: Machine<S>, ahead: Ahead<S>, wanted: Wanted) {
    this.#machine = machine
    this.#ahead = ahead
    this.#wanted = wanted
    this.#ends = machine.store()
  }

  /** No candidate will be taken any more. */
  get exhausted(): boolean {
    return this.#fires > minimiseLimits.fires || this.#written > minimiseLimits.written
  }

  /** Who is stuck at the end of the path; undefined if it cannot be taken, or leads elsewhere, or there is no more time. */
  judge(path: Path): readonly ProcessId[] | undefined {
    this.#written += path.length
    const end = this.#execute(path)
    if (end === undefined) return undefined
    const last = path.at(-1)
    const at = this.#wanted.code === undefined ? this.#ends.add(end) : ''
    const after = this.#wanted.code !== undefined || this.#wanted.kind === 'no-forward-progress' ? last : ''
    const key = `${at} ${after}`
    if (!this.#judged.has(key)) {
      if (this.#looks >= minimiseLimits.judged) return undefined
      const limit = Math.min(minimiseLimits.judgedAtOnce, minimiseLimits.judged - this.#looks)
      const judgement = stuckIn(this.#machine, this.#ahead, end, last, this.#wanted, limit)
      this.#looks += judgement === undefined ? limit / 10 : 1
      this.#judged.set(key, judgement)
    }
    return this.#judged.get(key)
  }

  #execute(path: Path): S | undefined {
    let state = this.#machine.initial()
    for (const id of path) {
      if (++this.#fires > minimiseLimits.fires || !this.#machine.enabled(state).includes(id)) return undefined
      state = this.#machine.fire(state, id)
    }
    return state
  }
}

const processesIn = <S>({ system }: Machine<S>, path: Path): readonly ProcessId[] =>
  [...new Set(path.flatMap((id) => moversOf(system.transitions[id]!)))].sort((a, b) => a - b)

/** Without one process, or, where each is needed by another, without two. */
function* withoutProcesses<S>(machine: Machine<S>, path: Path): Generator<Path> {
  const all = processesIn(machine, path)
  const without = (...gone: readonly ProcessId[]): Path =>
    path.filter((id) => !moversOf(machine.system.transitions[id]!).some((p) => gone.includes(p)))
  for (const p of all) yield without(p)
  for (const p of all) for (const q of all) if (p < q) yield without(p, q)
}

/** Without the steps that a process takes from a location back to it, the longest way round first. */
function* withoutRounds<S>(machine: Machine<S>, path: Path): Generator<Path> {
  for (const p of processesIn(machine, path)) {
    const steps = stepsOf(machine, path, p)
    const isOwn = new Set(steps.map(({ index }) => index))
    const at = (i: number): LocationId => (i < steps.length ? steps[i]!.from : steps.at(-1)!.to)
    for (let length = steps.length; length > 0; length--)
      for (let first = 0; first + length <= steps.length; first++) {
        if (at(first) !== at(first + length)) continue
        const [from, to] = [steps[first]!.index, steps[first + length - 1]!.index]
        yield path.filter((_, i) => i < from || i > to || !isOwn.has(i))
      }
  }
}

/** With a stretch of one process moved to where it runs before, or to where it runs next. */
function* withFewerSwitches<S>(machine: Machine<S>, path: Path): Generator<Path> {
  const runner = (id: TransitionId): ProcessId => machine.system.transitions[id]!.process
  const stretches: TransitionId[][] = []
  for (const id of path) {
    const open = stretches.at(-1)
    if (open !== undefined && runner(open[0]!) === runner(id)) open.push(id)
    else stretches.push([id])
  }
  const switches = (of: Path): number => of.filter((id, i) => i > 0 && runner(of[i - 1]!) !== runner(id)).length
  const now = switches(path)
  const isBetter = (candidate: Path): boolean => switches(candidate) < now
  for (let i = 0; i < stretches.length; i++)
    for (let j = 0; j < stretches.length; j++) {
      if (i === j) continue
      const others = stretches.toSpliced(i, 1)
      const candidate = others.toSpliced(j, 0, stretches[i]!).flat()
      if (isBetter(candidate)) yield candidate
    }
}

/** Without the last steps of a process, as many as possible. */
function* withoutEnds<S>(machine: Machine<S>, path: Path): Generator<Path> {
  for (const p of processesIn(machine, path)) {
    const steps = stepsOf(machine, path, p)
    const isOwn = new Set(steps.map(({ index }) => index))
    for (const { index: first } of steps) yield path.filter((_, i) => i < first || !isOwn.has(i))
  }
}

interface Taken {
  readonly index: number
  readonly from: LocationId
  readonly to: LocationId
}

const stepsOf = <S>({ system }: Machine<S>, path: Path, process: ProcessId): readonly Taken[] =>
  path.flatMap((id, index) =>
    movesOf(system.transitions[id]!)
      .filter((move) => move.process === process)
      .map(({ from, to }) => ({ index, from, to })),
  )
