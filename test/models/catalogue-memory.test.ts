// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import amdgpuNotifierLock from '../../models/amdgpu/amdgpu-notifier-lock.ts'
import gemLruTrylockBaseline from '../../models/gem/gem-lru-trylock-baseline.ts'
import i915UserptrFlushImmap from '../../models/i915/i915-userptr-flush-immap.ts'
import nouveauRelocCopy from '../../models/nouveau/nouveau-reloc-copy.ts'
import resvAllocDisagreement from '../../models/reclaim/resv-alloc-disagreement.ts'
import socKvmConfig from '../../models/reclaim/soc-kvm-config.ts'
import vmwgfxExecbufCopyFence from '../../models/vmwgfx/vmwgfx-execbuf-copy-fence.ts'
import { size, stuckAfter, verdict } from './scenario.ts'

describe('states and transitions are those enumerated by hand', () => {
  // An allocation without any hooked body is one step, so other-task is before or after it and doubles everything.

  test('soc-kvm-config preallocated platform=soc', () => {
    // run-job: 1 begin, 2 push, 3 end; gpu: 1 sees the push, 2 signals; compositor: 1 wait, after the signal.
    // run-job 0,1: gpu 0. run-job 2,3: gpu 0,1, and 2 with the compositor before or after: 4 each. (2 + 8) * 2 = 20.
    // run-job: begin, push, and end at all 4 = 6; gpu 2 steps at run-job 2,3 = 4; compositor at run-job 2,3 = 2.
    // 12 for each state of other-task, whose own step is at any of 10: 34.
    expect(size(socKvmConfig, 'preallocated')).toEqual({ states: 20, transitions: 34 })
  })

  test('soc-kvm-config alloc-nofs platform=soc', () => {
    // One step more in front, where nobody else can move: (3 + 8) * 2 = 22 states; 13 * 2 + 11 = 37 transitions.
    expect(size(socKvmConfig, 'alloc-nofs')).toEqual({ states: 22, transitions: 37 })
  })

  test('soc-kvm-config alloc-nowait platform=soc', () => {
    // begin, then the allocation: before each, 1 state. It succeeds: as above, 1 + 8 states. It fails: before the
    // signal 1; after it, before and after the end, the compositor has waited or not: 4. (2 + 9 + 5) * 2 = 32 states.
    // begin, the allocation either way = 3; it succeeds: push, end 4, gpu 4, compositor 2 = 11; it fails: signal, end
    // at 2, compositor at 2 = 5. 19 * 2 + 16 = 54 transitions.
    expect(size(socKvmConfig, 'alloc-nowait')).toEqual({ states: 32, transitions: 54 })
  })
})

describe('what must differ does', () => {
  test('a notifier that spins for a moment is harmless, one that waits for a fence is not', async () => {
    const secondGpu = 'deadlock cycle: run-job, second-gpu'
    expect(await verdict(socKvmConfig, 'alloc-nofs', { platform: 'soc' })).toBe('holds')
    expect(await verdict(socKvmConfig, 'alloc-nofs', { platform: 'kvm' })).toBe('holds')
    expect(await verdict(socKvmConfig, 'alloc-nofs', { platform: 'second-gpu' })).toBe(secondGpu)
    for (const platform of ['soc', 'kvm', 'second-gpu'])
      for (const repair of ['alloc-nowait', 'preallocated'])
        expect(await verdict(socKvmConfig, repair, { platform })).toBe('holds')
  })

  test('a mutex of the notifier is needed inside reclaim, or by the completion that the notifier waits for', async () => {
    expect(await verdict(amdgpuNotifierLock, 'alloc-under-lock')).toBe('deadlock self: cs')
    expect(await verdict(amdgpuNotifierLock, 'completion-takes-lock')).toBe('deadlock cycle: completion, other-task')
    expect(await verdict(amdgpuNotifierLock, 'fixed')).toBe('holds')
  })

  test('readers of mmap_lock alone do not hang; a writer queued between them, or a mapping of the buffer itself, does', async () => {
    expect(await verdict(nouveauRelocCopy, 'no-writer')).toBe('holds')
    expect(await verdict(nouveauRelocCopy, 'queued-writer')).toBe('deadlock cycle: bo-fault, munmap, pushbuf')
    expect(await verdict(nouveauRelocCopy, 'self-mapping')).toBe('deadlock self: pushbuf')
    expect(await verdict(nouveauRelocCopy, 'slow-path')).toBe('holds')
  })

  test('waiting in reclaim for a job that the device has is fine, for one behind this thread or its mutex is not', async () => {
    expect(await verdict(vmwgfxExecbufCopyFence, 'submitted-first')).toBe('holds')
    expect(await verdict(vmwgfxExecbufCopyFence, 'submitted-after-copy')).toBe('deadlock self: execbuf')
    expect(await verdict(vmwgfxExecbufCopyFence, 'next-published-early')).toBe('deadlock cycle: execbuf, next-execbuf')
    expect(await verdict(vmwgfxExecbufCopyFence, 'completion-takes-mutex')).toBe('deadlock cycle: execbuf, irq-thread')
  })

  test('i_mmap for writing, for reading, for reading with a writer queued between', async () => {
    const [revoke, worker] = ['revoke-gtt-mmaps', 'i915-userptr-release/0']
    expect(await verdict(i915UserptrFlushImmap, 'i-mmap-write')).toBe(`deadlock cycle: ${worker}, ${revoke}`)
    expect(await verdict(i915UserptrFlushImmap, 'i-mmap-read')).toBe('holds')
    expect(await verdict(i915UserptrFlushImmap, 'i-mmap-read-queued-writer')).toBe(
      `deadlock cycle: ${worker}, mmap, ${revoke}`,
    )
    expect(await verdict(i915UserptrFlushImmap, 'lookup-first-queued-writer')).toBe('holds')
  })

  test('a lock class of its own changes nothing: the two instances differ in their names alone', () => {
    const [write, own] = ['i-mmap-write', 'own-lock-class'].map((variant) => {
      const model = i915UserptrFlushImmap.instantiate(variant)
      return { ...model, variant: undefined }
    })
    expect(own).toEqual(write)
  })

  test('a shrinker may try a reservation that its task holds, but not block on it', async () => {
    expect(await verdict(gemLruTrylockBaseline, 'trylock')).toBe('holds')
    expect(await verdict(gemLruTrylockBaseline, 'blocking-lock')).toBe('deadlock self: get-pages')
    expect(await verdict(resvAllocDisagreement, 'shrinker-trylock')).toBe('holds')
    expect(await verdict(resvAllocDisagreement, 'i915-alone')).toBe('holds')
    expect(await verdict(resvAllocDisagreement, 'same-buffer')).toBe('deadlock self: other-driver')
    expect(await verdict(resvAllocDisagreement, 'two-buffers')).toBe('deadlock cycle: i915-execbuf, other-driver')
  })
})

describe('the counterexample gets stuck where the scenario says', () => {
  test('inside reclaim, at the first step of the hooked body', async () => {
    expect(await stuckAfter(socKvmConfig, 'alloc-nofs', 'run-job', { platform: 'second-gpu' })).toBe(
      'notifier userptr_invalidate',
    )
    expect(await stuckAfter(amdgpuNotifierLock, 'alloc-under-lock', 'cs')).toBe('notifier userptr_invalidate')
    expect(await stuckAfter(resvAllocDisagreement, 'same-buffer', 'other-driver')).toBe('shrinker i915_shrinker')
    expect(await stuckAfter(gemLruTrylockBaseline, 'blocking-lock', 'get-pages')).toBe('shrinker drm_gem_lru_scan')
  })

  test('in the wait of the notifier, with its mutex held', async () => {
    expect(await stuckAfter(amdgpuNotifierLock, 'completion-takes-lock', 'other-task')).toBe(
      'notifier userptr_invalidate > waitFences bo -> waiting',
    )
  })

  test('inside the page fault of the copy, and in the shrinker that it ran', async () => {
    expect(await stuckAfter(nouveauRelocCopy, 'self-mapping', 'pushbuf')).toBe('fault nouveau_ttm_fault')
    expect(await stuckAfter(nouveauRelocCopy, 'queued-writer', 'pushbuf')).toBe('copyUser mmap_lock -> fault')
    const shrinker = 'shrinker other_driver_shrinker'
    expect(await stuckAfter(vmwgfxExecbufCopyFence, 'submitted-after-copy', 'execbuf')).toBe(
      `${shrinker} > [fence.published]`,
    )
    expect(await stuckAfter(vmwgfxExecbufCopyFence, 'next-published-early', 'execbuf')).toBe(
      `${shrinker} > [next_fence.published]`,
    )
    expect(await stuckAfter(vmwgfxExecbufCopyFence, 'completion-takes-mutex', 'execbuf')).toBe(
      `${shrinker} > [fence.published]`,
    )
  })
})
