// SPDX-License-Identifier: Apache-2.0
import { and, field, model, not, or } from 'fencecheck'

/**
 * N drivers share one reservation. Submit publishes a fence under it, a worker signals the fence after taking the
 * driver's lock, an ioctl takes that lock too, and two evictors wait for every published fence while they hold the
 * reservation. `in-turn` waits for the fences one after another; `atomic` for all of them in one step, as one
 * reservation wait would, which makes the drivers interchangeable.
 */
export default model(
  'bench/fence-farm',
  {
    summary: 'N drivers publish fences under one reservation; two evictors wait for them while they hold it.',
    abstracts: ['The reservation is a plain mutex; waits look at fences published at that moment.'],
    variants: { 'in-turn': 'holds', atomic: 'holds' },
    params: { N: { min: 1, max: 16, default: 2, what: 'drivers' } },
  },
  (m, variant, { N }) => {
    const R = m.mutex('R')
    const settled: ReturnType<typeof or>[] = []
    m.copies('driver', N, (c) => {
      const d = c.mutex('d')
      const f = c.fence('f')
      settled.push(or(not(field(f, 'published')), field(f, 'signalled')))
      c.thread('submit', (t) => {
        t.lock(R)
        t.publish(f)
        t.unlock(R)
      })
      c.worker('worker', (t) => {
        t.await(field(f, 'published'))
        t.lock(d)
        t.unlock(d)
        t.signal(f)
      })
      c.thread('ioctl', (t) => {
        t.lock(d)
        t.unlock(d)
      })
    })
    for (const name of ['evictor0', 'evictor1'])
      m.thread(name, (t) => {
        t.lock(R)
        if (variant === 'atomic') t.await(and(...settled))
        else for (const done of settled) t.await(done)
        t.unlock(R)
      })
  },
)
