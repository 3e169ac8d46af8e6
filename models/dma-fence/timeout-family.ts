// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath } from 'fencecheck'

/**
 * Many waits for fences give up after a time, and the same cycle of locks and fences is behind them as without limit:
 * somebody waits with a reservation locked, and the way to the signal takes that reservation. If expiry is an error,
 * the user sees one after many seconds; if it counts as success, memory is changed or given away under the job. Only
 * where expiry means something else, as in a shrinker that then skips the buffer, is the limit part of the design.
 */
export default model(
  'dma-fence/timeout-family',
  {
    summary: 'Bounded waits with a reservation locked, and what becomes of them when the time is over.',
    sources: [
      'drivers/gpu/drm/nouveau/nouveau_gem.c: nouveau_gem_pushbuf_reloc_apply(), 15 s; read at 6.18.19',
      'drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_wait_ctx(), 15 s, and ttm_bo_release(), 30 s; read at 6.18.19',
      'drivers/gpu/drm/msm/msm_gem_shrinker.c: wait_for_idle(), ten jiffies; read at 6.18.19',
      'The completion that takes a reservation is a construction.',
    ],
    abstracts: [
      'The one fence of the reservation is waited for itself. The job has been on the device since before anybody waits.',
      'last-reference: ttm_bo_release() waits so only where it could not allocate, without the lock, and does not look at the outcome; by reading 6.18.19.',
      'msm-shrinker: expiry is an ordinary outcome there, whatever the switch says.',
      'signals-without-resv: the job takes less than the limit, so that with timeouts=success the wait has none.',
      'Not repeated here: the lookup of a syncobj (5 s, syncobj/syncobj-wait-for-submit-locked), and the waits of the atomic helpers for a flip (10 s), whose outcome is ignored as in last-reference.',
    ],
    switches: { timeouts: ['error', 'success', 'never'] },
    rules: { relocation: ['R4', 'R6'], move: ['R4', 'R6'], 'last-reference': ['R4', 'R29'], 'long-job': ['R4'] },
    variants: {
      relocation: {
        when: {
          'timeouts=error': {
            kind: 'masked',
            shape: 'cycle',
            processes: ['completion', 'pushbuf'],
            objects: ['bo', 'fence'],
          },
          'timeouts=success': { kind: 'dropped-dependency', processes: ['pushbuf'], objects: ['bo_memory'] },
          'timeouts=never': {
            kind: 'deadlock',
            shape: 'cycle',
            processes: ['completion', 'pushbuf'],
            objects: ['bo', 'fence'],
          },
        },
      },
      move: {
        when: {
          'timeouts=error': {
            kind: 'masked',
            shape: 'cycle',
            processes: ['completion', 'validate'],
            objects: ['bo', 'fence'],
          },
          'timeouts=success': { kind: 'use-after-free', processes: ['completion'], objects: ['bo_memory'] },
          'timeouts=never': {
            kind: 'deadlock',
            shape: 'cycle',
            processes: ['completion', 'validate'],
            objects: ['bo', 'fence'],
          },
        },
      },
      'last-reference': {
        when: {
          'timeouts=error': { kind: 'use-after-free', processes: ['completion'], objects: ['bo_memory'] },
          'timeouts=success': { kind: 'use-after-free', processes: ['completion'], objects: ['bo_memory'] },
          'timeouts=never': 'holds',
        },
      },
      'msm-shrinker': 'holds',
      'signals-without-resv': 'holds',
      'long-job': {
        when: {
          'timeouts=error': 'holds',
          'timeouts=success': { kind: 'dropped-dependency', processes: ['pushbuf'], objects: ['bo_memory'] },
          'timeouts=never': 'holds',
        },
      },
    },
  },
  (m, variant, _, { timeouts }) => {
    const bo = m.resv('bo', { class: m.wwClass('reservation_ww_class', { waitDie: true }) })
    const memory = m.buffer('bo_memory')
    const fence = m.fence('fence', { published: true })
    const started = m.flag('job_started')

    m.worker('completion', (t) => {
      t.beginRead(memory)
      t.set(started, 1)
      if (variant !== 'signals-without-resv' && variant !== 'long-job') {
        t.wwLockPlain(bo)
        t.wwUnlock(bo)
      }
      t.endRead(memory)
      t.signal(fence)
    })

    if (variant === 'msm-shrinker') {
      const skip = (t: KernelPath): void => t.local('skip the buffer')
      m.shrinker('msm_gem_shrinker', (t) =>
        t.wwTrylockPlain(bo, {
          got: () => {
            t.select({
              idle: () => {
                t.at('drivers/gpu/drm/msm/msm_gem_shrinker.c: wait_for_idle()').wait(fence)
                t.at('drivers/gpu/drm/msm/msm_gem_shrinker.c: active_purge()').freeBuffer(memory)
              },
              'ten jiffies are over': () => skip(t),
            })
            t.wwUnlock(bo)
          },
          missed: () => skip(t),
        }),
      )
      m.thread('other-task', (t) => {
        t.await(started)
        t.allocKernel()
      })
    } else if (variant === 'last-reference')
      m.worker('last-put', (t) => {
        t.await(started)
        t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_release()').waitTimeout(fence, { timeout: () => {} })
        t.freeBuffer(memory)
      })
    else if (variant === 'move')
      m.thread('validate', (t) => {
        t.await(started)
        t.wwLockPlain(bo)
        t.at('drivers/gpu/drm/ttm/ttm_bo.c: ttm_bo_wait_ctx()').waitTimeout(fence, {
          timeout: () => {
            t.wwUnlock(bo)
            t.end()
          },
        })
        t.local('move by memcpy()')
        t.freeBuffer(memory)
        t.wwUnlock(bo)
      })
    else
      m.thread('pushbuf', (t) => {
        t.await(started)
        t.wwLockPlain(bo)
        t.at('drivers/gpu/drm/nouveau/nouveau_gem.c: nouveau_gem_pushbuf_reloc_apply()')
        if (variant === 'signals-without-resv' && timeouts === 'success') t.wait(fence)
        else
          t.waitTimeout(fence, {
            timeout: () => {
              t.wwUnlock(bo)
              t.end()
            },
          })
        t.at('drivers/gpu/drm/nouveau/nouveau_bo.c: nouveau_bo_wr32()').writeBuffer(memory)
        t.wwUnlock(bo)
      })
  },
)
