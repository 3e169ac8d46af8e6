// SPDX-License-Identifier: Apache-2.0

// Building blocks of models, on top of the language of primitives: docs/kernel.md.
export * from './atomic-commit.ts'
export * from './dma-buf.ts'
export * from './drm-gpu-scheduler.ts'
export type { SchedEntity, SchedEntityOptions } from './drm-sched-entity.ts'
export { returnError } from './drm-sched-job.ts'
export type { SchedJob, SchedJobOptions } from './drm-sched-job.ts'
export * from './hardware-ring.ts'
export * from './modeset-locks.ts'
export * from './preemption-fence.ts'
export * from './reclaim.ts'
export * from './sync-file.ts'
export * from './tdr.ts'
export * from './ttm.ts'
export * from './ww-transaction.ts'
