// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { all, bit, each, is, its, mine, my, no, positive, set } from '../vocabulary.ts'

const rank = my('rank')
const otherRank = its('rank', 'q')

/**
 * A `struct ww_class` with the acquire contexts of its locks (include/linux/ww_mutex.h; read at 6.18). A process has at
 * most one context of a class. Its stamp is a dense rank, 1 the oldest, kept in the process's own word: there is no
 * clock and no process id in any state, and older means smaller.
 *
 * `waitDie` chooses the algorithm: Wait-Die (`DEFINE_WD_CLASS`, dma_resv) if 1, Wound-Wait (`DEFINE_WW_CLASS`, modeset
 * locks) if 0. `debugWw` is CONFIG_DEBUG_WW_MUTEX_SLOWPATH: a lock may answer -EDEADLK although nobody is in the way.
 */
export const wwClass = primitive({
  name: 'ww_class',
  source: 'include/linux/ww_mutex.h: ww_acquire_init(), ww_acquire_done(), ww_acquire_fini()',
  limits: [
    'A context holds at most seven locks; beyond that a verdict is unknown.',
    'A forgotten ww_acquire_fini() is not reported.',
  ],
  fields: {
    waitDie: bit,
    debugWw: bit,
    rank: { max: 'processes', per: ['process'] },
    acquired: { max: 7, per: ['process'] },
    wounded: mine,
    done: mine,
    contending: mine,
  },
  lockMap: {
    named: '%_mutex',
    wait: 'sleep',
    parts: { acquire: { named: '%_acquire' }, first: { named: '%_mutex', wait: 'sleep' } },
  },
  debugLocks: ['two-contexts', 'done-without-init', 'done-twice', 'fini-without-init', 'fini-while-held'],
  operations: {
    wwAcquireInit: {
      does: 'ww_acquire_init(): takes a ticket; the context is younger than every other one there is',
      needs: { 'two-contexts': is(rank, 0) },
      lockdep: [
        { does: 'acquire', part: 'acquire' },
        { does: 'acquire', part: 'first', nest: { part: 'acquire' } },
      ],
      arrows: [{ set: [set(rank, ['+', 1, { count: 'q', in: 'process', that: positive(otherRank) }])] }],
    },
    wwAcquireDone: {
      does: 'ww_acquire_done(): no more locks will be taken with this context',
      needs: { 'done-without-init': positive(rank), 'done-twice': no(my('done')) },
      arrows: [{ set: [set(my('done'), 1)] }],
    },
    wwAcquireFini: {
      does: 'ww_acquire_fini(): gives the ticket back; every lock of the context must have been released',
      needs: { 'fini-without-init': positive(rank), 'fini-while-held': is(my('acquired'), 0) },
      lockdep: [
        { does: 'release', part: 'first' },
        { does: 'release', part: 'acquire' },
      ],
      arrows: [
        {
          set: [
            each('q', 'process', set(otherRank, ['-', otherRank, all(positive(rank), ['<', rank, otherRank])])),
            set(rank, 0),
            set(my('wounded'), 0),
            set(my('done'), 0),
            set(my('contending'), 0),
          ],
        },
      ],
    },
  },
})
