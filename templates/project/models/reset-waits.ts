import { model } from 'fencecheck'

/**
 * A reset handler takes the lock under which a commit waits for a fence that only the reset signals. With the wait moved out
 * of the lock nobody can wait for ever.
 */
export default model(
  'example/reset-waits',
  {
    summary: 'A wait for a fence under the lock that the reset takes before it signals.',
    sources: ['yours: drivers/gpu/drm/...: function(), version'],
    variants: {
      'wait-under-lock': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['commit', 'reset'],
        objects: ['job_fence', 'modeset_lock'],
      },
      'wait-first': 'holds',
    },
  },
  (m, variant) => {
    const lock = m.mutex('modeset_lock')
    const fence = m.fence('job_fence', { published: true })
    m.thread('commit', (t) => {
      if (variant === 'wait-first') t.wait(fence)
      t.lock(lock)
      if (variant === 'wait-under-lock') t.wait(fence)
      t.unlock(lock)
    })
    m.worker('reset', (t) => {
      t.lock(lock)
      t.unlock(lock)
      t.signal(fence)
    })
  },
)
