// SPDX-License-Identifier: Apache-2.0
import type { Arrow, Operation, Primitive } from '#semantics/primitive'
import type { ObjectHandle } from './handle.ts'
import type { Branch } from './call-options.ts'
import type { Path } from './path.ts'
import type { WaitEvents } from './wait-event.ts'

// The typed methods of a builder, derived from the registry `R`: a new primitive brings its own.

export type Primitives = Record<string, Primitive>

type IsImplicit<P extends Primitive> = P extends { readonly implicit: true } ? true : false
type OperationName<R extends Primitives> = { [K in keyof R]: keyof R[K]['operations'] & string }[keyof R]
type KindWith<R extends Primitives, O> = {
  [K in keyof R & string]: O extends keyof R[K]['operations'] ? K : never
}[keyof R & string]
type OperationOf<R extends Primitives, K extends keyof R, O> = O extends keyof R[K]['operations']
  ? R[K]['operations'][O]
  : never

type LeadsTo<A extends Arrow> = A extends { readonly to: infer T extends string } ? T : 'ok'
type LeavesFrom<A extends Arrow> = A extends { readonly from: infer F extends string } ? F : never
/** The exits of an operation. */
export type ExitOf<O extends Operation> = Exclude<LeadsTo<O['arrows'][number]>, LeavesFrom<O['arrows'][number]>>

type MayBeLeft<A extends Arrow> = A extends
  { readonly unexpected: true } | { readonly optional: true } | { readonly otherwise: string }
  ? LeadsTo<A>
  : never
/** Exits that need not be handled. */
type Optional<O extends Operation> = 'ok' | MayBeLeft<O['arrows'][number]>

type Exits<O extends Operation> = { readonly [E in Exclude<ExitOf<O>, Optional<O>>]: Branch } & {
  readonly [E in Extract<ExitOf<O>, Optional<O>>]?: Branch
}
type Args<O extends Operation> = O extends { readonly args: infer A }
  ? { readonly [N in keyof A]: ObjectHandle }
  : unknown
type Params<O extends Operation> = O extends { readonly params: infer A }
  ? { readonly [N in keyof A]?: number }
  : unknown
/** `mutex_lock_nested(lock, subclass)`, `mutex_lock_nest_lock(lock, nestLock)`: heard by lockdep alone. */
type Nesting<O extends Operation> = O extends { readonly lockdep: { readonly does: 'acquire' } }
  ? { readonly subclass?: number; readonly nestLock?: ObjectHandle }
  : unknown
type Options<O extends Operation> = Exits<O> & Args<O> & Params<O> & Nesting<O>
/** Options can be left out where nothing in them is required. */
type Rest<T> = object extends T ? [options?: T] : [options: T]

type Method<R extends Primitives, O> =
  IsImplicit<R[KindWith<R, O>]> extends true
    ? (...rest: Rest<Options<OperationOf<R, KindWith<R, O>, O>>>) => void
    : <K extends KindWith<R, O>>(object: ObjectHandle<K>, ...rest: Rest<Options<OperationOf<R, K, O>>>) => void

/** A path of a process: control flow, every operation of every primitive, and `wait_event()`. */
export type PathOf<R extends Primitives> = Path & { readonly [O in OperationName<R>]: Method<R, O> } & WaitEventsOf<R>
type WaitEventsOf<R extends Primitives> = R extends { readonly waitQueue: Primitive } ? WaitEvents : unknown

type SharedField<P extends Primitive> = {
  [F in keyof P['fields'] & string]: P['fields'][F] extends { readonly per: unknown } ? never : F
}[keyof P['fields'] & string]
type Refs<P extends Primitive> = P extends { readonly refs: infer T }
  ? { readonly [N in keyof T]?: ObjectHandle }
  : unknown

/** How an object starts, what it is tied to, and what it is to other models. */
export type ObjectOptions<P extends Primitive> = { readonly [F in SharedField<P>]?: number | boolean } & Refs<P> & {
    readonly role?: string
    /** Objects with the same one share a lock class, as lockdep has it; '' for a lock that lockdep does not know. */
    readonly lockClass?: string
    readonly members?: readonly ObjectHandle[]
  }

/** Declares an object of each primitive by name. */
export type Declarations<R extends Primitives> = {
  readonly [K in keyof R & string as IsImplicit<R[K]> extends true ? never : K]: (
    name: string,
    options?: ObjectOptions<R[K]>,
  ) => ObjectHandle<K>
}
