// SPDX-License-Identifier: Apache-2.0
import type { ModelExpr } from '#ir/expression'

/** An object of a model, as the builder hands it out. `K` is the builder's name of its primitive. */
export class ObjectHandle<K extends string = string> {
  readonly kind: K
  readonly name: string
  readonly model: object

  constructor(kind: K, name: string, model: object) {
    this.kind = kind
    this.name = name
    this.model = model
  }
}

/** A bounded integer variable of a model. */
export class VariableHandle {
  readonly name: string
  readonly model: object

  constructor(name: string, model: object) {
    this.name = name
    this.model = model
  }
}

/** An array of bounded integers. */
export class ArrayHandle {
  readonly name: string
  readonly length: number
  readonly model: object

  constructor(name: string, length: number, model: object) {
    this.name = name
    this.length = length
    this.model = model
  }

  /** The element at an index, to read or to assign to. */
  at(index: Expression): Element {
    return new Element(this, index)
  }
}

/** One element of an array. */
export class Element {
  readonly array: ArrayHandle
  readonly index: Expression

  constructor(array: ArrayHandle, index: Expression) {
    this.array = array
    this.index = index
  }
}

/** What can be written where a value or condition is expected: numbers, truth values, variables, and combinations. */
export type Expression = number | boolean | VariableHandle | Element | Built

/** An expression that one of the functions of `expressions.ts` has built. */
export class Built {
  readonly expr: ModelExpr
  readonly models: readonly object[]

  constructor(expr: ModelExpr, models: readonly object[]) {
    this.expr = expr
    this.models = models
  }
}

/** Where an assignment goes. */
export type Assignable = VariableHandle | Element
