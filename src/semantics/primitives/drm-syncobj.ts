// SPDX-License-Identifier: Apache-2.0
import { primitive, type PExpr, type PSet } from '../primitive.ts'
import { all, any, bit, each, every, is, its, mine, my, no, positive, set, some, the } from '../vocabulary.ts'

const asked = { param: 'point' } as const
const held = (f: string) => its('held', f)
const pointOf = (f: string) => its('point', f)
const present = (f: string): PExpr => any(held(f), positive(pointOf(f)))
const stub = the('stub')

/** Something is there to be found: for point 0 anything, for another one a link that is not before it. */
const available: PExpr = any(
  all(is(asked, 0), any(stub, some('f', 'member', present('f')))),
  all(positive(asked), some('f', 'member', ['<=', asked, pointOf('f')])),
)
/**
 * What is found covers `f`: for point 0 whatever is there, for another one everything up to the first link that is not
 * before it. A fence that was there without a point is the foot of the chain.
 */
const covers = (f: string): PExpr =>
  all(
    present(f),
    any(is(asked, 0), no(some('g', 'member', all(['<=', asked, pointOf('g')], ['<', pointOf('g'), pointOf(f)])))),
  )

/** Process `q` waits for a fence of this point to be there. */
const registered = (q: string) => its('registered', q)
const wanted = (q: string) => its('wanted', q)
const awaits = (q: string, f: string) => ({ field: 'awaits', at: [q, f] })
const note = [each('f', 'member', set(awaits('me', 'f'), covers('f')))]
const forget = [each('f', 'member', set(awaits('me', 'f'), 0))]
const settled = every('f', 'member', any(no(awaits('me', 'f')), the('signalled', 'f')))

/** Whoever waits for point 0 is given what is there now; for another point only a chain will do. */
const handsOver = (...found: PSet[]): PSet => each('q', 'process', ...found)
const empties = [each('f', 'member', set(held('f'), 0), set(pointOf('f'), 0))]
const gives = (q: string, when: PExpr, f: string, has: PExpr): PSet =>
  set(awaits(q, f), ['if', when, has, awaits(q, f)])
const forPointZero = all(registered('q'), is(wanted('q'), 0))
const upToThis = all(registered('q'), ['<=', wanted('q'), asked])
const satisfied = (when: PExpr): PSet => set(registered('q'), ['if', when, 0, registered('q')])

const register = [set(my('registered'), 1), set(my('wanted'), asked)]
const unregister = [set(my('registered'), 0)]
const notYet = my('registered')
const params = { point: { min: 0, max: 7, default: 0 } } as const

/** Waiting for user space: `lockdep_assert_none_held_once()`, and the section is a lock for lockdep. */
const forSubmit = {
  params,
  sleeps: true,
  waits: 'drm_syncobj_replace_fence() or drm_syncobj_add_point()',
  lockdep: { does: 'wait' },
  needs: {
    'wait-for-submit-locked': any(no(the('lockdep')), { unlocked: true }),
    'wait-for-submit-in-signalling': any(no(the('lockdep')), is(my('proper', 'dma_fence_signalling'), 0)),
  },
} as const
const untilSubmitted = [
  { when: no(available), to: 'submit', set: register },
  { from: 'submit', when: notYet, to: 'erestartsys', set: unregister, escape: 'signal' },
] as const
const untilSignalled = [
  { from: 'fence', when: settled, set: forget },
  { from: 'fence', when: no(settled), to: 'erestartsys', set: forget, escape: 'signal' },
] as const

/**
 * `struct drm_syncobj` (drivers/gpu/drm/drm_syncobj.c; read at 6.18): a place for a fence, or for a chain of them with
 * points, that user space fills whenever it likes, or never. Its members are the fences that are put there. Who waits
 * for one that is not there yet waits for user space: in an ioctl, interruptibly, and without any lock.
 */
export const drmSyncobj = primitive({
  name: 'drm_syncobj',
  source:
    'drivers/gpu/drm/drm_syncobj.c: drm_syncobj_replace_fence(), drm_syncobj_add_point(), drm_syncobj_find_fence(), drm_syncobj_array_wait_timeout(), syncobj_wait_syncobj_func()',
  about:
    'Point 0 asks for whatever is there (a binary syncobj), a higher one for the first link of its chain that is not before it, with all before that. Without the flag WAIT_FOR_SUBMIT asking for what is not there is an error. With it a caller waits, and is given the fence by whoever puts one there: later changes are no concern of it. That wait is for user space: it is misuse with a lock held or in a signalling section, and nothing that a fence needs may do it. `lockdep: 0` is a kernel without lockdep, which does not look and hangs instead.',
  limits: [
    'A syncobj has at most seven points, and each fence is in it once; points come in ascending order, which the kernel only logs.',
    'The time limit that user space gives to a wait is infinite; a wait on several syncobjs at once and its WAIT_ALL, deadlines and eventfds are not modelled.',
    'The spinlock of the syncobj, never held for long, is not modelled; nor what the ioctls allocate and copy from user memory before they look: write t.allocKernel() and t.copyUser() where that matters.',
  ],
  members: 'dma_fence',
  fields: {
    lockdep: { max: 1, init: 1 },
    stub: bit,
    held: { max: 1, per: ['member'] },
    point: { max: 7, per: ['member'] },
    registered: mine,
    wanted: { max: 7, per: ['process'] },
    awaits: { max: 1, per: ['process', 'member'] },
  },
  operations: {
    replaceFence: {
      does: 'drm_syncobj_replace_fence(): this fence is there instead of whatever was; from any context',
      args: { fence: 'dma_fence' },
      arrows: [
        {
          set: [
            ...empties,
            set(held('fence'), 1),
            set(the('published', 'fence'), 1),
            handsOver(
              each('f', 'member', gives('q', forPointZero, 'f', 0)),
              gives('q', forPointZero, 'fence', 1),
              satisfied(forPointZero),
            ),
          ],
        },
      ],
    },
    resetSyncobj: {
      does: 'drm_syncobj_replace_fence(NULL), DRM_IOCTL_SYNCOBJ_RESET: nothing is there any more; whoever has found something keeps it',
      arrows: [{ set: [...empties, set(stub, 0)] }],
    },
    signalSyncobj: {
      does: 'drm_syncobj_assign_null_handle(), DRM_IOCTL_SYNCOBJ_SIGNAL: a fence that has signalled is there',
      arrows: [
        {
          set: [
            ...empties,
            set(stub, 1),
            handsOver(each('f', 'member', gives('q', forPointZero, 'f', 0)), satisfied(forPointZero)),
          ],
        },
      ],
    },
    addPoint: {
      does: 'drm_syncobj_add_point(): links a fence behind what is there, as the latest point; from any context',
      needs: {
        'point-out-of-order': every('f', 'member', ['<', pointOf('f'), asked]),
        'linked-twice': no(present('fence')),
      },
      args: { fence: 'dma_fence' },
      params: { point: { min: 1, max: 7 } },
      arrows: [
        {
          set: [
            set(pointOf('fence'), asked),
            set(the('published', 'fence'), 1),
            handsOver(
              each('f', 'member', gives('q', upToThis, 'f', present('f'))),
              gives('q', upToThis, 'fence', 1),
              satisfied(upToThis),
            ),
          ],
        },
      ],
    },
    findFence: {
      does: 'drm_syncobj_find_fence(): the fence of a point; -EINVAL while there is none; never waits',
      params,
      arrows: [{ when: available }, { when: no(available), to: 'einval', retry: true }],
    },
    findFenceForSubmit: {
      ...forSubmit,
      does: 'drm_syncobj_find_fence(WAIT_FOR_SUBMIT): waits until the point is there, -ETIME after 5 s; not for its fence to signal',
      arrows: [
        { when: available },
        ...untilSubmitted,
        { from: 'submit', when: notYet, to: 'etime', set: unregister, escape: 'timeout' },
        { from: 'submit', when: no(notYet), set: forget },
      ],
    },
    waitSyncobj: {
      does: 'drm_syncobj_array_wait_timeout(), DRM_IOCTL_SYNCOBJ_WAIT: waits for the fence of a point, interruptibly; -EINVAL if there is none',
      params,
      sleeps: true,
      waits: 'dma_fence_signal()',
      lockdep: { does: 'wait' },
      arrows: [
        { when: no(available), to: 'einval', retry: true },
        { when: available, to: 'fence', set: note },
        ...untilSignalled,
      ],
    },
    waitSyncobjForSubmit: {
      ...forSubmit,
      does: 'drm_syncobj_array_wait_timeout(WAIT_FOR_SUBMIT): waits until the point is there and then for its fence, interruptibly',
      waits: 'drm_syncobj_replace_fence() or drm_syncobj_add_point(), then dma_fence_signal()',
      arrows: [
        { when: available, to: 'fence', set: note },
        ...untilSubmitted,
        { from: 'submit', when: no(notYet), to: 'fence' },
        ...untilSignalled,
      ],
    },
    waitSyncobjAvailable: {
      ...forSubmit,
      does: 'drm_syncobj_array_wait_timeout(WAIT_AVAILABLE): waits until the point is there, not for its fence, interruptibly',
      arrows: [{ when: available }, ...untilSubmitted, { from: 'submit', when: no(notYet), set: forget }],
    },
  },
})
