// SPDX-License-Identifier: Apache-2.0
import { eq, model } from 'fencecheck'

/**
 * Before the usages, setting the exclusive fence of a reservation threw all shared ones away, which is right only if the
 * new one depends on every one of them. Drivers that opted out of implicit synchronisation set it without waiting. Then
 * memory management, which waits for all that is in the reservation, frees a buffer that a forgotten reader still uses.
 */
export default model(
  'dma-resv/resv-excl-drops-shared',
  {
    summary: 'An exclusive fence drops the shared ones without depending on them; the buffer is freed under a reader.',
    sources: [
      'drivers/dma-buf/dma-resv.c: dma_resv_add_excl_fence(), before 5.19',
      'commit "dma-buf: drop the DAG approach for the dma_resv object v3", Christian König, 2021-11-11',
      'thread on implicit synchronisation and the exclusive fence, dri-devel, 2021',
    ],
    abstracts: [
      'The second job uses another part of the buffer, so that its own access is no race: only the lifetime is at stake.',
      'The buffer is freed once both jobs are submitted and user space has let go of it.',
    ],
    rules: ['R29'],
    variants: {
      'drops-shared': { kind: 'use-after-free', processes: ['reader-ring'], objects: ['bo_memory'] },
      'depends-on-shared': 'holds',
      'keeps-both': 'holds',
    },
  },
  (m, variant) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    const readerFence = m.fence('reader_fence')
    const writerFence = m.fence('writer_fence')
    const pushed = [m.flag('reader_pushed'), m.flag('writer_pushed')] as const
    const submitted = m.int('submitted', { max: 2 })

    m.thread('submit', (t) => {
      t.wwLockPlain(bo)
      t.reserveFences(bo)
      t.addFence(bo, { fence: readerFence, usage: 3 })
      t.wwUnlock(bo)
      t.step({
        set: [
          [pushed[0], 1],
          [submitted, 1],
        ],
      })
      t.wwLockPlain(bo)
      if (variant === 'keeps-both') {
        t.reserveFences(bo)
        t.addFence(bo, { fence: writerFence, usage: 2 })
      } else t.addExclusive(bo, { fence: writerFence })
      t.wwUnlock(bo)
      t.step({
        set: [
          [pushed[1], 1],
          [submitted, 2],
        ],
      })
    })
    m.hardware('reader-ring', (t) => {
      t.idle()
      t.await(pushed[0])
      t.beginRead(memory)
      t.endRead(memory)
      t.signal(readerFence)
    })
    m.hardware('writer-ring', (t) => {
      t.idle()
      t.await(pushed[1])
      if (variant === 'depends-on-shared') t.wait(readerFence)
      t.beginRead(memory)
      t.endRead(memory)
      t.signal(writerFence)
    })
    m.worker('delayed-delete', (t) => {
      t.idle()
      t.await(eq(submitted, 2))
      t.wwLockPlain(bo)
      t.waitFences(bo, { usage: 4 })
      t.freeBuffer(memory)
      t.wwUnlock(bo)
    })
  },
)
