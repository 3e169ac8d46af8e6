// SPDX-License-Identifier: Apache-2.0
import { field, or, type KernelBuilder, type KernelPath, type ObjectHandle } from 'fencecheck'

type Fence = ObjectHandle<'fence'>

/** A sync_file: an unchanging set of fences that user space has as a file descriptor. */
export interface SyncFile {
  readonly fences: readonly Fence[]
  /** Whether it holds this fence. */
  readonly has: (fence: Fence) => ReturnType<typeof or>
  /** sync_file_create(): a file with one fence, which others can reach from here. */
  readonly create: (t: KernelPath, fence: Fence) => void
  /** DMA_BUF_IOCTL_EXPORT_SYNC_FILE: a file with those of its fences that have been published by now. */
  readonly exportPublished: (t: KernelPath) => void
  /** SYNC_IOC_MERGE: a file with what is in either. */
  readonly merge: (t: KernelPath, a: SyncFile, b: SyncFile) => void
  /** A wait for all that is in it: poll(), or a job that takes it as in-fence. */
  readonly wait: (t: KernelPath) => void
  /** DMA_BUF_IOCTL_IMPORT_SYNC_FILE: adds all that is in it to a reservation; usage 2 (WRITE) or 3 (READ). */
  readonly importTo: (t: KernelPath, resv: ObjectHandle<'resv'>, usage: 2 | 3) => void
}

/**
 * A sync_file that may hold the given fences. drivers/dma-buf/sync_file.c: sync_file_create(), sync_file_ioctl_merge();
 * drivers/dma-buf/dma-buf.c: dma_buf_export_sync_file(), dma_buf_import_sync_file(); 6.18.
 *
 * Abstraction: which fences it holds is a flag for each, where the kernel has an array of them with a fence of its own; the
 * wait for all of them is the same. An export takes every published fence of its list: list those of one reservation. At
 * most three fences can be imported.
 */
export function syncFile(m: KernelBuilder, name: string, fences: readonly Fence[]): SyncFile {
  const flags = new Map(fences.map((fence) => [fence, m.flag(`${name}_has_${fence.name}`)]))
  const has = (fence: Fence): ReturnType<typeof or> => or(flags.get(fence) ?? false)
  const fill = (t: KernelPath, label: string, value: (fence: Fence) => ReturnType<typeof or>): void =>
    t.step({ set: [...flags].map(([fence, flag]) => [flag, value(fence)] as const), label: `${label} ${name}` })
  return {
    fences,
    has,
    create: (t, only) => {
      t.publish(only)
      fill(t, 'create', (fence) => or(fence === only))
    },
    exportPublished: (t) =>
      fill(t.at('drivers/dma-buf/dma-buf.c: dma_buf_export_sync_file()'), 'export', (fence) =>
        or(field(fence, 'published')),
      ),
    merge: (t, a, b) =>
      fill(t.at('drivers/dma-buf/sync_file.c: sync_file_merge()'), 'merge', (fence) => or(a.has(fence), b.has(fence))),
    wait: (t) => {
      for (const fence of fences)
        t.when(has(fence), () => t.at('drivers/dma-buf/sync_file.c: sync_file_poll()').wait(fence))
    },
    importTo: (t, resv, usage) => {
      t.at('drivers/dma-buf/dma-buf.c: dma_buf_import_sync_file()').wwLockPlain(resv)
      t.reserveFences(resv, { count: fences.length })
      for (const fence of fences)
        t.when(has(fence), () =>
          t.at('drivers/dma-buf/dma-resv.c: dma_resv_add_fence()').addFence(resv, { fence, usage }),
        )
      t.wwUnlock(resv)
    },
  }
}
