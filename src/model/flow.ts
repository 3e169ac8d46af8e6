// SPDX-License-Identifier: Apache-2.0
import { present } from '#base/assert'
import { FencecheckError, type Site } from '#base/errors'
import { limits } from '#ir/limits'
import type { AssertStep, Body, CallStep, GuardStep, Step } from '#ir/model'
import { refusePromise } from './ownership.ts'

/** A place in the control graph under construction. */
export type Point = number

type Unplaced<S extends Step> = Omit<S, 'at' | 'to' | 'exits'>
type Pending =
  | { readonly at: Point; readonly to: Point; readonly step: Unplaced<GuardStep> | Unplaced<AssertStep> }
  | { readonly at: Point; readonly exits: Readonly<Record<string, Point>>; readonly step: Unplaced<CallStep> }

/**
 * Turns structured calls into a control graph. Points are merged, not connected by extra steps, so loops, joins and
 * jumps add neither a location nor a transition: one step of the model is one edge.
 */
export class Flow {
  /** Where the next step starts; undefined where nothing can come (after `end`, `goto`, an endless loop). */
  here: Point | undefined
  readonly end: Point
  readonly #name: string
  readonly #parent: Point[] = []
  readonly #rest = new Set<Point>()
  readonly #labels = new Map<Point, string>()
  readonly #steps: Pending[] = []
  readonly #start: Point
  #finished = false
  /** Points whose branches must begin with a step: nothing may be merged with them. */
  readonly #fixed = new Set<Point>()

  constructor(name: string) {
    this.#name = name
    this.#start = this.fresh()
    this.end = this.fresh()
    this.#rest.add(this.end)
    this.#labels.set(this.end, 'end')
    this.here = this.#start
  }

  fresh(): Point {
    return this.#parent.push(this.#parent.length) - 1
  }

  /** The point a step would start at. */
  current(site: Site | undefined): Point {
    if (this.#finished)
      throw this.error(
        'its path is finished, and this step would be missing from it',
        site,
        'write the step with the t of the function it is in',
      )
    if (this.here === undefined)
      throw this.error(
        'nothing can come here: the path has ended, jumped away or loops for ever',
        site,
        'remove the step, or leave the loop with t.break()',
      )
    return this.here
  }

  /** Adds a plain step or an assertion and goes on after it. */
  step(step: Unplaced<GuardStep> | Unplaced<AssertStep>, to = this.fresh()): Point {
    this.#push({ at: this.current(step.site), to, step })
    this.here = to
    return to
  }

  /** Adds an operation; each exit leads to a point of its own. */
  call(step: Unplaced<CallStep>, exits: readonly string[]): Readonly<Record<string, Point>> {
    const points = Object.fromEntries(exits.map((exit) => [exit, this.fresh()]))
    this.#push({ at: this.current(step.site), exits: points, step })
    this.here = undefined
    return points
  }

  /** Runs `body` from a point and answers where it ends, if it does. */
  branch(from: Point, body: () => unknown): Point | undefined {
    const before = this.here
    this.here = from
    refusePromise(body(), `a branch of '${this.#name}'`, undefined)
    const end = this.here
    this.here = before
    return end
  }

  /** Goes on where the given branches end, all at one place. */
  join(ends: readonly (Point | undefined)[]): void {
    const open = ends.filter((end) => end !== undefined)
    if (open.length === 0) {
      this.here = undefined
      return
    }
    const join = this.fresh()
    for (const end of open) this.merge(end, join)
    this.here = join
  }

  /** Makes two points one place. */
  merge(a: Point, b: Point, site?: Site): void {
    const [x, y] = [this.#find(a), this.#find(b)]
    if (x === y) return
    if ([...this.#fixed].some((point) => this.#find(point) === x || this.#find(point) === y))
      throw this.error(
        'a branch of select must begin with a step, and may not jump back to the select',
        site,
        'begin it with an operation or t.await(...); to wait again, put the select into a t.loop and let the branch end',
      )
    this.#parent[x] = y
  }

  /** Within `body` the point stays what it is: the head of a select. */
  fixed(point: Point, body: () => void): void {
    this.#fixed.add(point)
    body()
    this.#fixed.delete(point)
  }

  rest(point: Point): void {
    this.#rest.add(point)
  }

  rests(point: Point): boolean {
    return [...this.#rest].some((resting) => this.#find(resting) === this.#find(point))
  }

  label(point: Point, name: string): void {
    this.#labels.set(point, name)
  }

  /** The finished control graph. */
  body(): Body {
    this.#finished = true
    if (this.here !== undefined) this.merge(this.here, this.end)
    const names = new Map<Point, string>()
    const labels = new Map([...this.#labels].map(([point, name]) => [this.#find(point), name]))
    const resting = new Set([...this.#rest].map((point) => this.#find(point)))
    const name = (point: Point): string => {
      const root = this.#find(point)
      const known = names.get(root) ?? labels.get(root) ?? `L${names.size}`
      names.set(root, known)
      return known
    }
    const initial = name(this.#start)
    const steps = this.#steps.map((pending): Step => {
      const at = name(pending.at)
      if (!('exits' in pending)) return { ...pending.step, at, to: name(pending.to) } as GuardStep | AssertStep
      const exits = Object.fromEntries(Object.entries(pending.exits).map(([exit, to]) => [exit, name(to)]))
      return { ...pending.step, at, exits }
    })
    const roots = [...names]
    const locations = roots.map(([root, n]) => (resting.has(root) ? { name: n, rest: true } : { name: n }))
    return { name: this.#name, initial, locations, steps }
  }

  error(message: string, site: Site | undefined, fix: string): FencecheckError {
    return new FencecheckError('wrong-control-flow', `'${this.#name}': ${message}`, { site, fix })
  }

  #push(pending: Pending): void {
    this.#steps.push(pending)
    if (this.#steps.length > limits.steps)
      throw new FencecheckError('too-large', `'${this.#name}' has more than ${limits.steps} steps`, {
        site: pending.step.site,
        fix: 'a loop of the model is t.loop(...); a JavaScript loop writes its steps out',
      })
  }

  #find(point: Point): Point {
    let root = point
    while (this.#parent[root] !== root) root = present(this.#parent[root])
    for (let p = point; p !== root;) {
      const next = present(this.#parent[p])
      this.#parent[p] = root
      p = next
    }
    return root
  }
}
