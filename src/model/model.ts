// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { nearest } from '#base/text'
import type { Model } from '#ir/model'
import { kernelPrimitives } from '#semantics/primitives/index'
import { Registry } from '#semantics/registry'
import { Builder } from './builder.ts'
import { expectationIn, type ExpectedWhen } from './expected.ts'
import type { ObjectHandle } from './handle.ts'
import type { Declarations, PathOf, Primitives } from './methods.ts'
import { refuseUnknownOptions } from './options.ts'
import { refusePromise } from './ownership.ts'
import { Path } from './path.ts'
import { callerSite, siteOfError } from './site.ts'
import { chooseSetting, refuseUnknownSettings, type Setting, type Switches } from './switches.ts'

type WriteTyped<R extends Primitives> = (t: PathOf<R>) => void
type DeferredWriters = 'timerCallback' | 'taskletCallback' | 'irqWorkCallback'
interface DeferredKinds {
  readonly timerCallback: 'timer'
  readonly taskletCallback: 'tasklet'
  readonly irqWorkCallback: 'irqWork'
}
type PathWriters = 'thread' | 'worker' | 'hardware' | 'irq' | 'softirq' | 'shrinker' | 'mmuNotifier'

/** What a model is built with: objects of every primitive, variables, processes. */
export type ModelBuilder<R extends Primitives> = Omit<
  Builder,
  | PathWriters
  | 'callback'
  | 'fenceArrayOf'
  | 'intervalCallback'
  | 'faultHandler'
  | 'workItem'
  | DeferredWriters
  | 'kthreadWorkItem'
  | 'runtimeResume'
  | 'runtimeSuspend'
  | 'copies'
  | 'declare'
  | 'finish'
  | 'lastSite'
> &
  Declarations<R> & {
    readonly [W in PathWriters]: (
      name: string,
      write: WriteTyped<R>,
      options?: Parameters<Builder[W]>[2],
    ) => ReturnType<Builder[W]>
  } & {
    /** A callback of runtime PM: runs as whoever resumes or suspends the device. */
    readonly [W in 'runtimeResume' | 'runtimeSuspend']: (
      device: ObjectHandle<'runtimePm'>,
      name: string,
      write: WriteTyped<R>,
    ) => void
  } & {
    readonly [W in DeferredWriters]: (
      name: string,
      write: WriteTyped<R>,
      options?: Parameters<Builder[W]>[2],
    ) => ObjectHandle<DeferredKinds[W]>
  } & {
    readonly faultHandler: (mm: ObjectHandle<'mmapLock'>, name: string, write: WriteTyped<R>) => void
    readonly workItem: (queue: ObjectHandle<'workqueue'>, name: string, write: WriteTyped<R>) => ObjectHandle<'work'>
    readonly kthreadWorkItem: (
      worker: ObjectHandle<'kthreadWorker'>,
      name: string,
      write: WriteTyped<R>,
    ) => ObjectHandle<'kthreadWork'>
    readonly callback: (
      fence: ObjectHandle<'fence' | 'fenceArray'>,
      name: string,
      write: WriteTyped<R>,
      options?: { readonly added?: boolean },
    ) => ObjectHandle<'fenceCallback'>
    readonly fenceArrayOf: (
      name: string,
      members: readonly ObjectHandle<'fence'>[],
      options?: { readonly signalOnAny?: boolean },
    ) => ObjectHandle<'fenceArray'>
    readonly intervalCallback: (interval: ObjectHandle<'interval'>, name: string, write: WriteTyped<R>) => void
    /** `n` copies of a set of processes, objects and variables: the unit of symmetry. */
    readonly copies: (name: string, n: number, write: (c: ModelBuilder<R>, i: number) => void) => void
  }

/** A whole number that the user may choose, within a stated range. */
export interface Parameter {
  /** The least that may be chosen, itself included. */
  readonly min: number
  /** The most that may be chosen, itself included. */
  readonly max: number
  /** What it is where nobody chooses (`--param N=3`); from `min` to `max`. */
  readonly default: number
  /** What it counts, as `fencecheck list` prints it: `jobs in flight`. */
  readonly what?: string
}

export interface ModelHead<V extends string, P extends string, S extends string> {
  /** One sentence: what happens. */
  readonly summary: string
  /** Kernel files and functions, commits, mails it was written from. */
  readonly sources?: readonly string[]
  /** What it leaves out, a sentence each. */
  readonly abstracts?: readonly string[]
  /** The variants of the model and the verdict expected of each. */
  readonly variants?: Readonly<Record<V, ExpectedWhen>>
  /** The verdict expected of a model without variants. */
  readonly expect?: ExpectedWhen
  /** Configuration switches: every variant is checked in every setting. */
  readonly switches?: Switches<S>
  /** Rules of the DMA-fence contract that violating variants break, of all or by variant: `['R7']` (docs/contract.md). */
  readonly rules?: readonly string[] | Readonly<Partial<Record<V, readonly string[]>>>
  readonly params?: Readonly<Record<P, Parameter>>
}

const parameterOptions = ['min', 'max', 'default', 'what'] as const satisfies readonly (keyof Parameter)[]
const headOptions = [
  'summary',
  'sources',
  'abstracts',
  'variants',
  'expect',
  'switches',
  'rules',
  'params',
] as const satisfies readonly (keyof ModelHead<string, string, string>)[]

/** A model with its variants and parameters still open: the default export of a model file. */
export interface ModelSource {
  readonly id: string
  readonly summary: string
  readonly sources: readonly string[]
  /** Names of the variants; a model without any has one, `undefined`. */
  readonly variants: readonly (string | undefined)[]
  readonly params: Readonly<Record<string, Parameter>>
  readonly switches: Switches
  readonly registry: Registry
  /**
   * One instance; the first variant and the first setting of each switch unless said.
   * @throws FencecheckError `unknown-variant`, `unknown-parameter`, `parameter-range`, `unknown-switch`, or whatever is
   * wrong in the model.
   */
  instantiate(variant?: string, params?: Readonly<Record<string, number>>, switches?: Setting): Model
}

/** The primitives that an instance was made of. */
const registries = new WeakMap<Model, Registry>()
export const registryOf = (model: Model): Registry | undefined => registries.get(model)

const isSource = Symbol.for('fencecheck.ModelSource')
export const isModelSource = (value: unknown): value is ModelSource =>
  typeof value === 'object' && value !== null && isSource in value

/** The `model` function for a set of primitives: `defineModels({ ...kernelPrimitives, bitLock })`. */
export function defineModels<const R extends Primitives>(primitives: R) {
  const registry = new Registry(primitives)
  refuseNameClashes(registry)
  return <V extends string = never, P extends string = never, S extends string = never>(
    id: string,
    head: ModelHead<V, P, S>,
    write: (m: ModelBuilder<R>, variant: V, params: Readonly<Record<P, number>>, switches: Setting<S>) => void,
  ): ModelSource => {
    const site = callerSite()
    if (!/^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)*$/i.test(id))
      throw new FencecheckError('wrong-argument', `'${id}' is not a model id`, {
        site,
        fix: 'use letters, digits, - . _ and /',
      })
    refuseUnknownOptions(`model '${id}'`, head, headOptions, site)
    const variants = Object.keys(head.variants ?? {}) as V[]
    const params: Readonly<Record<string, Parameter>> = head.params ?? {}
    const switches: Switches = head.switches ?? {}
    refuseUnknownSettings(switches, site)
    for (const [name, parameter] of Object.entries(params)) {
      refuseUnknownOptions(`parameter ${name} of '${id}'`, parameter, parameterOptions, site)
      const { min, max, default: chosen } = parameter
      if (![min, max, chosen].every(Number.isInteger) || min > chosen || chosen > max)
        throw new FencecheckError(
          'parameter-range',
          `parameter ${name} of '${id}' has the default ${chosen}, outside ${min} .. ${max}`,
          {
            site,
            fix: 'state whole numbers with min <= default <= max',
          },
        )
    }
    return {
      [isSource as never]: true,
      id,
      summary: head.summary,
      sources: head.sources ?? [],
      variants: variants.length === 0 ? [undefined] : variants,
      params,
      switches,
      registry,
      instantiate(variant, chosen = {}, set = {}) {
        const actual = variant ?? (variants.length === 0 ? undefined : variants[0])
        if (actual !== undefined && !variants.includes(actual as V))
          throw new FencecheckError('unknown-variant', `model '${id}' has no variant '${actual}'`, {
            fix: variants.length === 0 ? 'it has no variants' : `its variants are ${variants.join(', ')}`,
          })
        const values = chooseParams(id, params, chosen)
        const setting = chooseSetting(id, switches, set)
        const expected = actual === undefined ? head.expect : head.variants![actual as V]
        const broken = rulesOf(head.rules, actual)
        const builder = new Builder(registry, setting)
        const said = {
          id,
          summary: head.summary,
          ...(head.sources !== undefined && { sources: head.sources }),
          ...(head.abstracts !== undefined && { abstracts: head.abstracts }),
          ...(actual !== undefined && { variant: actual }),
          ...(Object.keys(values).length > 0 && { params: values }),
          ...(Object.keys(setting).length > 0 && { switches: setting }),
          ...(broken !== undefined && { rules: broken }),
          ...(expected !== undefined && { expect: expectationIn(expected, setting, site) }),
        }
        const built = run(id, builder, () => {
          const m = typed(builder, registry) as ModelBuilder<R>
          const returned: unknown = write(m, actual as V, values as Record<P, number>, setting as Setting<S>)
          refusePromise(returned, `model '${id}'`, builder.lastSite)
          return builder.finish(said)
        })
        registries.set(built, registry)
        return built
      },
    }
  }
}

const rulesOf = (
  rules: readonly string[] | Readonly<Partial<Record<string, readonly string[]>>> | undefined,
  variant: string | undefined,
): readonly string[] | undefined => (isList(rules) ? rules : rules?.[variant ?? ''])
const isList = (rules: unknown): rules is readonly string[] => Array.isArray(rules)

/** A path of a process over the kernel's primitives: the type of `t` in helper functions of a model. */
export type KernelPath = PathOf<typeof kernelPrimitives>

/** What a model over the kernel's primitives is built with: the type of `m` in functions that declare parts of one. */
export type KernelBuilder = ModelBuilder<typeof kernelPrimitives>

/** Defines a model over the kernel's primitives. */
export const model = defineModels(kernelPrimitives)

function chooseParams(
  id: string,
  params: Readonly<Record<string, Parameter>>,
  chosen: Readonly<Record<string, number>>,
): Record<string, number> {
  for (const [name, value] of Object.entries(chosen)) {
    const range = Object.hasOwn(params, name) ? params[name] : undefined
    if (range === undefined) {
      const meant = nearest(name, Object.keys(params))
      const known = Object.keys(params)
      throw new FencecheckError('unknown-parameter', `model '${id}' has no parameter ${name}`, {
        fix:
          meant !== undefined
            ? `did you mean ${meant}?`
            : known.length > 0
              ? `it has ${known.join(', ')}`
              : 'it has none',
      })
    }
    if (!Number.isInteger(value) || value < range.min || value > range.max)
      throw new FencecheckError('parameter-range', `parameter ${name} of '${id}' is ${value}`, {
        fix: `use a whole number from ${range.min} to ${range.max}`,
      })
  }
  return Object.fromEntries(Object.entries(params).map(([name, range]) => [name, chosen[name] ?? range.default]))
}

/** Whatever the author's functions throw, early or late, becomes one message with the line that was reached. */
function run(id: string, builder: Builder, build: () => Model): Model {
  try {
    return build()
  } catch (error) {
    if (error instanceof FencecheckError && error.site !== undefined) throw error
    const site = siteOfError(error) ?? builder.lastSite
    if (error instanceof FencecheckError) throw error.at(site)
    if (error instanceof RangeError && error.message.includes('call stack'))
      throw new FencecheckError('endless-recursion', `model '${id}': a helper function calls itself without end`, {
        site,
        fix: 'a path is a finite graph: write a loop with t.loop(...)',
        cause: error,
      })
    throw new FencecheckError(
      'model-threw',
      `model '${id}' threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
      {
        site,
        fix: 'mend the model at that line',
        cause: error,
      },
    )
  }
}

/** The builder with a declaration for each primitive. */
function typed(builder: Builder, registry: Registry): object {
  const declarations = Object.entries(registry.primitives)
    .filter(([, primitive]) => primitive.implicit !== true)
    .map(
      ([kind]) =>
        [
          kind,
          { value: (name: string, options?: Record<string, unknown>) => builder.declare(kind, name, options) },
        ] as const,
    )
  const scope: object = Object.create(builder, Object.fromEntries(declarations))
  const forward = [
    'int',
    'flag',
    'array',
    'thread',
    'worker',
    'hardware',
    'irq',
    'softirq',
    'machine',
    'callback',
    'fenceArrayOf',
    'intervalCallback',
    'shrinker',
    'mmuNotifier',
    'kswapd',
    'faultHandler',
    'workItem',
    'kthreadWorkItem',
    'runtimeResume',
    'runtimeSuspend',
    'pmWorker',
    'timerCallback',
    'taskletCallback',
    'irqWorkCallback',
    'invariant',
  ] as const
  for (const name of forward)
    Object.defineProperty(scope, name, {
      value: (...args: unknown[]) => (builder[name] as (...a: unknown[]) => unknown).apply(builder, args),
    })
  Object.defineProperty(scope, 'copies', {
    value: (name: string, n: number, write: (c: object, i: number) => void) =>
      builder.copies(name, n, (i) => write(scope, i)),
  })
  return scope
}

/** An operation must not hide a word of the language. */
function refuseNameClashes(registry: Registry): void {
  for (const [kind, primitive] of Object.entries(registry.primitives)) {
    const clash =
      kind in Builder.prototype ? kind : Object.keys(primitive.operations).find((op) => op in Path.prototype)
    if (clash !== undefined)
      throw new FencecheckError(
        'duplicate-name',
        `primitive ${primitive.name}: '${clash}' is a word of the model language`,
        {
          fix: 'give the primitive or operation another name',
        },
      )
  }
}
