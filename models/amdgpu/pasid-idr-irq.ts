// SPDX-License-Identifier: Apache-2.0
import { model, type PathOf, type kernelPrimitives } from 'fencecheck'

/**
 * The job timeout handler looks up which task a PASID belongs to, under a spinlock that it takes with interrupts on. A
 * GPU fault interrupt that arrives on the same CPU at that moment does the same lookup and spins on the lock of the
 * work item that it has interrupted. On any other CPU it spins only until the work item is done; taken with interrupts
 * off, the lock is safe everywhere.
 */
export default model(
  'amdgpu/pasid-idr-irq',
  {
    summary: 'A spinlock is taken with interrupts on in a work item, and again by an interrupt on the same CPU.',
    sources: [
      'drivers/gpu/drm/amd/amdgpu/amdgpu_vm.c: amdgpu_vm_get_task_info() and its callers in job timeout and fault interrupt',
      '"drm/amdgpu: use spin_lock_irqsave to protect vm_manager.pasid_idr", P. Yang, 2019-01-30',
    ],
    abstracts: [
      'The lookup itself is one local step.',
      'Fault interrupts come at any time, any number of them, one at a time.',
    ],
    variants: {
      plain: { kind: 'deadlock', shape: 'irq', processes: ['job-timeout', 'fault-irq'], objects: ['pasid_lock'] },
      'other-cpu': 'holds',
      irqsave: 'holds',
    },
  },
  (m, variant) => {
    const pasidLock = m.spinlock('pasid_lock')
    const lookup = (t: PathOf<typeof kernelPrimitives>): void => {
      t.at('drivers/gpu/drm/amd/amdgpu/amdgpu_vm.c: amdgpu_vm_get_task_info()')
      if (variant === 'irqsave') t.spinLockIrqsave(pasidLock)
      else t.spinLock(pasidLock)
      t.local('look up the PASID')
      if (variant === 'irqsave') t.spinUnlockIrqrestore(pasidLock)
      else t.spinUnlock(pasidLock)
    }
    const timeout = m.worker('job-timeout', lookup)
    m.irq('fault-irq', lookup, { on: variant === 'other-cpu' ? [] : [timeout] })
  },
)
