// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { holds, misuse, type Expected, type Fact } from './fact.ts'

// Fences that take the place of others, beyond `dma-resv.ts`.

interface Objects {
  readonly r: ObjectHandle<'resv'>
  readonly f: ObjectHandle<'fence'>
  readonly g: ObjectHandle<'fence'>
  readonly h: ObjectHandle<'fence'>
}
type Script = (t: T, o: Objects) => void

const over =
  (write: Script, more: (m: M, o: Objects) => void = () => {}) =>
  (m: M): void => {
    const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
    const o = { r, f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
    m.thread('a', (t) => {
      t.wwLockPlain(r)
      write(t, o)
      t.wwUnlock(r)
    })
    more(m, o)
  }
const add = (t: T, { r }: Objects, fence: Objects['f'], usage?: number): void => {
  t.reserveFences(r)
  t.addFence(r, { fence, ...(usage !== undefined && { usage }) })
}
const late: Expected = {
  verdict: 'violated',
  kind: 'dropped-dependency',
  code: 'replaced-signals-late',
  objects: ['r'],
}

/** `f` is in the reservation; `g` takes its place in one of the two ways; then they signal in this order. */
const ways = {
  replaceFences: (t: T, { r, f, g }: Objects) => t.replaceFences(r, { old: f, fence: g }),
  addExclusive: (t: T, { r, g }: Objects) => t.addExclusive(r, { fence: g }),
} as const
const replacing = Object.keys(ways) as readonly (keyof typeof ways)[]

const order: readonly Fact[] = replacing.flatMap((way): Fact[] => {
  const taken: Script = (t, o) => (add(t, o, o.f), ways[way](t, o))
  // What replaceFences drops may be unsignalled: valid is what covers the end of the operation that needed the buffer.
  const early = way === 'addExclusive' ? late : holds
  return [
    {
      name: `${way}: the new fence ${way === 'addExclusive' ? 'must not' : 'may'} signal before the one whose place it takes`,
      build: over((t, o) => (taken(t, o), t.signal(o.g), t.signal(o.f))),
      expected: early,
    },
    {
      name: `${way}: after it, it may`,
      build: over((t, o) => (taken(t, o), t.signal(o.f), t.signal(o.g))),
      expected: holds,
    },
    {
      name: `${way}: what was signalled already may be replaced by anything`,
      build: over((t, o) => {
        add(t, o, o.f)
        t.signal(o.f)
        ways[way](t, o)
        t.signal(o.g)
      }),
      expected: holds,
    },
    {
      name: `${way}: one that never signals is waited for by nobody, but it is owed`,
      build: over((t, o) => taken(t, o)),
      expected: { verdict: 'violated', kind: 'unsignalled-fence' },
    },
    {
      name: `${way}: signallers that do not wait for each other are ${way === 'addExclusive' ? 'caught' : 'fine'}`,
      build: over(taken, (m, { f, g }) => {
        m.hardware('old', (t) => t.signal(f))
        m.hardware('new', (t) => t.signal(g))
      }),
      expected: early,
    },
    {
      name: `${way}: a new fence that depends on the old one is fine`,
      build: over(taken, (m, { f, g }) => {
        m.hardware('old', (t) => t.signal(f))
        m.worker('new', (t) => (t.wait(f), t.signal(g)))
      }),
      expected: holds,
    },
    {
      name: `${way}: a new fence that is signalled already ${way === 'addExclusive' ? 'gives the old one up' : 'is a stub: fine'}`,
      build: over((t, o) => {
        add(t, o, o.f)
        t.signal(o.g)
        ways[way](t, o)
        t.signal(o.f)
      }),
      expected: early,
    },
    {
      name: `${way}: it is not noticed that a fence which was never there signals late`,
      build: over((t, o) => {
        ways[way](t, o)
        t.signal(o.g)
        t.signal(o.f)
      }),
      expected: holds,
    },
    {
      name: `${way} publishes the new fence`,
      build: over((t, o) => (taken(t, o), t.signal(o.f))),
      expected: { verdict: 'violated', kind: 'unsignalled-fence', objects: ['g'] },
    },
    {
      name: `${way} without the lock is misuse`,
      build: (m) => {
        const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
        const o = { r, f: m.fence('f'), g: m.fence('g'), h: m.fence('h') }
        m.thread('a', (t) => ways[way](t, o))
      },
      expected: misuse('add-unlocked', 'a', 'r'),
    },
    {
      name: `${way}: a wait covers the new fence`,
      build: over(
        (t, o) => (taken(t, o), t.signal(o.f), t.signal(o.g)),
        (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
      ),
      after: [
        'a: wwLockPlain r',
        'a: reserveFences r',
        'a: addFence r',
        `a: ${way} r${way === 'replaceFences' ? ' #2' : ''}`,
        'w: waitFences r -> waiting',
        'a: signal f',
      ],
      enabled: [],
      enabledOf: ['w'],
    },
    {
      name: `${way}: a wait does not cover the old one`,
      build: over(
        (t, o) => (taken(t, o), t.signal(o.g), t.signal(o.f)),
        (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
      ),
      after: [
        'a: wwLockPlain r',
        'a: reserveFences r',
        'a: addFence r',
        `a: ${way} r${way === 'replaceFences' ? ' #2' : ''}`,
        'a: signal g',
      ],
      enabled: ['w: waitFences r'],
      enabledOf: ['w'],
    },
    {
      name: `${way}: who waited for the old one before goes on waiting for it`,
      build: over(
        (t, o) => (taken(t, o), t.signal(o.g), t.signal(o.f)),
        (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
      ),
      after: [
        'a: wwLockPlain r',
        'a: reserveFences r',
        'a: addFence r',
        'w: waitFences r -> waiting',
        `a: ${way} r${way === 'replaceFences' ? ' #2' : ''}`,
        'a: signal g',
      ],
      enabled: [],
      enabledOf: ['w'],
    },
  ]
})

/** Rule R30 (docs/contract.md). */
export const resvReplaceFacts: readonly Fact[] = [
  ...order,
  {
    name: 'addExclusive drops every fence, shared ones too',
    build: over((t, o) => {
      add(t, o, o.f, 3)
      add(t, o, o.h, 4)
      t.addExclusive(o.r, { fence: o.g })
      t.signal(o.f)
      t.signal(o.g)
      t.signal(o.h)
    }),
    expected: late,
  },
  {
    name: 'addExclusive that signals after all of them is fine',
    build: over((t, o) => {
      add(t, o, o.f, 3)
      add(t, o, o.h, 4)
      t.addExclusive(o.r, { fence: o.g })
      t.signal(o.f)
      t.signal(o.h)
      t.signal(o.g)
    }),
    expected: holds,
  },
  {
    name: 'replaceFences replaces one, and leaves the others where they are',
    build: over((t, o) => {
      add(t, o, o.f)
      add(t, o, o.h)
      t.replaceFences(o.r, { old: o.f, fence: o.g })
      t.signal(o.f)
      t.signal(o.g)
      t.signal(o.h)
    }),
    expected: holds,
  },
  {
    name: 'an exclusive fence that takes its own place gives nothing up',
    build: over((t, o) => {
      add(t, o, o.g)
      t.addExclusive(o.r, { fence: o.g })
      t.signal(o.g)
    }),
    expected: holds,
  },
  {
    name: 'a chain of exclusive fences: the last one must not signal before the first',
    build: over((t, o) => {
      t.addExclusive(o.r, { fence: o.f })
      t.addExclusive(o.r, { fence: o.g })
      t.addExclusive(o.r, { fence: o.h })
      t.signal(o.h)
      t.signal(o.g)
      t.signal(o.f)
    }),
    expected: late,
  },
  {
    name: 'adding a fence beside another one replaces nothing',
    build: over((t, o) => {
      add(t, o, o.f)
      add(t, o, o.g)
      t.signal(o.g)
      t.signal(o.f)
    }),
    expected: holds,
  },
  {
    name: 'replacing what is not in the reservation adds nothing',
    build: over(
      (t, o) => t.replaceFences(o.r, { old: o.f, fence: o.g }),
      (m, { r }) => m.thread('w', (t) => t.waitFences(r)),
    ),
    after: ['a: wwLockPlain r', 'a: replaceFences r'],
    enabled: ['w: waitFences r'],
    enabledOf: ['w'],
  },
  ...([1, 2, 3, 4] as const).map((usage): Fact => ({
    name: `replaceFences with usage ${usage} is covered by a wait for ${usage}, not for less`,
    build: over((t, o) => {
      add(t, o, o.f)
      t.replaceFences(o.r, { old: o.f, fence: o.g, usage })
      for (const asked of [1, 2, 3, 4])
        t.testSignaled(o.r, {
          usage: asked,
          idle: () => t.assert(asked < usage ? 1 : 0, 'covered'),
          busy: () => t.assert(asked < usage ? 0 : 1, 'not covered'),
        })
      t.signal(o.f)
      t.signal(o.g)
    }),
    expected: holds,
  })),
  {
    name: 'replacing by a signalled stub leaves nothing to wait for, though the old fence has not signalled',
    build: over((t, o) => {
      add(t, o, o.f)
      t.signal(o.g)
      t.replaceFences(o.r, { old: o.f, fence: o.g })
      t.waitFences(o.r)
      t.signal(o.f)
    }),
    expected: holds,
  },
  ...([1, 2, 3, 4] as const).flatMap((had) =>
    ([1, 2, 3, 4] as const).map((usage): Fact => ({
      name: `replaceFences with usage ${usage} by a fence that has ${had} already leaves it the stronger one`,
      build: over((t, o) => {
        add(t, o, o.f)
        add(t, o, o.g, had)
        t.replaceFences(o.r, { old: o.f, fence: o.g, usage })
        const stronger = Math.min(had, usage)
        for (const asked of [1, 2, 3, 4])
          t.testSignaled(o.r, {
            usage: asked,
            idle: () => t.assert(asked < stronger ? 1 : 0, 'covered'),
            busy: () => t.assert(asked < stronger ? 0 : 1, 'not covered'),
          })
        t.signal(o.f)
        t.signal(o.g)
      }),
      expected: holds,
    })),
  ),
  {
    name: 'replacing what an exclusive fence has replaced since does not forget that it must wait',
    build: over((t, o) => {
      add(t, o, o.f)
      t.addExclusive(o.r, { fence: o.g })
      t.replaceFences(o.r, { old: o.g, fence: o.h })
      t.signal(o.g)
      t.signal(o.f)
      t.signal(o.h)
    }),
    expected: late,
  },
  {
    name: 'replacing needs no slot',
    build: over((t, o) => {
      t.addExclusive(o.r, { fence: o.f })
      t.replaceFences(o.r, { old: o.f, fence: o.g })
      t.signal(o.f)
      t.signal(o.g)
    }),
    expected: holds,
  },
]
