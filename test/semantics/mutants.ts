// SPDX-License-Identifier: Apache-2.0
import type { Arrow, Operation, Primitive } from '#semantics/primitive'

/** A primitive with one thing wrong. */
export interface Mutant {
  /** `lock: arrow 1 (call -> ok) always` */
  readonly name: string
  /** The operation it is about; undefined if it is about the views of the whole primitive. */
  readonly op?: string
  /** Only processes of this context are affected. */
  readonly context?: string
  readonly primitive: Primitive
}

/** The primitive with one operation changed. */
export const withOperation = (
  primitive: Primitive,
  op: string,
  change: (operation: Operation) => Operation,
): Primitive => ({
  ...primitive,
  operations: { ...primitive.operations, [op]: change(primitive.operations[op]!) },
})

/** The operation with some arrows changed. */
export const withArrows = (operation: Operation, change: (arrow: Arrow, index: number) => Arrow): Operation => ({
  ...operation,
  arrows: operation.arrows.map(change),
})

export const without = <T extends object, K extends keyof T>(from: T, key: K): Omit<T, K> => {
  const { [key]: _, ...rest } = from
  return rest
}

/** Every primitive that differs in one place: a condition, an effect, a precondition, a mark, or a view. */
export function mutantsOf(primitive: Primitive): readonly Mutant[] {
  return [...Object.keys(primitive.operations).flatMap((op) => ofOperation(primitive, op)), ...ofViews(primitive)]
}

function ofOperation(primitive: Primitive, op: string): readonly Mutant[] {
  const operation = primitive.operations[op]!
  const mutant = (what: string, change: (operation: Operation) => Operation): Mutant => ({
    name: `${op}: ${what}`,
    op,
    primitive: withOperation(primitive, op, change),
  })
  return [
    ...Object.keys(operation.needs ?? {}).map((code) =>
      mutant(`does not need ${code}`, (o) => ({ ...o, needs: without(o.needs!, code) })),
    ),
    mutant(operation.sleeps === true ? 'never sleeps' : 'may sleep', (o) => ({ ...o, sleeps: o.sleeps !== true })),
    ...operation.arrows.flatMap((arrow, i) => ofArrow(arrow, i, mutant)),
  ]
}

function ofArrow(
  arrow: Arrow,
  index: number,
  mutant: (what: string, change: (operation: Operation) => Operation) => Mutant,
): readonly Mutant[] {
  const name = `arrow ${index} (${arrow.from ?? 'call'} -> ${arrow.to ?? 'ok'})`
  const changed = (what: string, change: (arrow: Arrow) => Arrow): Mutant =>
    mutant(`${name} ${what}`, (o) => withArrows(o, (a, i) => (i === index ? change(a) : a)))
  return [
    changed('never', (a) => ({ ...a, when: 0 })),
    ...(arrow.when === undefined ? [] : [changed('always', (a) => without(a, 'when'))]),
    ...(arrow.set ?? []).map((_, i) => changed(`without effect ${i}`, (a) => ({ ...a, set: a.set!.toSpliced(i, 1) }))),
    ...(arrow.escape === undefined ? [] : [changed('is no escape', (a) => without(a, 'escape'))]),
    ...(arrow.retry === true ? [changed('is no retry', (a) => without(a, 'retry'))] : []),
    ...(arrow.enters === undefined ? [] : [changed('enters nothing', (a) => without(a, 'enters'))]),
  ]
}

function ofViews(primitive: Primitive): readonly Mutant[] {
  const drop = (view: 'holds' | 'queues'): readonly Mutant[] =>
    Object.keys(primitive[view] ?? {}).map((mode) => ({
      name: `${view} nothing as ${mode}`,
      primitive: { ...primitive, [view]: without(primitive[view]!, mode) },
    }))
  const inits = Object.entries(primitive.fields).flatMap(([field, declaration]): Mutant[] =>
    typeof declaration.init !== 'object'
      ? []
      : Object.keys(declaration.init).map((context) => ({
          name: `${field} starts at 0 in ${context} context`,
          context,
          primitive: {
            ...primitive,
            fields: {
              ...primitive.fields,
              [field]: { ...declaration, init: without(declaration.init as Record<string, number>, context) },
            },
          },
        })),
  )
  return [
    ...drop('holds'),
    ...drop('queues'),
    ...(primitive.debt === undefined ? [] : [{ name: 'owes nothing', primitive: without(primitive, 'debt') }]),
    ...inits,
  ]
}
