// SPDX-License-Identifier: Apache-2.0
import { FencecheckError, type Site } from '#base/errors'
import type { ModelExpr } from '#ir/expression'
import type { ModelTarget, StepTag } from '#ir/model'
import { exitsOf, expectedExitsOf, timeoutExitsOf, type Operation, type Primitive } from '#semantics/primitive'
import { build, not } from './expressions.ts'
import type { Flow, Point } from './flow.ts'
import { Element, ObjectHandle, type Assignable, type Expression } from './handle.ts'
import { refuseUnknownOptions } from './options.ts'
import { sorted, type Branch } from './call-options.ts'
import { ownName, refuseForeign } from './ownership.ts'
import { caller, callerSite } from './site.ts'
import type { Setting } from './switches.ts'

export interface StepOptions {
  /** The step can be taken only while this is true; until then the process is blocked. */
  readonly when?: Expression
  /** Assigned at once, every value computed before any is written. */
  readonly set?: readonly (readonly [Assignable, Expression])[]
  readonly label?: string
  /** One half of a rendezvous: fires together with a step of the opposite role on the same channel elsewhere. */
  readonly sync?: { readonly channel: string; readonly role: 'send' | 'receive' }
}

const stepOptions = ['when', 'set', 'label', 'sync'] as const satisfies readonly (keyof StepOptions)[]

/** A place to come back to with `t.goto`. */
export interface Label {
  readonly point: Point
  /** The path that it is a place of. */
  readonly of: Flow
}

interface Loop {
  readonly head: Point
  readonly after: Point
}

/** Writes one path of a process as calls. Operations of the primitives are added to it from the registry. */
export class Path {
  readonly #flow: Flow
  readonly #model: object
  readonly #switches: Setting
  readonly #loops: Loop[] = []
  readonly #note: (site: Site | undefined) => void
  #tag: StepTag | undefined
  #kernel: string | undefined
  #site: Site | undefined
  #optional = false
  #declared: Site | undefined

  /** `note` hears of the place of every step, so that a failing model can be located. */
  constructor(flow: Flow, model: object, switches: Setting, note: (site: Site | undefined) => void) {
    this.#flow = flow
    this.#model = model
    this.#switches = switches
    this.#note = note
  }

  /** One atomic step: a guard, assignments, or both. */
  step(options: StepOptions): void {
    const details = this.#details()
    refuseUnknownOptions('t.step()', options, stepOptions, details.site)
    const { when, set, label, sync } = options
    this.#flow.step({
      ...details,
      ...(when !== undefined && { when: this.#expr(when, details.site) }),
      ...(set !== undefined && {
        set: set.map(([to, value]) => [this.#target(to, details.site), this.#expr(value, details.site)] as const),
      }),
      ...(label !== undefined && { label }),
      ...(sync !== undefined && { sync }),
    })
  }

  /** A local step that neither waits nor changes anything anybody else can see. */
  local(label = 'local step'): void {
    this.step({ label })
  }

  /** Blocks until the condition holds. */
  await(condition: Expression): void {
    this.step({ when: condition })
  }

  set(to: Assignable, value: Expression): void {
    this.step({ set: [[to, value]] })
  }

  /** A claim about the state here; a violation if it is false. */
  assert(claim: Expression, message?: string): void {
    const details = this.#details()
    this.#flow.step({ ...details, assert: this.#expr(claim, details.site), ...(message !== undefined && { message }) })
  }

  /** A claim that no run comes here; a violation if one does. */
  unreachable(why: string): void {
    this.assert(0, why)
    this.end()
  }

  /** Commits to one of the branches first, in a step of its own: a branch cannot dodge a lock that happens to be taken. */
  either(branches: Readonly<Record<string, Branch>>): void {
    const details = this.#details()
    const from = this.#flow.current(details.site)
    this.#flow.join(
      Object.entries(branches).map(([name, branch]) => {
        this.#flow.here = from
        const to = this.#flow.step({ ...details, label: `either: ${name}` })
        return this.#flow.branch(to, branch)
      }),
    )
  }

  /** Waits until one of the branches can begin, and takes it. Each branch begins with a step that may wait. */
  select(branches: Readonly<Record<string, Branch>>): void {
    const { site } = this.#details()
    const from = this.#flow.current(site)
    const ends: (Point | undefined)[] = []
    this.#flow.fixed(from, () => {
      for (const [name, branch] of Object.entries(branches)) {
        const end = this.#flow.branch(from, branch)
        if (end === from)
          throw this.#flow.error(
            `branch '${name}' of select is empty`,
            site,
            'begin it with an operation or t.await(...)',
          )
        ends.push(end)
      }
    })
    this.#flow.join(ends)
  }

  /** Takes `then` if the condition holds, else `otherwise`. The test is a step. */
  when(condition: Expression, then: Branch, otherwise: Branch = () => {}): void {
    const details = this.#details()
    const from = this.#flow.current(details.site)
    const arm = (guard: Expression, branch: Branch): Point | undefined => {
      this.#flow.here = from
      const to = this.#flow.step({ ...details, when: this.#expr(guard, details.site) })
      return this.#flow.branch(to, branch)
    }
    this.#flow.join([arm(condition, then), arm(not(condition), otherwise)])
  }

  /**
   * Goes round for ever, but for `t.break()` and jumps. Who rests right before it leaves that place with a step of its own,
   * so that a round does not rest: to rest in each round, `t.idle()` belongs into the loop.
   */
  loop(body: Branch): void {
    const details = this.#details()
    const { site } = details
    if (this.#flow.rests(this.#flow.current(site))) this.#flow.step({ ...details, label: 'goes on' })
    const head = this.#flow.current(site)
    const after = this.#flow.fresh()
    let left = false
    this.#loops.push({
      head,
      get after() {
        left = true
        return after
      },
    })
    const end = this.#flow.branch(head, body)
    this.#loops.pop()
    if (end === head) throw this.#flow.error('the loop is empty', site, 'put a step into it')
    if (end !== undefined) this.#flow.merge(end, head, site)
    this.#flow.here = left ? after : undefined
  }

  /** Goes round while the condition holds; the test is a step. */
  while(condition: Expression, body: Branch): void {
    this.loop(() => this.when(condition, body, () => this.break()))
  }

  /** Writes the body out `times` times. */
  repeat(times: number, body: (i: number) => void): void {
    for (let i = 0; i < times; i++) body(i)
  }

  /** Leaves the innermost loop. */
  break(): void {
    this.#jump(this.#loop('break').after)
  }

  /** Back to the head of the innermost loop. */
  continue(): void {
    this.#jump(this.#loop('continue').head)
  }

  /** The end of the path: the process rests there for ever. */
  end(): void {
    this.#jump(this.#flow.end)
  }

  /** Names this place, for `t.goto` and for `at(process, name)`. */
  label(name?: string): Label {
    const point = this.#flow.current(callerSite())
    if (name !== undefined) this.#flow.label(point, name)
    return { point, of: this.#flow }
  }

  goto(label: Label): void {
    if (typeof label !== 'object' || !('point' in label))
      throw this.#flow.error(
        't.goto() is given no label',
        callerSite(),
        'name the place first: const again = t.label()',
      )
    if (label.of !== this.#flow)
      throw this.#flow.error(
        't.goto() is given a label of another path',
        callerSite(),
        'jump within one path; what waits for another process is t.await(...), for instance of at(process, label)',
      )
    this.#jump(label.point)
  }

  /** The process may legally rest here for ever: a worker without work. It must then hold nothing. */
  idle(): void {
    this.#flow.rest(this.#flow.current(callerSite()))
  }

  /** Steps that may happen but that nobody may rely on: opportunistic signalling, what user space or the environment does. */
  may(who: 'opportunistic' | 'user' | 'environment', body: Branch): void {
    const outer = this.#tag
    this.#tag = who
    body()
    this.#tag = outer
  }

  /** Steps that no run need take: a second copy of a body, a part that serves other models. Not taken, they are no finding. */
  optional(body: Branch): void {
    const outer = this.#optional
    this.#optional = true
    body()
    this.#optional = outer
  }

  /**
   * Waits for a condition as `wait_event()` does: prepare, look, sleep, look again. `sleep` writes the step that sleeps,
   * with what follows at each of its exits besides `ok`; only if the condition is still false does the wait end so.
   */
  waitFor(
    condition: Expression,
    write: {
      readonly prepare: Branch
      readonly sleep: (leave: (exit: string) => Branch) => void
      readonly finish: Branch
    },
    branches: Readonly<Record<string, Branch | undefined>>,
  ): void {
    const { site } = this.#details()
    const again = this.label()
    const arrived = new Map<string, Point[]>()
    const leave = (exit: string) => (): void => {
      const counted = exit === 'timeout' && this.#switches['timeouts'] === 'success' ? 'ok' : exit
      arrived.set(counted, [...(arrived.get(counted) ?? []), this.#flow.current(site)])
      this.#flow.here = undefined
    }
    write.prepare()
    this.when(condition, leave('ok'))
    write.sleep((exit) => () => this.when(condition, leave('ok'), leave(exit)))
    if (this.#flow.here !== undefined) this.goto(again)
    this.#flow.join(
      [...arrived].map(([exit, points]) => {
        this.#flow.join(points)
        write.finish()
        return this.#flow.branch(this.#flow.current(site), branches[exit] ?? (() => {}))
      }),
    )
  }

  /** Steps that the builder writes on behalf of a declaration are attributed to its line. */
  writtenAt(site: Site | undefined, body: Branch): void {
    const outer = this.#site
    this.#site = site
    body()
    this.#site = outer
  }

  /** Steps written for no line of the author, as those of a building block are, are attributed to that of a declaration. */
  declaredAt(site: Site | undefined, body: Branch): void {
    const outer = this.#declared
    this.#declared = site
    body()
    this.#declared = outer
  }

  /** Names the kernel source that the next step stands for. */
  at(kernel: string): this {
    this.#kernel = kernel
    return this
  }

  /**
   * The name of an object of this model.
   * @throws FencecheckError `foreign-object` if it belongs to another
   */
  nameOf(object: ObjectHandle): string {
    return object.model === this.#model ? object.name : ownName(object, this.#model, callerSite())
  }

  /** An operation of a primitive; the typed methods of a path come here. */
  call(
    operation: Operation,
    op: string,
    on: string,
    primitive: Primitive,
    options: Readonly<Record<string, unknown>>,
    onTimeout: 'as switched' | 'handled' = 'as switched',
  ): void {
    const details = this.#details()
    const exits = exitsOf(operation)
    const { subclass, nestLock, ...rest } = options
    const nesting = {
      ...(subclass !== undefined && { subclass: subclass as number }),
      ...(nestLock instanceof ObjectHandle && { nestLock: ownName(nestLock, this.#model, details.site) }),
    }
    const { args, params, branches } = sorted(rest, exits, {
      nameOf: (handle) => ownName(handle, this.#model, details.site),
      unknown: (key) =>
        new FencecheckError('wrong-argument', `${op} ${on}: there is no exit or argument '${key}'`, {
          site: details.site,
          fix: `the ${primitive.name} operation ${op} ends with ${exits.join(', ')}`,
        }),
    })
    const expected = expectedExitsOf(operation)
    const unhandled = expected.find((exit) => exit !== 'ok' && branches[exit] === undefined)
    if (unhandled !== undefined) {
      const branch = `{ ${unhandled}: () => { ... } }`
      throw new FencecheckError('missing-exit', `${op} ${on} can end with '${unhandled}', which is not handled`, {
        site: details.site,
        fix: `say what happens then: t.${op}(${primitive.implicit === true ? branch : `${on}, ${branch}`})`,
      })
    }
    const handled = exits.filter((exit) => expected.includes(exit) || branches[exit] !== undefined)
    const timeouts = this.#switches['timeouts']
    const excluded = timeouts === 'never' ? timeoutExitsOf(operation) : []
    const asSuccess = timeouts === 'success' && onTimeout !== 'handled' ? timeoutExitsOf(operation) : []
    const points = this.#flow.call(
      {
        ...details,
        ...(excluded.length > 0 && { excluded }),
        call: {
          op,
          on,
          ...(Object.keys(args).length > 0 && { args }),
          ...(Object.keys(params).length > 0 && { params }),
          ...nesting,
        },
      },
      handled,
    )
    const taken = handled.filter((exit) => !excluded.includes(exit) && !asSuccess.includes(exit))
    for (const exit of [...excluded, ...asSuccess]) this.#flow.merge(points[exit]!, points['ok']!)
    this.#flow.join(taken.map((exit) => this.#flow.branch(points[exit]!, branches[exit] ?? (() => {}))))
  }

  #details(): { site?: Site; kernel?: string; tag?: StepTag; optional?: true } {
    const called = this.#site === undefined ? caller() : { site: this.#site, inBlock: false }
    const site = called.site ?? this.#declared
    this.#note(site)
    const kernel = this.#kernel
    this.#kernel = undefined
    return {
      ...(site !== undefined && { site }),
      ...(kernel !== undefined && { kernel }),
      ...(this.#tag !== undefined && { tag: this.#tag }),
      ...((called.inBlock || this.#optional) && { optional: true as const }),
    }
  }

  #loop(what: string): Loop {
    const loop = this.#loops.at(-1)
    if (loop === undefined)
      throw this.#flow.error(`t.${what}() outside a loop`, callerSite(), 'use it inside t.loop or t.while')
    return loop
  }

  #jump(to: Point): void {
    const site = callerSite()
    this.#flow.merge(this.#flow.current(site), to, site)
    this.#flow.here = undefined
  }

  #expr(e: Expression, site: Site | undefined): ModelExpr {
    const built = build(e)
    for (const model of built.models) refuseForeign(model, this.#model, 'an expression', site)
    return built.expr
  }

  #target(to: Assignable, site: Site | undefined): ModelTarget {
    if (to instanceof Element) return ['at', to.array.name, this.#expr(to.index, site)]
    refuseForeign(to.model, this.#model, `variable '${to.name}'`, site)
    return to.name
  }
}
