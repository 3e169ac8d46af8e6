// SPDX-License-Identifier: Apache-2.0
import { primitive } from '../primitive.ts'
import { set, the } from '../vocabulary.ts'

const value = the('value')
const asked = { param: 'value' } as const
const reached = ['<=', asked, value] as const
const params = { value: { min: 1, max: 7 } } as const
const waits = 'whoever writes that memory, if anybody does'

/**
 * A user fence: a word of memory that user space, or a job of user space on a GPU, writes
 * (drivers/gpu/drm/xe/xe_wait_user_fence.c, Documentation/driver-api/dma-buf.rst "Indefinite DMA Fences"; read at 6.18).
 * Nobody in the kernel owes the write, so there is no debt; what writes it is a step of user space (`t.may('user', ...)`).
 */
export const userFence = primitive({
  name: 'user_fence',
  source:
    'drivers/gpu/drm/xe/xe_wait_user_fence.c: xe_wait_user_fence_ioctl(); Documentation/driver-api/dma-buf.rst: "Indefinite DMA Fences"',
  about:
    'Memory with a number that only grows. The kernel may wait for it in a system call, interruptibly and with nothing held: then nobody but the caller hangs if it is never written. A wait with a lock held, or one that a dma_fence needs, is as long as user space likes: it shows as masked, or as a fence that nobody signals.',
  limits: [
    'The ways of comparing of the ioctl are not modelled: reached is what is at least asked for.',
    'Reading the memory may fault (copy_from_user()): write t.copyUser() before the wait where that matters.',
  ],
  fields: { value: { max: 7 } },
  operations: {
    writeUserFence: {
      does: 'user space, or a job of it on a GPU, writes the number; whoever waits for that or less gets on',
      params,
      arrows: [{ when: ['<', value, asked], set: [set(value, asked)] }, { when: reached }],
    },
    waitUserFence: {
      does: 'xe_wait_user_fence_ioctl(): waits for the number, ended by a signal with -ERESTARTSYS',
      params,
      sleeps: true,
      waits,
      arrows: [{ when: reached }, { when: ['<', value, asked], to: 'erestartsys', escape: 'signal' }],
    },
    waitUserFenceTimeout: {
      does: 'xe_wait_user_fence_ioctl() with a time limit: ended by a signal, or by time with -ETIME',
      params,
      sleeps: true,
      waits,
      arrows: [
        { when: reached },
        { when: ['<', value, asked], to: 'erestartsys', escape: 'signal' },
        { when: ['<', value, asked], to: 'etime', escape: 'timeout' },
      ],
    },
    testUserFence: {
      does: 'xe_wait_user_fence_ioctl() with no time: whether the number is reached; never waits',
      params,
      arrows: [
        { when: reached, to: 'yes' },
        { when: ['<', value, asked], to: 'no', retry: true },
      ],
    },
  },
})
