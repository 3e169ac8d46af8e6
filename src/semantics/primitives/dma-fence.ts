// SPDX-License-Identifier: Apache-2.0
import { enterAtomic, irqsave, leaveAtomic } from '../contexts.ts'
import { mightWaitForFence } from '../lock-map.ts'
import { canBegin } from '../signalling-section.ts'
import { primitive, type PExpr, type PSet } from '../primitive.ts'
import { all, any, bit, bump, my, no, set, the } from '../vocabulary.ts'

/** The spinlock `fence->lock`, which several fences of a timeline may share; only modelled where it is named. */
const lock = { has: 'lock' } as const satisfies PExpr
const lockFree = no(the('locked', 'lock'))
const lockTaken = [set(the('locked', 'lock'), 1), set(my('held', 'lock'), 1), enterAtomic]
const lockGiven = [set(the('locked', 'lock'), 0), set(my('held', 'lock'), 0), leaveAtomic]

const signalled = the('signalled')
/** A callback that has not run is still on the list. */
const listed = all(no(the('signalled')), the('added', 'callback'))
const waits = 'dma_fence_signal()'
const lockdep = mightWaitForFence
/** fence->lock, for the while. */
const takesLock = { does: 'touch', of: 'lock', irqsave: true } as const

/** Signalling, with what else is set when the signalled bit is. */
export const signalArrows = (more: readonly PSet[] = []) =>
  [
    { when: no(lock), set: [set(signalled, 1), ...more] },
    { when: all(lock, lockFree), to: 'locked', set: [...lockTaken, ...irqsave.enter] },
    { when: all(lock, no(lockFree)), to: 'spinning', set: irqsave.enter },
    { from: 'spinning', when: lockFree, to: 'locked', set: lockTaken },
    {
      from: 'locked',
      when: no(signalled),
      to: 'signalled',
      set: [set(signalled, 1), ...more],
      enters: { each: 'callback' },
    },
    { from: 'locked', when: signalled, to: 'signalled' },
    { from: 'signalled', set: [...lockGiven, ...irqsave.leave] },
  ] as const

/**
 * `struct dma_fence` (drivers/dma-buf/dma-fence.c; read at 6.18). *Publishing* is not a function of the kernel: it is
 * the step that makes the fence reachable for others; from there on signalling it is an obligation. Signalling is
 * idempotent, and legal from any context. Callbacks run in the signaller's context under `fence->lock` with interrupts
 * off, after the signalled bit has become visible.
 */
export const dmaFence = primitive({
  name: 'dma_fence',
  source:
    'drivers/dma-buf/dma-fence.c: dma_fence_signal(), dma_fence_signal_timestamp_locked(), dma_fence_default_wait(), dma_fence_add_callback()',
  limits: [
    'Reference counts and the signalling ops (enable_signaling) are not modelled; seqnos only where a fence names its context.',
    'fence->lock is modelled only where a model names it, or where the fence has callbacks: otherwise nobody can wait for it.',
    'A callback that has run stays noted as added: a fence that is initialised again before it is published has it on its list still.',
    'add_callback and remove_callback wait for fence->lock without switching interrupts off while they wait.',
  ],
  fields: { published: bit, signalled: bit, error: bit, seqno: { max: 7 } },
  refs: { lock: 'spinlock', context: 'dma_fence_context' },
  hooks: { callback: { under: 'lock' } },
  debt: { owed: all(the('published'), no(signalled)), paidBy: ['signal', 'signalLocked'] },
  operations: {
    initFence: {
      does: 'dma_fence_init(): a new fence with the next seqno of its context; never one that others can reach already',
      needs: { 'init-published': no(the('published')) },
      arrows: [
        {
          set: [
            set(signalled, 0),
            set(the('error'), 0),
            set(the('seqno'), ['if', { has: 'context' }, ['+', the('emitted', 'context'), 1], the('seqno')]),
            bump(the('emitted', 'context'), 1),
          ],
        },
      ],
    },
    publish: {
      does: 'makes the fence reachable for others (reservation slot, sync_file, syncobj): from here it must be signalled',
      lockdep: { does: 'owe' },
      arrows: [{ set: [set(the('published'), 1)] }],
    },
    signal: {
      does: 'dma_fence_signal(): takes fence->lock with irqsave, signals, runs the callbacks; again is a no-op',
      waits: 'spin_unlock() of fence->lock',
      lockdep: [
        { does: 'during', map: 'dma_fence_map', mode: 'read', trySince: '6.18', layer: 'fences', when: canBegin },
        { does: 'acquire', of: 'lock' },
        { does: 'event' },
      ],
      arrows: signalArrows(),
    },
    signalLocked: {
      does: 'dma_fence_signal_locked(): as dma_fence_signal(), by a caller that holds fence->lock',
      needs: { 'fence-lock-not-held': all(lock, my('held', 'lock')) },
      lockdep: { does: 'event' },
      arrows: [{ when: no(signalled), set: [set(signalled, 1)], enters: { each: 'callback' } }, { when: signalled }],
    },
    wait: {
      does: 'dma_fence_wait(): waits until it is signalled, uninterruptibly',
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: signalled }],
    },
    waitInterruptible: {
      does: 'dma_fence_wait(), interruptible: a signal to the process ends the wait with -ERESTARTSYS',
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: signalled }, { when: no(signalled), to: 'erestartsys', escape: 'signal' }],
    },
    waitTimeout: {
      does: 'dma_fence_wait_timeout(): gives up after a time with 0',
      sleeps: true,
      waits,
      lockdep,
      arrows: [{ when: signalled }, { when: no(signalled), to: 'timeout', escape: 'timeout' }],
    },
    waitInterruptibleTimeout: {
      does: 'dma_fence_wait_timeout(), interruptible: ended by a signal or by time',
      sleeps: true,
      waits,
      lockdep,
      arrows: [
        { when: signalled },
        { when: no(signalled), to: 'erestartsys', escape: 'signal' },
        { when: no(signalled), to: 'timeout', escape: 'timeout' },
      ],
    },
    isSignaled: {
      does: 'dma_fence_is_signaled(): looks, never waits (an op that signals as a side effect is a step of its own)',
      arrows: [
        { when: signalled, to: 'yes' },
        { when: no(signalled), to: 'no', retry: true },
      ],
    },
    setError: {
      does: 'dma_fence_set_error(): the signal will carry an error; only before it is signalled',
      needs: { 'set-error-signalled': no(signalled) },
      arrows: [{ set: [set(the('error'), 1)] }],
    },
    getStatus: {
      does: 'dma_fence_get_status(): pending, signalled, or signalled with an error; never waits',
      arrows: [
        { when: no(signalled), to: 'pending', retry: true },
        { when: all(signalled, no(the('error'))), to: 'ok' },
        { when: all(signalled, the('error')), to: 'error' },
      ],
    },
    addCallback: {
      does: 'dma_fence_add_callback(): the callback will run when the fence signals; -ENOENT if it has signalled',
      args: { callback: 'dma_fence_cb' },
      // list_add_tail() of a node that is on the list breaks the list, and nobody is told.
      needs: { 'callback-added-twice': no(listed) },
      waits: 'spin_unlock() of fence->lock',
      lockdep: takesLock,
      arrows: [
        { when: all(no(signalled), any(no(lock), lockFree)), set: [set(the('added', 'callback'), 1)] },
        { when: signalled, to: 'enoent' },
      ],
    },
    removeCallback: {
      does: 'dma_fence_remove_callback(): removed = it will never run; ran = it has run, or was not on the list',
      args: { callback: 'dma_fence_cb' },
      waits: 'spin_unlock() of fence->lock',
      lockdep: takesLock,
      arrows: [
        { when: all(listed, any(no(lock), lockFree)), set: [set(the('added', 'callback'), 0)], to: 'removed' },
        { when: all(no(listed), any(no(lock), lockFree)), to: 'ran' },
      ],
    },
  },
})
