// SPDX-License-Identifier: Apache-2.0

// What programs may use that check models themselves: `import { check } from 'fencecheck/check'`.
export { check } from './check/check.ts'
export type { CheckOptions, Progress } from './check/options.ts'
export type { Result, ResultFinding, ResultViolation, Simulation, Statistics } from './check/result.ts'
export { simulate } from './check/simulate.ts'
export type { SimulateOptions } from './check/simulate.ts'
export type { Kind, Model, Shape } from './ir/model.ts'
export type { Explanation } from './trace/explanation.ts'
export type { Outcome, Trace, TraceStep } from './trace/trace.ts'
export { readTrace, writeTrace } from './trace/codec.ts'
export { kernelPrimitives } from './semantics/primitives/index.ts'
export { Registry } from './semantics/registry.ts'
