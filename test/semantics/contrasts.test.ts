// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import type { ModelSource } from 'fencecheck'
import { check } from '#check/check'
import type { Setting } from '#model/switches'
import wwNullCtxMix from '../../models/dma-resv/ww-null-ctx-mix.ts'
import fenceCbSharedLock from '../../models/dma-fence/fence-cb-shared-lock.ts'
import fenceLockReadside from '../../models/dma-fence/fence-lock-readside.ts'
import i915UserptrFlushImmap from '../../models/i915/i915-userptr-flush-immap.ts'
import nouveauRelocCopy from '../../models/nouveau/nouveau-reloc-copy.ts'
import kfdDqmLockGfp from '../../models/reclaim/kfd-dqm-lock-gfp.ts'
import shrinkerTrywait from '../../models/reclaim/shrinker-trywait.ts'
import socKvmConfig from '../../models/reclaim/soc-kvm-config.ts'
import vmwgfxExecbufCopyFence from '../../models/vmwgfx/vmwgfx-execbuf-copy-fence.ts'

// Groups of scenarios that must differ (appendix of the catalogue): a checker that gives the same answer inside one of
// them has a semantic bug, so the answers of a group are asserted together.

type Case = readonly [variant: string, outcome: string, switches?: Setting]
const deadlock = 'deadlock cycle'
const self = 'deadlock self'

/** `holds`, or the kind and shape of the violation. What the models themselves expect is not looked at. */
async function outcome(source: ModelSource, variant: string, switches: Setting = {}): Promise<string> {
  const { verdict, violation } = await check(source.instantiate(variant, {}, switches), source.registry, {
    expect: false,
  })
  return violation === undefined ? verdict : `${violation.kind} ${violation.shape ?? violation.code}`
}

const groups: readonly (readonly [name: string, source: ModelSource, cases: readonly Case[]])[] = [
  [
    'readers of a lock under a fence wait, with a writer queued between them and without',
    fenceLockReadside,
    [
      ['queued-writer', deadlock],
      ['no-writer', 'holds'],
    ],
  ],
  [
    'readers of mmap_lock, with a writer queued between them and without',
    nouveauRelocCopy,
    [
      ['queued-writer', deadlock],
      ['no-writer', 'holds'],
    ],
  ],
  [
    'a second reservation without a ticket, on the younger and on the older side',
    wwNullCtxMix,
    [
      ['mixed-younger', deadlock],
      ['mixed-older', 'holds'],
    ],
  ],
  [
    'a lock of a notifier held over an allocation, by the scope of the allocation',
    kfdDqmLockGfp,
    [
      ['noio', self],
      ['noreclaim-scope', 'holds'],
    ],
  ],
  [
    'a wait in reclaim, with notifiers and without',
    shrinkerTrywait,
    [
      ['alloc-after-publish', self, { notifiers: 'on' }],
      ['alloc-after-publish', 'holds', { notifiers: 'off' }],
    ],
  ],
  [
    'a notifier that spins for a moment, and one that waits for a fence',
    socKvmConfig,
    [
      ['alloc-nofs', 'holds', { platform: 'kvm' }],
      ['alloc-nofs', deadlock, { platform: 'second-gpu' }],
    ],
  ],
  [
    'a callback that signals under a shared lock, and one that leaves it to irq_work',
    fenceCbSharedLock,
    [
      ['shared-lock', self],
      ['irq-work', 'holds'],
    ],
  ],
  [
    'a wait in a page fault for a job that the hardware has, and for one that is not yet submitted',
    vmwgfxExecbufCopyFence,
    [
      ['submitted-first', 'holds'],
      ['submitted-after-copy', self],
    ],
  ],
  [
    'i_mmap_rwsem for writing, for reading, and for reading with a writer queued between',
    i915UserptrFlushImmap,
    [
      ['i-mmap-write', deadlock],
      ['i-mmap-read', 'holds'],
      ['i-mmap-read-queued-writer', deadlock],
    ],
  ],
]

test.each(groups)('%s', async (_, source, cases) => {
  const outcomes = await Promise.all(cases.map(([variant, , switches]) => outcome(source, variant, switches)))
  expect(outcomes).toEqual(cases.map(([, expected]) => expected))
  expect(new Set(outcomes).size, 'a group has more than one answer').toBeGreaterThan(1)
})
