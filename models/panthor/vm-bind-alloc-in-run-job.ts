// SPDX-License-Identifier: Apache-2.0
import { field, model } from 'fencecheck'
import { allocatingTask, bufferShrinker, drmGpuScheduler } from 'fencecheck/kernel'

/**
 * An asynchronous VM_BIND changes page tables in the run_job of a scheduler job, whose finished fence has been visible
 * since the ioctl. Page tables allocated there are allocated on the way to a signal, and reclaim may wait for the bind
 * itself. The ioctl has to prepare all that the worst case takes, before it arms the job; what is left over is freed
 * when the job is.
 */
export default model(
  'panthor/vm-bind-alloc-in-run-job',
  {
    summary: 'An asynchronous bind allocates page tables in run_job; reclaim waits for the fence of the bind.',
    sources: [
      'drivers/gpu/drm/panthor/panthor_mmu.c: panthor_vm_prepare_map_op_ctx(), panthor_vm_bind_run_job(), panthor_vm_bind_free_job(); read at 6.18',
      'Documentation/gpu/drm-vm-bind-async.rst',
      'The variant alloc-in-run-job is a construction: panthor prepares the page tables, and nouveau and xe do likewise.',
    ],
    abstracts: [
      'One bind of one buffer; what it depends on, and the lock of the VM, are left out.',
      'Whose shrinker waits for the bind is left open, it may be another driver.',
      'run_job does the bind on the CPU, and the scheduler signals the finished fence when it returns.',
    ],
    rules: ['R7'],
    variants: {
      'alloc-in-run-job': {
        kind: 'deadlock',
        shape: 'self',
        processes: ['vm_submit_wq/0'],
        objects: ['bind_finished'],
      },
      prepared: 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('vm_bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const sched = drmGpuScheduler(m, 'vm')
    const bind = sched.entity('vm_bind_queue').job('bind', {
      runJob: (t) => {
        t.at('drivers/gpu/drm/panthor/panthor_mmu.c: panthor_vm_bind_run_job()').beginSignalling()
        if (variant === 'alloc-in-run-job') t.allocKernel()
        t.local('write the page tables')
        t.endSignalling()
      },
      freeJob: (t) =>
        t.at('drivers/gpu/drm/panthor/panthor_mmu.c: panthor_vm_bind_free_job()').local('free what was not needed'),
    })
    bufferShrinker(m, 'driver_shrinker', [bo], { lock: 'none' })

    m.thread('vm-bind-ioctl', (t) => {
      if (variant === 'prepared')
        t.at('drivers/gpu/drm/panthor/panthor_mmu.c: panthor_vm_prepare_map_op_ctx()').allocKernel()
      t.at('include/linux/dma-resv.h: dma_resv_lock()').wwLockPlain(bo)
      t.reserveFences(bo)
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_arm()').local('arm the job')
      t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(bo, { fence: bind.finished, usage: 4 })
      sched.push(t, bind)
      t.wwUnlock(bo)
    })
    m.thread('waiter', (t) => {
      t.idle()
      t.await(field(bind.finished, 'published'))
      t.at('include/linux/dma-fence.h: dma_fence_wait()').wait(bind.finished)
    })
    // Memory pressure elsewhere waits for the same bind and owes nothing.
    allocatingTask(m)
  },
)
