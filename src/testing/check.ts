// SPDX-License-Identifier: Apache-2.0

// What programs may use that check models themselves: `import { check } from 'fencecheck/check'`.
export { check } from '#check/check'
export type { CheckOptions, Progress } from '#check/options'
export type { Result, ResultFinding, ResultViolation, Simulation, Statistics } from '#check/result'
export { simulate } from '#check/simulate'
export type { SimulateOptions } from '#check/simulate'
export type { Kind, Model, Shape } from '#ir/model'
export type { Explanation } from '#trace/explanation'
export type { Outcome, Trace, TraceStep } from '#trace/trace'
export { readTrace, writeTrace } from '#trace/codec'
export { kernelPrimitives } from '#semantics/primitives/index'
export { Registry } from '#semantics/registry'
