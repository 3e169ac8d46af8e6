// SPDX-License-Identifier: Apache-2.0
import type { Domain, Field, PExpr, PSet, Ref } from './primitive.ts'

// The words primitives are written in. Each builds plain data of `primitive.ts`, nothing else.

/** Shared field of this object, or of `of`. */
export const the = (field: string, of?: string): Ref => ({ field, ...(of !== undefined && { of }) })
/** The executing process's own value of a field. */
export const my = (field: string, of?: string): Ref => ({ field, at: ['me'], ...(of !== undefined && { of }) })
/** The value of a field for the process or member that a quantifier bound as `who`. */
export const its = (field: string, who: string, of?: string): Ref => ({
  field,
  at: [who],
  ...(of !== undefined && { of }),
})

export const no = (e: PExpr): PExpr => ['!', e]
export const all = (...es: PExpr[]): PExpr => ['and', ...es]
export const any = (...es: PExpr[]): PExpr => ['or', ...es]
export const is = (e: PExpr, value: PExpr): PExpr => ['==', e, value]
export const positive = (e: PExpr): PExpr => ['<', 0, e]

export const set = (field: Ref, to: PExpr): PSet => ({ set: field, to })
export const bump = (field: Ref, by: 1 | -1): PSet => ({ set: field, to: by === 1 ? ['+', field, 1] : ['-', field, 1] })
export const each = (who: string, domain: Domain, ...sets: PSet[]): PSet => ({ each: who, in: domain, do: sets })
export const some = (who: string, domain: Domain, that: PExpr): PExpr => ({ some: who, in: domain, that })
export const every = (who: string, domain: Domain, that: PExpr): PExpr => ({ every: who, in: domain, that })

/** 0 or 1, shared. */
export const bit = { max: 1 } as const satisfies Field
/** 0 or 1 for each process. */
export const mine = { max: 1, per: ['process'] } as const satisfies Field
/** As many as processes use the object. */
export const many = { max: 'processes' } as const satisfies Field
