// SPDX-License-Identifier: Apache-2.0

/** Where the steps of a scheduler are in the kernel. */
export const sched = {
  main: 'drivers/gpu/drm/scheduler/sched_main.c:',
  entity: 'drivers/gpu/drm/scheduler/sched_entity.c:',
  fence: 'drivers/gpu/drm/scheduler/sched_fence.c:',
} as const
