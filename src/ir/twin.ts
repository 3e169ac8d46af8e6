// SPDX-License-Identifier: Apache-2.0
import type * as v from 'valibot'
import type { ModelExpr } from './expression.ts'
import type { Model, ModelTarget } from './model.ts'
import type { modelSchema } from './schema.ts'

type Read = ReadOnly<v.InferOutput<typeof modelSchema>>

/** The same type, as a reader may not change it. Expressions and targets are the model's own types already. */
type ReadOnly<T> = T extends ModelExpr | ModelTarget
  ? T
  : T extends readonly unknown[] | object
    ? { readonly [K in keyof T]: ReadOnly<T[K]> }
    : T

/** True only if no key, no optionality and no alternative differs. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Fails to compile as soon as `schema.ts` and `model.ts` part. */
export const schemaIsModel: Same<Read, ReadOnly<Model>> = true
