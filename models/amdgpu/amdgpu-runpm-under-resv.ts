// SPDX-License-Identifier: Apache-2.0
import { eq, field, model, or, type KernelPath } from 'fencecheck'

const resume = (processes: readonly string[], shape: 'self' | 'cycle', objects: readonly string[]) =>
  ({ kind: 'deadlock', shape, processes, objects }) as const

/**
 * The callbacks of a dma-buf run with its reservation held, and one of them woke the device up first. The resume
 * callback of the device restores its buffers, which takes their reservations: run by the same task it waits for itself,
 * and run by another task it is waited for with the reservation held. The device has to be awake before the reservation
 * is taken, or the callback must do without it.
 */
export default model(
  'amdgpu/amdgpu-runpm-under-resv',
  {
    summary: 'A dma-buf callback resumes the device under a reservation that the resume callback takes.',
    sources: [
      '"drm/amdgpu: revert take runtime pm reference when we attach a buffer v2", Christian König, 2024-06-05',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_dma_buf.c before that commit; amdgpu_drv.c: amdgpu_pmops_runtime_resume()',
      'drivers/dma-buf/dma-buf.c: dma_buf_pin() and DOC: locking convention: pin runs with the reservation held, attach does not',
      'drivers/base/power/runtime.c: rpm_resume(): runs the callback in the caller or waits for the one that runs',
    ],
    abstracts: [
      'One buffer, which the resume restores.',
      'In resumed-by-other the other task has begun to resume before the pin starts; it may also have finished.',
      'Nobody suspends the device again.',
    ],
    variants: {
      'resumed-inline': resume(['pin'], 'self', ['bo']),
      'resumed-by-other': resume(['open', 'pin'], 'cycle', ['bo', 'device']),
      'resume-first': 'holds',
      'no-resume': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const device = m.runtimePm('device', { suspended: true })
    const lock = (t: KernelPath): void => t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
    const getSync = (t: KernelPath): void =>
      t.at('drivers/base/power/runtime.c: __pm_runtime_resume()').pmRuntimeGetSync(device)

    m.runtimeResume(device, 'amdgpu_pmops_runtime_resume', (t) => {
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_object.h: amdgpu_bo_reserve()').wwLockPlain(bo)
      t.local('restore the buffer')
      t.wwUnlock(bo)
    })
    m.thread('pin', (t) => {
      if (variant === 'resumed-by-other') t.await(or(field(device, 'changing'), eq(field(device, 'suspended'), 0)))
      if (variant === 'resume-first') getSync(t)
      lock(t)
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_dma_buf.c: amdgpu_dma_buf_pin()')
      if (variant === 'resumed-inline' || variant === 'resumed-by-other') getSync(t)
      t.local('pin')
      t.wwUnlock(bo)
    })
    if (variant !== 'resumed-inline') m.thread('open', getSync)
  },
)
