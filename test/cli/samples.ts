// SPDX-License-Identifier: Apache-2.0
// Model files as text, as a user would write them into a folder of their own.

/** Two threads take two mutexes in opposite orders. Line 5 and 6 are where they block. */
export const abba = (id = 'test/abba', head = ''): string => `import { model } from 'fencecheck'
export default model('${id}', { summary: 'Two threads, two orders.', ${head} }, (m) => {
  const a = m.mutex('a')
  const b = m.mutex('b')
  m.thread('p', (t) => { t.lock(a); t.lock(b); t.unlock(b); t.unlock(a) })
  m.thread('q', (t) => { t.lock(b); t.lock(a); t.unlock(a); t.unlock(b) })
})
`

/** Holds, in a handful of states. */
export const quiet = (id = 'test/quiet', head = ''): string => `import { model } from 'fencecheck'
export default model('${id}', { summary: 'One mutex.', ${head} }, (m) => {
  const a = m.mutex('a')
  m.thread('p', (t) => { t.lock(a); t.unlock(a) })
})
`

/** Deadlocks or holds, as the variant says; N threads. */
export const family = `import { model } from 'fencecheck'
export default model(
  'test/family',
  {
    summary: 'Two orders or one.',
    variants: { buggy: 'deadlock', fixed: 'holds' },
    params: { N: { min: 1, max: 3, default: 2, what: 'threads' } },
  },
  (m, variant, { N }) => {
    const [a, b] = [m.mutex('a'), m.mutex('b')]
    m.copies('pair', N, (c, i) => {
      c.thread('t', (t) => {
        const [x, y] = variant === 'buggy' && i % 2 === 1 ? [b, a] : [a, b]
        t.lock(x)
        t.lock(y)
        t.unlock(y)
        t.unlock(x)
      })
    })
  },
)
`

/** Deadlocks only with notifiers, whatever the other switch says; breaks R7. */
export const switched = `import { model } from 'fencecheck'
export default model(
  'test/switched',
  {
    summary: 'Reclaim waits, or not.',
    switches: { notifiers: ['on', 'off'], gpu: ['one', 'two'] },
    rules: ['R7'],
    variants: { waits: { when: { 'notifiers=on': 'deadlock', 'notifiers=off': 'holds' } }, nowait: 'holds' },
  },
  (m, variant, _, { gpu }) => {
    const f = m.fence('f', { published: true })
    m.mmuNotifier('invalidate', (t) => t.wait(f))
    m.thread('s', (t) => {
      if (variant === 'waits') t.allocKernel()
      else t.allocNowait({ enomem: () => {} })
      t.signal(f)
    })
    if (gpu === 'two') m.thread('w', (t) => t.wait(f))
  },
)
`

/** Far too large to exhaust, and not reduced because of what a user may do; says on stderr when it has been built. */
export const endless = `import { add, lt, mod, model, mul } from 'fencecheck'
export default model('test/endless', { summary: 'Two numbers that everybody stirs.', expect: 'holds' }, (m) => {
  const [x, y] = [m.int('x', { max: 999_982 }), m.int('y', { max: 999_958 })]
  for (let i = 1; i < 4; i++)
    m.thread('p' + i, (t) =>
      t.loop(() => {
        t.idle()
        t.when(
          lt(x, 500_000),
          () => t.set(x, mod(add(mul(x, 5), add(y, i)), 999_983)),
          () => t.set(x, mod(add(x, i), 999_983)),
        )
        t.set(y, mod(add(mul(y, 3), add(x, 1)), 999_959))
      }),
    )
  process.stderr.write('started\\n')
})
`

/** A JSON model that deadlocks: one thread takes a mutex twice. */
export const selfDeadlock = (more: object = {}): object => ({
  schema: 'fencecheck-model/1',
  id: 'test/self',
  objects: [{ name: 'a', kind: 'mutex' }],
  bodies: [
    {
      name: 'p',
      initial: 'L0',
      locations: [{ name: 'L0' }, { name: 'L1' }, { name: 'end', rest: true }],
      steps: [
        { at: 'L0', call: { op: 'lock', on: 'a' }, exits: { ok: 'L1' } },
        { at: 'L1', call: { op: 'lock', on: 'a' }, exits: { ok: 'end' } },
      ],
    },
  ],
  processes: [{ name: 'p', body: 'p' }],
  ...more,
})

/** What is in a document, as far as the tests look into it. */
export interface ResultDocument {
  readonly schema: string
  readonly models: readonly (Readonly<Record<string, unknown>> & {
    readonly id: string
    readonly variant: string | null
    readonly verdict: string
    readonly trace: string | null
    readonly because: string | null
  })[]
  readonly errors: readonly { readonly code: string; readonly at: string | null; readonly fix: string | null }[]
}
export const documentOf = (stdout: string): ResultDocument => JSON.parse(stdout) as ResultDocument
