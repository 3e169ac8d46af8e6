// SPDX-License-Identifier: Apache-2.0

// What models, tests and other programs may use.
export { model, defineModels, isModelSource } from './model/model.ts'
export type { Expected, ExpectedWhen } from './model/expected.ts'
export type { Setting, Switches } from './model/switches.ts'
export type { ModelBuilder, ModelHead, ModelSource, Parameter } from './model/model.ts'
export type { PathOf } from './model/methods.ts'
export type { Expression, ObjectHandle, VariableHandle, ArrayHandle } from './model/handle.ts'
export * from './model/expressions.ts'
export { kernelPrimitives } from './semantics/primitives/index.ts'
export { primitive } from './semantics/primitive.ts'
export type { Primitive } from './semantics/primitive.ts'
export * as vocabulary from './semantics/vocabulary.ts'
export { defineConfig } from './config.ts'
export type { Config } from './config.ts'
export { FencecheckError } from './base/errors.ts'
export type { KernelBuilder, KernelPath } from './model/model.ts'
