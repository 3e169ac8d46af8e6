// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import type { ModelExpr } from '#ir/expression'
import { callerSite } from './site.ts'

/** What stands for something of a model, of which no value is known while the model is built. */
abstract class Symbolic {
  /** @throws FencecheckError `wrong-expression`: an operator of JavaScript would compute with the handle, and not with its values. */
  [Symbol.toPrimitive](): never {
    throw new FencecheckError('wrong-expression', 'an operator of JavaScript is applied to something of the model', {
      site: callerSite(),
      fix: 'build the expression with eq(), lt(), not(), and(), add(), ...; for text use its name',
    })
  }
}

/** An object of a model, as the builder hands it out. `K` is the builder's name of its primitive. */
export class ObjectHandle<K extends string = string> extends Symbolic {
  readonly kind: K
  readonly name: string
  readonly model: object

  constructor(kind: K, name: string, model: object) {
    super()
    this.kind = kind
    this.name = name
    this.model = model
  }
}

/** A bounded integer variable of a model. */
export class VariableHandle extends Symbolic {
  readonly name: string
  readonly model: object

  constructor(name: string, model: object) {
    super()
    this.name = name
    this.model = model
  }
}

/** An array of bounded integers. */
export class ArrayHandle extends Symbolic {
  readonly name: string
  readonly length: number
  readonly model: object

  constructor(name: string, length: number, model: object) {
    super()
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
export class Element extends Symbolic {
  readonly array: ArrayHandle
  readonly index: Expression

  constructor(array: ArrayHandle, index: Expression) {
    super()
    this.array = array
    this.index = index
  }
}

/** What can be written where a value or condition is expected: numbers, truth values, variables, and combinations. */
export type Expression = number | boolean | VariableHandle | Element | Built

/** An expression that one of the functions of `expressions.ts` has built. */
export class Built extends Symbolic {
  readonly expr: ModelExpr
  readonly models: readonly object[]

  constructor(expr: ModelExpr, models: readonly object[]) {
    super()
    this.expr = expr
    this.models = models
  }
}

/** Where an assignment goes. */
export type Assignable = VariableHandle | Element
