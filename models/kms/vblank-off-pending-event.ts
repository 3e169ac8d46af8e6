// SPDX-License-Identifier: Apache-2.0
import { and, model } from 'fencecheck'

/**
 * The completion event of a flip is armed for the vblank that comes next, and its out-fence is signalled with it. If the
 * CRTC is switched off first there will be no vblank. Switching it off therefore sends what is armed at once, early or
 * not; if it did not, the fence would be lost, with whoever waits for it.
 */
export default model(
  'kms/vblank-off-pending-event',
  {
    summary: 'A CRTC is switched off between the arming of a flip event and its vblank.',
    sources: [
      'drivers/gpu/drm/drm_vblank.c: drm_crtc_vblank_off(), drm_crtc_arm_vblank_event(), drm_handle_vblank_events(); read at 6.18',
      'drivers/gpu/drm/drm_file.c: drm_send_event_helper(), signals the fence of an event under event_lock; read at 6.18',
      'Construction: events-forgotten, the same function without that loop.',
    ],
    abstracts: [
      'Arming a flip when the CRTC is off already sends the event at once, as drivers do where drm_crtc_vblank_get() fails.',
      'vbl_lock, the counts of drm_vblank_get() and the sequence number of the event are left out: any vblank is the next.',
      'The helpers order commits on one CRTC; here the switch-off is by another path, as in suspend or a driver of its own.',
    ],
    rules: ['R3'],
    variants: {
      'events-forgotten': { kind: 'unsignalled-fence', processes: ['compositor'], objects: ['out_fence'] },
      'send-pending-events': 'holds',
    },
  },
  (m, variant) => {
    const eventLock = m.spinlock('event_lock')
    const crtcOn = m.flag('crtc_on', true)
    const armed = m.flag('event_armed')
    const outFence = m.fence('out_fence', { published: true })
    const vblank = 'drivers/gpu/drm/drm_vblank.c'
    const sendEvent = 'drivers/gpu/drm/drm_file.c: drm_send_event_helper()'

    m.worker('flip-work', (t) => {
      t.spinLockIrq(eventLock)
      t.at(`${vblank}: drm_crtc_vblank_get()`).when(
        crtcOn,
        () => t.at(`${vblank}: drm_crtc_arm_vblank_event()`).set(armed, 1),
        () => t.at(sendEvent).signal(outFence),
      )
      t.spinUnlockIrq(eventLock)
      t.local('flip')
    })
    m.thread('crtc-off', (t) => {
      const off = `${vblank}: drm_crtc_vblank_off()`
      t.at(off).spinLockIrq(eventLock)
      t.at(off).set(crtcOn, 0)
      if (variant === 'send-pending-events')
        t.at(off).when(armed, () => {
          t.at(off).set(armed, 0)
          t.at(sendEvent).signal(outFence)
        })
      t.at(off).spinUnlockIrq(eventLock)
    })
    m.irq(
      'vblank-irq',
      (t) => {
        const handle = `${vblank}: drm_handle_vblank_events()`
        t.at(handle).spinLockIrqsave(eventLock)
        t.at(handle).when(armed, () => {
          t.at(handle).set(armed, 0)
          t.at(sendEvent).signal(outFence)
        })
        t.at(handle).spinUnlockIrqrestore(eventLock)
      },
      { when: and(crtcOn, armed) },
    )
    m.thread('compositor', (t) => t.at('drivers/dma-buf/dma-fence.c: dma_fence_wait()').wait(outFence))
  },
)
