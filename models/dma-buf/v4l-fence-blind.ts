// SPDX-License-Identifier: Apache-2.0
import { and, model, not } from 'fencecheck'

/**
 * Video capture neither waits for fences nor publishes any: a frame may be used once its buffer has been dequeued. A GPU
 * job that user space submits before that, and that trusts the implicit fences of the buffer, reads an unfinished frame.
 * A fence that the driver publishes when the buffer is queued would order the two, but signals only if user space goes
 * on to feed the device, so that everybody who waits for it depends on that; it may be published only once the device
 * has all it needs.
 */
export default model(
  'dma-buf/v4l-fence-blind',
  {
    summary: 'A capture buffer without a fence is read too early; with one from QBUF, its signal is up to user space.',
    sources: [
      'drivers/media/common/videobuf2/videobuf2-core.c: vb2_core_qbuf(), vb2_core_dqbuf(), __vb2_queue_cancel(), vb2_buffer_done(): no fences there; read at 6.18',
      'drivers/media/v4l2-core/v4l2-mem2mem.c: v4l2_m2m_try_schedule(), runs a job only with a source and a destination buffer; read at 6.18',
      '"[PATCH RFC 0/3] media: videobuf2: opt-in dma_resv producer fences for V4L2 dmabuf exports", M. Fritsche, 2026-04-29, with the replies of N. Dufresne and C. König, 2026-04-30',
      'Documentation/driver-api/dma-buf.rst: "Indefinite DMA Fences"',
    ],
    abstracts: [
      'One frame. What the device needs from user space is one flag: a source buffer, a request, the next buffer of the ring.',
      'A process that is killed closes the device, which gives all buffers back: its fence then signals with an error.',
      'In the variants without a fence user space feeds the device in the end, since nobody but its own DQBUF depends on that.',
      'The read of the GPU job is one step.',
    ],
    rules: { 'fence-at-qbuf': ['R13', 'R24'] },
    variants: {
      'read-before-dqbuf': {
        kind: 'stale-data',
        code: 'read-while-written',
        processes: ['gpu'],
        objects: ['frame'],
      },
      'read-after-dqbuf': 'holds',
      'fence-at-qbuf': {
        kind: 'masked',
        shape: 'none',
        processes: ['capture'],
        objects: ['done_wq'],
      },
      'fence-when-fed': 'holds',
    },
  },
  (m, variant) => {
    const resv = m.resv('frame_resv', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const frame = m.buffer('frame')
    const fence = m.fence('frame_fence')
    const doneWq = m.waitQueue('done_wq')
    const fed = m.flag('device_fed')
    const queued = m.flag('buffer_queued')
    const started = m.flag('dma_started')
    const stopped = m.flag('streaming_stopped')
    const done = m.flag('buffer_done')
    const handed = m.flag('buffer_handed_to_gpu')
    const withFence = variant === 'fence-at-qbuf' || variant === 'fence-when-fed'

    m.thread('user', (t) => {
      if (withFence) {
        t.idle()
        t.may('user', () => t.set(fed, 1))
      } else t.set(fed, 1)
    })
    m.thread('capture', (t) => {
      const close = (): void => {
        t.set(stopped, 1)
        t.at('drivers/media/common/videobuf2/videobuf2-core.c: __vb2_queue_cancel()').when(
          started,
          () => t.await(done),
          () => {
            if (!withFence) return
            t.setError(fence)
            t.signal(fence)
          },
        )
        t.end()
      }
      if (variant === 'fence-when-fed') {
        t.idle()
        t.at('drivers/media/v4l2-core/v4l2-mem2mem.c: v4l2_m2m_try_schedule()').await(fed)
      }
      if (withFence) {
        t.wwLockPlain(resv)
        t.reserveFences(resv)
        t.addFence(resv, { fence, usage: 2 })
        t.wwUnlock(resv)
      }
      t.at('drivers/media/common/videobuf2/videobuf2-core.c: vb2_core_qbuf()').set(queued, 1)
      if (variant !== 'read-after-dqbuf') t.set(handed, 1)
      t.at('drivers/media/common/videobuf2/videobuf2-core.c: vb2_core_dqbuf()')
      t.waitEventInterruptible(doneWq, done, { erestartsys: close })
      if (variant === 'read-after-dqbuf') t.set(handed, 1)
    })
    m.hardware('capture-dma', (t) => {
      t.idle()
      t.step({ when: and(queued, fed, not(stopped)), set: [[started, 1]] })
      t.beginWrite(frame)
      t.endWrite(frame)
      t.at('drivers/media/common/videobuf2/videobuf2-core.c: vb2_buffer_done()').set(done, 1)
      t.wakeUp(doneWq)
      if (withFence) t.signal(fence)
    })
    m.hardware('gpu', (t) => {
      t.idle()
      t.await(handed)
      t.at('drivers/gpu/drm/scheduler/sched_main.c: drm_sched_job_add_implicit_dependencies()').waitFences(resv, {
        usage: 2,
      })
      t.readBuffer(frame)
    })
    m.thread('evict', (t) => {
      t.idle()
      t.await(handed)
      t.wwLockPlain(resv)
      t.waitFences(resv, { usage: 4 })
      t.wwUnlock(resv)
    })
  },
)
