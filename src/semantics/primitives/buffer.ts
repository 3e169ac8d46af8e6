// SPDX-License-Identifier: Apache-2.0
import { primitive, type PExpr, type PSet } from '../primitive.ts'
import { all, bit, bump, each, every, is, its, my, no, positive, set, the } from '../vocabulary.ts'

/**
 * What an access or a mapping points at: the memory the buffer has now, memory it had before a move and that still
 * exists, or memory that has been given back.
 */
export const view = { NONE: 0, CURRENT: 1, OLD: 2, GONE: 3 } as const

const { NONE, CURRENT, OLD, GONE } = view
const alive = no(the('freed'))
/** Values of `unready`: the contents are not there yet, because nobody has filled the memory, or is doing so. */
const UNFILLED = 1
const MOVING = 2
const CLEARING = 3
const ready = is(the('unready'), 0)
const reads = my('reads')
const writes = my('writes')
const nobody = (access: 'reads' | 'writes'): PExpr => every('q', 'process', ['!=', its(access, 'q'), CURRENT])

/** What everybody's accesses and mappings point at changes along with the memory. */
const becomes = (from: number, to: number): readonly PSet[] => {
  const follow = (field: Parameters<typeof set>[0]): PSet => set(field, ['if', is(field, from), to, field])
  return [
    each('q', 'process', follow(its('reads', 'q')), follow(its('writes', 'q'))),
    each('m', 'member', follow(the('view', 'm'))),
  ]
}

const afterFree = { kind: 'use-after-free', that: alive } as const
const unready = { kind: 'stale-data', that: ready } as const
const readable = {
  'access-after-free': afterFree,
  'read-unready': unready,
  'read-while-written': { kind: 'stale-data', that: nobody('writes') },
} as const
/** Nobody else's access is in flight, and nothing is about to be copied over what is written. */
const exclusive = {
  kind: 'dropped-dependency',
  that: all(ready, nobody('reads'), nobody('writes')),
} as const
const writable = { 'access-after-free': afterFree, 'write-in-parallel': exclusive } as const
const begun = (mine: PExpr): Readonly<Record<string, PExpr>> => ({ 'access-not-begun': positive(mine) })
const onePerProcess = { 'access-not-ended': all(is(reads, NONE), is(writes, NONE)) }

/**
 * The memory behind a buffer object (`struct ttm_buffer_object`, `struct drm_gem_object`): where it is, whether its
 * contents are there yet, and whether it still exists. Not an API of the kernel but what its fences are for: an access
 * must come after the move or clear that fills the memory, and memory is given back after the last access.
 */
export const buffer = primitive({
  name: 'buffer_object',
  source:
    'drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_handle_move_mem(), ttm_bo_release(); ttm_bo_util.c: ttm_bo_move_accel_cleanup(); drivers/dma-buf/dma-resv.c: enum dma_resv_usage',
  limits: [
    'An access in flight when its memory is given back is reported when it ends.',
    'A process has one access in flight at a time; accesses of one process through a mapping are single steps.',
    'One old backing store exists at a time; a second move before the first one is released makes the verdict unknown.',
    'What a read through an old mapping sees before the old memory is released counts as the right contents.',
  ],
  about:
    'Every access must find memory that exists (else use-after-free) and that is filled (else stale-data), and writes must be ordered with other accesses (else dropped-dependency). A move gives the buffer new memory at once and its contents later; accesses and mappings that were there before go on using the old memory until it is released.',
  members: 'buffer_mapping',
  fields: {
    placement: { max: 3 },
    unready: { max: 3 },
    freed: bit,
    old: bit,
    pins: { max: 3 },
    reads: { max: 3, per: ['process'] },
    writes: { max: 3, per: ['process'] },
  },
  operations: {
    readBuffer: { does: 'reads the contents, in one step', needs: readable, arrows: [{}] },
    writeBuffer: { does: 'writes the contents, in one step', needs: writable, arrows: [{}] },
    beginRead: {
      does: 'a reading access begins: a job on a ring, a scanout, a copy',
      needs: { ...onePerProcess, ...readable },
      arrows: [{ set: [set(reads, CURRENT)] }],
    },
    endRead: {
      does: 'the reading access is over',
      needs: {
        ...begun(reads),
        'access-after-free': { kind: 'use-after-free', that: ['!=', reads, GONE] },
      },
      arrows: [{ set: [set(reads, NONE)] }],
    },
    beginWrite: {
      does: 'a writing access begins',
      needs: { ...onePerProcess, ...writable },
      arrows: [{ set: [set(writes, CURRENT)] }],
    },
    endWrite: {
      does: 'the writing access is over',
      needs: {
        ...begun(writes),
        'access-after-free': { kind: 'use-after-free', that: ['!=', writes, GONE] },
      },
      arrows: [{ set: [set(writes, NONE)] }],
    },
    beginMove: {
      does: 'a move begins: the buffer has new memory from here, with its contents once the copy is done; the old memory stays',
      needs: {
        'move-pinned': is(the('pins'), 0),
        'access-after-free': afterFree,
        'move-unready': unready,
        'move-while-written': { kind: 'dropped-dependency', that: nobody('writes') },
      },
      params: { placement: { min: 0, max: 3 } },
      arrows: [
        {
          set: [
            ...becomes(CURRENT, OLD),
            set(the('placement'), { param: 'placement' }),
            set(the('unready'), MOVING),
            bump(the('old'), 1),
          ],
        },
      ],
    },
    endMove: {
      does: 'the copy is done: the contents are in the new memory; both must have existed until now',
      needs: {
        'fill-not-begun': is(the('unready'), MOVING),
        'access-after-free': { kind: 'use-after-free', that: all(alive, the('old')) },
      },
      arrows: [{ set: [set(the('unready'), 0)] }],
    },
    releaseOld: {
      does: 'the memory that the buffer was moved away from goes back to its allocator',
      needs: { 'no-old-memory': the('old') },
      arrows: [{ set: [...becomes(OLD, GONE), bump(the('old'), -1)] }],
    },
    beginClear: {
      does: 'clearing the memory begins, of memory that nobody has filled yet too',
      needs: {
        'access-after-free': afterFree,
        'write-in-parallel': {
          kind: 'dropped-dependency',
          that: all(['<=', the('unready'), UNFILLED], nobody('reads'), nobody('writes')),
        },
      },
      arrows: [{ set: [set(the('unready'), CLEARING)] }],
    },
    endClear: {
      does: 'the memory is cleared',
      needs: { 'fill-not-begun': is(the('unready'), CLEARING), 'access-after-free': afterFree },
      arrows: [{ set: [set(the('unready'), 0)] }],
    },
    pinBuffer: {
      does: 'dma_buf_pin(), ttm_bo_pin(): it is not moved until it is unpinned; nests',
      needs: { 'access-after-free': afterFree },
      arrows: [{ set: [bump(the('pins'), 1)] }],
    },
    unpinBuffer: {
      does: 'dma_buf_unpin(), ttm_bo_unpin()',
      needs: { 'unpin-not-pinned': positive(the('pins')) },
      arrows: [{ set: [bump(the('pins'), -1)] }],
    },
    freeBuffer: {
      does: 'the memory goes back to its allocator: no access may be in flight or still to come',
      needs: { 'double-free': alive, 'free-pinned': is(the('pins'), 0) },
      arrows: [{ set: [...becomes(CURRENT, GONE), set(the('freed'), 1)] }],
    },
  },
})
