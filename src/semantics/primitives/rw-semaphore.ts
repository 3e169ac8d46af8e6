// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { all, any, bit, bump, its, mine, my, no, positive, set, some, the } from '../vocabulary.ts'

const readHeld = some('q', 'process', positive(its('reads', 'q')))
const writeQueued = some('q', 'process', its('queued', 'q'))

/**
 * A new reader gets in unless a writer holds it, or readers hold it while a writer is queued
 * (rwsem_down_read_slowpath(): a reader may steal a free semaphore from queued waiters, but does not join other readers
 * past them). So reader-held and writer-queued blocks every new reader, also the second down_read() of one task.
 */
export const canRead = all(no(the('writer')), any(no(writeQueued), no(readHeld)))
const canWrite = all(no(the('writer')), no(readHeld))
const read = [bump(my('reads'), 1)]
const write = [set(the('writer'), 1), set(my('wrote'), 1)]
const writeFromQueue = [...write, set(my('queued'), 0)]
const enqueue = [set(my('queued'), 1)]
const waits = 'up_read() or up_write()'

/**
 * `struct rw_semaphore`, also mmap_lock and i_mmap_rwsem (kernel/locking/rwsem.c; read at 6.18).
 * A writer's enqueue is a step of its own, because from then on the writer is in the way of readers.
 */
export const rwSemaphore = primitive({
  name: 'rw_semaphore',
  source:
    'kernel/locking/rwsem.c: rwsem_down_read_slowpath(), rwsem_down_write_slowpath(), __down_read_trylock(), RWSEM_READ_FAILED_MASK, downgrade_write()',
  limits: [
    'A trylock that misses because readers merely queue (the semaphore has just been released and they have not woken) is not modelled.',
    'The HANDOFF bit (set for a writer that has waited 4 ms, after which nobody steals) is not modelled: starvation of a queued writer is not judged.',
    'One process may read-hold it three times; beyond that a verdict is unknown.',
    'The _non_owner variants are not modelled: up_read() and up_write() are for the holder.',
  ],
  fields: { writer: bit, reads: { max: 3, per: ['process'] }, wrote: mine, queued: mine },
  lockMap: { wait: 'sleep' },
  holds: { read: positive(my('reads')), write: my('wrote') },
  queues: { 'queued for write': my('queued') },
  blockedByHoldersOnly: ['writer', 'reads', 'wrote', 'queued'],
  operations: {
    downRead: {
      does: 'down_read(): takes it shared; waits for a writer, and behind a queued writer while others read',
      sleeps: true,
      waits,
      lockdep: { does: 'acquire', mode: 'read' },
      arrows: [{ when: canRead, set: read }],
    },
    downReadInterruptible: {
      does: 'down_read_interruptible(), down_read_killable(): as down_read(), a signal ends the wait with -EINTR',
      sleeps: true,
      waits,
      lockdep: { does: 'acquire', mode: 'read' },
      arrows: [
        { when: canRead, set: read },
        { when: no(canRead), to: 'eintr', escape: 'signal' },
      ],
    },
    downReadTrylock: {
      does: 'down_read_trylock(): never waits; fails also while a writer merely queues',
      lockdep: { does: 'acquire', mode: 'read', try: true },
      arrows: [
        { when: all(no(the('writer')), no(writeQueued)), set: read, to: 'got' },
        { when: any(the('writer'), writeQueued), to: 'missed', retry: true },
      ],
    },
    downWrite: {
      does: 'down_write(): takes it exclusively; a writer that waits queues, and its queue entry blocks new readers',
      sleeps: true,
      waits,
      lockdep: { does: 'acquire', mode: 'write' },
      arrows: [
        { when: canWrite, set: write },
        { when: no(canWrite), to: 'queued', set: enqueue },
        { from: 'queued', when: canWrite, set: writeFromQueue },
      ],
    },
    downWriteKillable: {
      does: 'down_write_killable(): as down_write(), a fatal signal ends the wait with -EINTR',
      sleeps: true,
      waits,
      lockdep: { does: 'acquire', mode: 'write' },
      arrows: [
        { when: canWrite, set: write },
        { when: no(canWrite), to: 'queued', set: enqueue },
        { from: 'queued', when: canWrite, set: writeFromQueue },
        { from: 'queued', when: no(canWrite), set: [set(my('queued'), 0)], to: 'eintr', escape: 'signal' },
      ],
    },
    downWriteTrylock: {
      does: 'down_write_trylock(): never waits; succeeds only on a semaphore that nobody holds or queues for',
      lockdep: { does: 'acquire', mode: 'write', try: true },
      arrows: [
        { when: all(canWrite, no(writeQueued)), set: write, to: 'got' },
        { when: any(no(canWrite), writeQueued), to: 'missed', retry: true },
      ],
    },
    upRead: {
      does: 'up_read(): by a holder',
      needs: { 'up-not-held': positive(my('reads')) },
      lockdep: { does: 'release' },
      arrows: [{ set: [bump(my('reads'), -1)] }],
    },
    upWrite: {
      does: 'up_write(): by the holder',
      needs: { 'up-not-held': my('wrote') },
      lockdep: { does: 'release' },
      arrows: [{ set: [set(the('writer'), 0), set(my('wrote'), 0)] }],
    },
    downgradeWrite: {
      does: 'downgrade_write(): from write to read without letting a writer in between; never waits',
      needs: { 'downgrade-not-held': my('wrote') },
      arrows: [{ set: [set(the('writer'), 0), set(my('wrote'), 0), set(my('reads'), 1)] }],
    },
  },
})
