// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import type { LockdepMode } from '#ir/model'
import { lockdepView } from '#lockdep/view/view'
import type { ModelSource } from '#model/model'

const folder = new URL('../../../models/', import.meta.url).pathname

// Which of the scenarios a lockdep as it is built today would have found, with the orders that are primed at boot: said of
// each in the threads and commits it comes from. Where it says so of some variants only, they are listed apart below.

/** Some variant is reported. */
const reported = [
  'amdgpu/amdgpu-coredump-recursive-resv',
  'amdgpu/amdgpu-dc-lock-hpd-flush',
  'amdgpu/amdgpu-debugfs-copy-resv',
  'amdgpu/amdgpu-reset-double-suspend',
  'amdgpu/amdgpu-runpm-under-resv',
  'amdgpu/amdgpu-vm-eviction-lock',
  // enable_signaling is no operation here: amdgpu/kfd-enable-signaling-recursion
  'amdgpu/pasid-idr-irq',
  'dma-fence/fence-cb-shared-lock',
  'dma-resv/ww-null-ctx-mix',
  'drm-sched/sched-kill-cb-lock-irq',
  'drm-sched/sched-tdr-several-queues',
  'i915/i915-ggtt-hotplug-shrinker',
  'i915/i915-mmlock-resv',
  'i915/i915-rcu-barrier-shrinker',
  'i915/i915-userptr-flush-immap',
  'i915/i915-userptr-ggtt-selfmap',
  'kms/modeset-lock-fault',
  'msm/msm-shrinker-vm-resv',
  'msm/ww-ticket-before-copy',
  'nouveau/nouveau-cli-mutex-resv',
  'nouveau/nouveau-reloc-copy',
  'nouveau/nouveau-svm-notifier-alloc',
  'radeon/radeon-notifier-resv',
  'reclaim/kfd-dqm-lock-gfp',
  'reclaim/resv-alloc-disagreement',
  'ttm/ttm-imported-detach-resv',
]
/** No variant is. */
const silent = [
  'amdgpu/amdgpu-commit-tail-kmalloc',
  'amdgpu/amdgpu-commit-tail-resv',
  'amdgpu/amdgpu-dc-reset-state-alloc',
  'amdgpu/amdgpu-fault-pt-wait',
  'amdgpu/amdgpu-gang-vmid',
  'amdgpu/amdgpu-kfifo-bounded-reset',
  'amdgpu/amdgpu-reset-bo-reserve',
  'amdgpu/amdgpu-reset-console-lock',
  'amdgpu/amdgpu-reset-modeset',
  'compute/gpu-fault-and-fence-job',
  'dma-buf/fence-cycle-two-drivers',
  'dma-buf/static-importer-unfinished-map',
  'dma-buf/sync-file-import-replace',
  'dma-buf/v4l-fence-blind',
  'dma-fence/fence-lock-abba',
  'dma-fence/fence-lock-readside',
  'dma-fence/fence-wait-in-section',
  'dma-fence/opportunistic-only',
  'dma-fence/signalled-before-callbacks-uaf',
  'dma-fence/timeout-family',
  'dma-resv/excl-replaced-by-earlier',
  'dma-resv/implicit-write-waits-readers',
  'dma-resv/resv-add-without-slot',
  'dma-resv/resv-excl-drops-shared',
  'dma-resv/vulkan-winsys-optout',
  'drm-sched/sched-arm-without-push',
  'drm-sched/sched-complete-once',
  'drm-sched/sched-deleted-jobs-unsignalled',
  'drm-sched/sched-error-dep-loop',
  'drm-sched/sched-flush-stopped',
  'drm-sched/sched-freejob-ordered-wq',
  'drm-sched/sched-kill-drops-dep',
  'drm-sched/sched-kill-system-wq',
  'drm-sched/sched-kill-vs-wait',
  'drm-sched/sched-lost-wakeup',
  'drm-sched/sched-mempool-min',
  'drm-sched/sched-run-job-alloc',
  'drm-sched/submit-thread-critical',
  'i915/i915-error-capture-alloc',
  'i915/i915-foreign-fence-10s',
  'i915/i915-modeset-vs-reset',
  'i915/i915-pwrite-page-lock',
  'i915/i915-userptr-page-lock',
  'i915/userptr-seq-recheck',
  'kms/atomic-vblank-commit-chain',
  'kms/commit-outlives-device',
  'kms/vblank-off-pending-event',
  'msm/msm-run-job-obj-lock',
  'panfrost/panfrost-reset-alloc',
  'panthor/panthor-tiler-heap',
  'panthor/vm-bind-alloc-in-run-job',
  'pm/runpm-poll-worker',
  'reclaim/alloc-after-publish',
  'reclaim/nofs-in-section',
  'reclaim/shrinker-trywait',
  'reclaim/soc-kvm-config',
  'syncobj/future-fence-reclaim',
  'ttm/ttm-atomic-moving-fence',
  'vmwgfx/vmwgfx-commit-tail-resv',
  'vmwgfx/vmwgfx-execbuf-copy-fence',
  'xe/lr-completion-fence',
  'xe/xe-notifier-holds-lock-over-wait',
  'xe/xe-preempt-ordered-wq',
]

/** Some variant is reported only once fence signalling is annotated. */
const reportedOnceAnnotated = [
  'amdgpu/amdgpu-dc-reset-state-alloc',
  'amdgpu/amdgpu-notifier-lock',
  'amdgpu/amdgpu-reset-bo-reserve',
  'amdgpu/amdgpu-reset-console-lock',
  'amdgpu/amdgpu-reset-modeset',
  'dma-fence/fence-lock-abba',
  'dma-fence/fence-lock-readside',
  'dma-fence/fence-wait-in-section',
  'dma-fence/timeout-family',
  'drm-sched/sched-run-job-alloc',
  'i915/i915-error-capture-alloc',
  'i915/i915-foreign-fence-10s',
  'i915/i915-hwmon-reset-reclaim',
  'i915/i915-modeset-vs-reset',
  'msm/msm-run-job-obj-lock',
  'panthor/vm-bind-alloc-in-run-job',
  'reclaim/alloc-after-publish',
  'reclaim/nofs-in-section',
  'reclaim/shrinker-trywait',
  'reclaim/soc-kvm-config',
  'vmwgfx/vmwgfx-commit-tail-resv',
  'xe/lr-rebind-alloc-after-arm',
]
/** Not even then. */
const silentThoughAnnotated = [
  'amdgpu/amdgpu-fault-pt-wait',
  'amdgpu/amdgpu-gang-vmid',
  'compute/gpu-fault-and-fence-job',
  'dma-buf/fence-cycle-two-drivers',
  'dma-buf/static-importer-unfinished-map',
  'dma-buf/sync-file-import-replace',
  'dma-buf/v4l-fence-blind',
  'dma-fence/opportunistic-only',
  'dma-fence/signalled-before-callbacks-uaf',
  'dma-resv/implicit-write-waits-readers',
  'dma-resv/vulkan-winsys-optout',
  'drm-sched/sched-arm-without-push',
  'drm-sched/sched-complete-once',
  'drm-sched/sched-deleted-jobs-unsignalled',
  'drm-sched/sched-error-dep-loop',
  'drm-sched/sched-flush-stopped',
  'drm-sched/sched-kill-system-wq',
  'drm-sched/sched-kill-vs-wait',
  'drm-sched/sched-lost-wakeup',
  'i915/i915-pwrite-page-lock',
  'i915/i915-userptr-page-lock',
  'i915/userptr-seq-recheck',
  'kms/atomic-vblank-commit-chain',
  'kms/commit-outlives-device',
  'kms/vblank-off-pending-event',
  'pm/runpm-poll-worker',
  'xe/lr-completion-fence',
]

const reportsOf = async (id: string, mode: LockdepMode = 'plain'): Promise<readonly string[]> => {
  const { default: source } = (await import(`${folder}${id}.ts`)) as { default: ModelSource }
  return source.variants.filter(
    (variant) => lockdepView(source.instantiate(variant), source.registry, { mode }).reports.length > 0,
  ) as string[]
}

describe('lockdep as it is', () => {
  test.each(reported)('finds %s', async (id) => {
    expect(await reportsOf(id)).not.toEqual([])
  })
  test.each(silent)('does not find %s', async (id) => {
    expect(await reportsOf(id)).toEqual([])
  })

  test.each([
    ['amdgpu/amdgpu-notifier-lock', ['alloc-under-lock']],
    ['dma-resv/ww-two-bo-baseline', ['retry-without-dropping', 'without-tickets']],
    ['nouveau/nouveau-uevent-wq-saturation', ['handler-signals']],
    // A queue that flushes itself; that it runs short of workers is no matter of locks.
    ['i915/i915-userptr-wq-rescuer', ['second-item']],
    ['dma-fence/fence-array-irq-work', ['signal-in-callback', 'signal-in-callback-lock-shared']],
    ['dma-buf/dynamic-importer-moving-fence', ['move-notify-locks-resv']],
    ['xe/lr-rebind-alloc-after-arm', ['alloc-under-notifier-lock']],
    ['gem/gem-lru-trylock-baseline', ['blocking-lock']],
  ] as const)('of %s it finds the broken forms %j only', async (id, variants) => {
    expect(await reportsOf(id)).toEqual(variants)
  })
})

describe('lockdep with fence signalling annotated', () => {
  test.each(reportedOnceAnnotated)('finds of %s what it does not find as it is', async (id) => {
    const plain = await reportsOf(id)
    const annotated = await reportsOf(id, 'annotated')
    expect(annotated).toEqual(expect.arrayContaining([...plain]))
    expect(annotated.length).toBeGreaterThan(plain.length)
  })
  test.each(silentThoughAnnotated)('does not find %s', async (id) => {
    expect(await reportsOf(id, 'annotated')).toEqual([])
  })
})
