// SPDX-License-Identifier: Apache-2.0

/**
 * The cross-driver contract of DMA fences as rules with numbers, so that a model and a report can name what is broken.
 * K: drivers/dma-buf/dma-fence.c, "DOC: fence cross-driver contract" and "DOC: fence signalling annotation"; R:
 * drivers/dma-buf/dma-resv.c and include/linux/dma-resv.h; B: Documentation/driver-api/dma-buf.rst; D: drivers/dma-buf/dma-buf.c,
 * "locking convention"; M: mm/mmu_notifier.c, include/linux/mmu_notifier.h; read at 6.18. A rule without one was argued
 * for on dri-devel (the thread on fence annotations, 2020).
 */
export const contractRules: Readonly<Record<string, string>> = {
  R1: 'every published fence is signalled in finite time (K)',
  R2: 'where hardware may hang, a timeout handler signals all that is in flight, with an error (K)',
  R3: 'from publication on no error path, kill or unbind may lose the fence (K)',
  R4: "a wait for another driver's fence has no timeout of its own that counts as success (K: should not)",
  R5: 'every step between publication and signal, in every thread that the signal needs, is in a signalling section (K)',
  R6: 'nothing that a signal needs blocks on a dma_resv lock; waiting for fences under one is allowed (K)',
  R7: 'nothing that a signal needs allocates with GFP_KERNEL: shrinkers may wait for fences (K)',
  R8: 'nor with GFP_NOFS or GFP_NOIO: mmu notifiers may wait for fences; only allocations that neither reclaim nor must succeed (K)',
  R9: 'nothing that a signal needs touches user memory, faults or takes mmap_lock (follows from R6 and the order of R20)',
  R10: 'nothing that a signal needs blocks on a lock that is held anywhere over a fence wait, a reclaiming allocation, a fault, or another such lock',
  R11: 'nothing that a signal needs waits for a fence with a lock of the section held, and elsewhere only while fences stay acyclic',
  R12: 'nothing that a signal needs depends on a workqueue without WQ_MEM_RECLAIM, on slots others can fill, on a new thread, or on console and modeset locks',
  R13: 'nothing that a signal needs depends on user space (B: indefinite DMA fences)',
  R14: 'whoever holds a dma_resv lock may wait for fences (K)',
  R15: 'a shrinker may wait for fences (K)',
  R16: 'a blockable mmu notifier may wait for fences (K)',
  R17: 'whoever holds mmap_lock may wait for fences (follows from R14 and the order of R20)',
  R18: 'nobody waits in atomic context, under a spinlock, in an RCU read section or in a fence callback (K: dma_fence_wait() may sleep)',
  R19: 'a notifier that is called non-blockable does not wait (M)',
  R20: 'the order is mmap_lock, then dma_resv, then reclaim: no user copy under a reservation, allocating there is fine (R: dma_resv_lockdep())',
  R21: 'shrinkers and notifiers take reservations with trylock only, and skip what they miss (R: dma_resv_lockdep())',
  R22: 'several reservations are locked with one ww ticket; slots are reserved before publication; adding needs lock and slot (R)',
  R23: 'memory management waits for all fences (BOOKKEEP); every access waits for KERNEL fences, and READ or WRITE ones as implicit sync says (R)',
  R24: 'a fence whose signal is up to user space, or that does not exist yet, is no dma_fence, with or without timeout (B)',
  R25: 'a context that runs long or uses user fences has no completion fence and no implicit sync (B)',
  R26: 'a context that can take recoverable page faults carries no fence, and no fence waits for hardware that such a fault holds (B)',
  R27: 'a wait for a fence that is still to be submitted holds no lock and can be interrupted (drivers/gpu/drm/drm_syncobj.c)',
  R28: 'the fences of a context signal in the order of their seqnos (include/linux/dma-fence.h)',
  R29: 'dependencies are never dropped: until an operation on memory is done, a fence that covers it is reachable from the reservation (R)',
  R30: 'a fence that takes the place of another signals only once the operation of the other has stopped using the memory (R: dma_resv_replace_fences())',
  R31: 'no container of fences in a reservation, none inside an array (R)',
  R32: 'a fence waits only for fences that existed when it was made',
  R33: 'a dynamic importer waits for KERNEL fences before it touches memory, fences its own access, and stops or fences it in move_notify (D)',
  R34: 'an exporter gives a static importer only memory whose moves and clears are done (D)',
  R35: 'reservations are held, or not, exactly as the locking convention says (D)',
  R36: 'when invalidate_range_start() returns, no device touches the range (M)',
  R37: 'a lock that a notifier or shrinker takes is never held over an allocation that reclaims, and a notifier never begins an interval read (M)',
  R38: 'pinned user pages are checked again under the notifier lock, after the last allocation and before publication (M)',
}
