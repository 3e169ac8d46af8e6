// SPDX-License-Identifier: Apache-2.0
import { add, eq, gt, model, sub, type KernelPath } from 'fencecheck'

/**
 * A nonblocking commit is carried out by a worker after the ioctl has returned, perhaps much later, as it waits for
 * rendering first. The file that the ioctl came through keeps the device, but it may be closed by then, and when the
 * device is unplugged as well, its memory is freed under the worker. The state of the commit has to keep the device
 * until the worker is done with it.
 */
export default model(
  'kms/commit-outlives-device',
  {
    summary: 'A nonblocking commit uses the device after the file is closed and the device is unplugged.',
    sources: [
      '"drm/atomic: Fix potential use-after-free in nonblocking commits", Daniel Vetter, 2023-07-21',
      'drivers/gpu/drm/drm_atomic.c: drm_atomic_state_init(), __drm_atomic_state_free(); drm_atomic_helper.c: drm_atomic_helper_commit(), commit_work(); drm_drv.c: drm_dev_unplug(), drm_dev_put()',
    ],
    abstracts: [
      'One commit, which waits for one fence; one file; the driver holds the other reference from the start.',
      'What the device is used for is one read; its memory is a buffer that the last reference frees.',
      'drm_dev_enter(), which keeps hardware access out after the unplug, does not keep the memory and is left out.',
    ],
    variants: {
      'no-reference': { kind: 'use-after-free', processes: ['events_unbound/0'], objects: ['drm_device'] },
      'state-holds-reference': 'holds',
    },
  },
  (m, variant) => {
    const device = m.buffer('drm_device')
    const references = m.int('device_references', { max: 3, init: 2 })
    const rendering = m.fence('rendering_fence', { published: true })
    const held = variant === 'state-holds-reference'
    const put = (t: KernelPath): void =>
      t.at('drivers/gpu/drm/drm_drv.c: drm_dev_put()').select({
        'the last reference': () => {
          t.step({ when: eq(references, 1), set: [[references, 0]] })
          t.at('drivers/gpu/drm/drm_drv.c: drm_dev_release()').freeBuffer(device)
        },
        'another one is left': () => t.step({ when: gt(references, 1), set: [[references, sub(references, 1)]] }),
      })

    const commitWork = m.workItem(m.workqueue('events_unbound'), 'commit_work', (t) => {
      t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_wait_for_fences()').wait(rendering)
      t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit_tail()').readBuffer(device)
      t.local('flip')
      if (held) put(t)
    })
    m.thread('ioctl', (t) => {
      if (held) t.at('drivers/gpu/drm/drm_atomic.c: drm_atomic_state_init()').set(references, add(references, 1))
      t.at('drivers/gpu/drm/drm_atomic_helper.c: drm_atomic_helper_commit()').queueWork(commitWork)
      t.at('drivers/gpu/drm/drm_file.c: drm_release()').local('close the file')
      put(t)
    })
    m.hardware('gpu', (t) => t.signal(rendering))
    m.thread('unload', (t) => {
      t.at('drivers/gpu/drm/drm_drv.c: drm_dev_unplug()').local('unplug')
      put(t)
    })
  },
)
