// SPDX-License-Identifier: Apache-2.0
import { holds, type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'

export interface AttachmentOptions {
  /**
   * The importer's move_notify(), of a dynamic attachment; it runs as the exporter, with the reservation held. `zap` stops
   * the device: its mapping is gone at once. Without one the attachment is static: the buffer is pinned while it is mapped.
   */
  readonly moveNotify?: 'zap' | ((t: KernelPath, mapping: ObjectHandle<'mapping'>) => void)
}

/** An importer's device at the buffer: `struct dma_buf_attachment`. */
export interface Attachment {
  /** What the device sees: `t.readMapped(mapping)`. */
  readonly mapping: ObjectHandle<'mapping'>
  /** dma_buf_map_attachment(): with the reservation held. A static one is pinned, and finished memory when it returns. */
  readonly map: (t: KernelPath) => void
  /** dma_buf_unmap_attachment(): with the reservation held. */
  readonly unmap: (t: KernelPath) => void
}

export interface DmaBuf {
  readonly resv: ObjectHandle<'resv'>
  readonly memory: ObjectHandle<'buffer'>
  /** dma_buf_attach(), dma_buf_dynamic_attach(), as a declaration: the device is attached from the start. */
  readonly attach: (name: string, options?: AttachmentOptions) => Attachment
  /** dma_buf_move_notify(): tells every dynamic importer attached so far, with the reservation held. */
  readonly moveNotify: (t: KernelPath) => void
}

export interface DmaBufOptions {
  readonly resv: ObjectHandle<'resv'>
  readonly memory: ObjectHandle<'buffer'>
  /** What the exporter does when it pins: a move to where every device reaches it. Nothing unless said. */
  readonly pin?: (t: KernelPath) => void
  /** Whether the core waits for KERNEL fences for static importers, as it does since 5.17. True unless said. */
  readonly waitsForStatic?: boolean
}

const source = 'drivers/dma-buf/dma-buf.c:'

/**
 * A buffer that one driver exports and others import. drivers/dma-buf/dma-buf.c: dma_buf_pin(), dma_buf_map_attachment(),
 * dma_buf_move_notify(), DOC: locking convention; 6.18.
 *
 * Abstraction: an attachment is there from the start and is never detached; the scatter list is the mapping of the device.
 * That the reservation is held is asserted where the kernel asserts it.
 */
export function dmaBuf(m: KernelBuilder, { resv, memory, pin, waitsForStatic = true }: DmaBufOptions): DmaBuf {
  const notified: ((t: KernelPath) => void)[] = []
  const assertHeld = (t: KernelPath, where: string): void =>
    t.at(`${source} ${where}`).assert(holds(resv), `${where}: dma_resv_assert_held()`)
  return {
    resv,
    memory,
    attach: (name, { moveNotify } = {}) => {
      const mapping = m.mapping(`${name}_mapping`, { buffer: memory })
      if (moveNotify === 'zap') notified.push((t) => t.unmapBuffer(mapping))
      else if (moveNotify !== undefined) notified.push((t) => moveNotify(t, mapping))
      return {
        mapping,
        map: (t) => {
          assertHeld(t, 'dma_buf_map_attachment()')
          if (moveNotify === undefined) {
            pin?.(t)
            t.at(`${source} dma_buf_pin()`).pinBuffer(memory)
          }
          t.at(`${source} dma_buf_map_attachment() -> map_dma_buf()`).mapBuffer(mapping)
          if (moveNotify === undefined && waitsForStatic)
            t.at(`${source} dma_buf_map_attachment()`).waitFences(resv, { usage: 1 })
        },
        unmap: (t) => {
          assertHeld(t, 'dma_buf_unmap_attachment()')
          t.at(`${source} dma_buf_unmap_attachment()`).unmapBuffer(mapping)
          if (moveNotify === undefined) t.at(`${source} dma_buf_unpin()`).unpinBuffer(memory)
        },
      }
    },
    moveNotify: (t) => {
      assertHeld(t, 'dma_buf_move_notify()')
      for (const notify of notified) notify(t)
    },
  }
}
