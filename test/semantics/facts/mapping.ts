// SPDX-License-Identifier: Apache-2.0
import type { ObjectHandle } from '#model/handle'
import type { T } from '../../fixtures/models.ts'
import { hazard, holds, misuse, type Expected, type Fact } from './fact.ts'

interface Mapped {
  readonly b: ObjectHandle<'buffer'>
  readonly v: ObjectHandle<'mapping'>
  readonly w: ObjectHandle<'mapping'>
}
type Script = (t: T, o: Mapped) => void

/** A buffer with two mappings `v` and `w`; `a` does all that after what `other` does. */
const after = (name: string, before: Script, write: Script, expected: Expected): Fact => ({
  name,
  build: (m) => {
    const b = m.buffer('b')
    const o = { b, v: m.mapping('v', { buffer: b }), w: m.mapping('w', { buffer: b }) }
    const done = m.flag('done')
    m.thread('other', (t) => (before(t, o), t.set(done, 1)))
    m.thread('a', (t) => {
      t.await(done)
      write(t, o)
    })
  },
  expected,
})
const alone = (name: string, write: Script, expected: Expected): Fact => after(name, () => {}, write, expected)

const mapped: Script = (t, { v }) => t.mapBuffer(v)
const move: Script = (t, { b }) => (t.beginMove(b, { placement: 1 }), t.endMove(b))
const moved: Script = (t, o) => (mapped(t, o), move(t, o))
const gone: Script = (t, o) => (moved(t, o), t.releaseOld(o.b))
const read: Script = (t, { v }) => t.readMapped(v)
const write: Script = (t, { v }) => t.writeMapped(v)
const remap: Script = (t, { v }) => (t.unmapBuffer(v), t.mapBuffer(v))

const uaf = hazard('use-after-free', 'access-after-free', 'a', 'v')
const dropped = (code: string): Expected => hazard('dropped-dependency', code, 'a', 'v')
const stale = hazard('stale-data', 'read-unready', 'a', 'v')

const accesses = [
  ['readMapped', read],
  ['writeMapped', write],
] as const

/** Rules R33 and R36 (docs/contract.md). */
export const mappingFacts: readonly Fact[] = [
  ...accesses.flatMap(([access, perform]): Fact[] => [
    alone(`${access} through a mapping is fine`, (t, o) => (mapped(t, o), perform(t, o)), holds),
    after(`${access} through a mapping of another process is fine`, mapped, perform, holds),
    alone(`${access} where nothing was ever mapped is a page fault`, perform, misuse('unhandled-unmapped', 'a', 'v')),
    after(
      `${access} after somebody has unmapped is a page fault`,
      (t, o) => (mapped(t, o), t.unmapBuffer(o.v)),
      perform,
      misuse('unhandled-unmapped', 'a', 'v'),
    ),
    alone(
      `${access} where a page fault is handled takes it`,
      (t, { v }) => {
        if (access === 'readMapped') t.readMapped(v, { ok: () => t.unreachable('mapped'), unmapped: () => {} })
        else t.writeMapped(v, { ok: () => t.unreachable('mapped'), unmapped: () => {} })
      },
      holds,
    ),
    alone(
      `${access} of what is mapped takes no page fault`,
      (t, { v }) => {
        t.mapBuffer(v)
        if (access === 'readMapped') t.readMapped(v, { unmapped: () => t.unreachable('not mapped') })
        else t.writeMapped(v, { unmapped: () => t.unreachable('not mapped') })
      },
      holds,
    ),
    after(`${access} after a move and its old memory’s release is a use after free`, gone, perform, uaf),
    after(
      `${access} after the buffer was freed is a use after free`,
      (t, o) => (mapped(t, o), t.freeBuffer(o.b)),
      perform,
      uaf,
    ),
    after(`${access} after the mapping was made anew is fine`, gone, (t, o) => (remap(t, o), perform(t, o)), holds),
    after(
      `${access} through one mapping has nothing to do with another one`,
      (t, o) => (mapped(t, o), t.mapBuffer(o.w), t.unmapBuffer(o.w)),
      perform,
      holds,
    ),
    after(
      `${access} through a mapping made after the move is fine while the old memory is released`,
      (t, o) => (move(t, o), mapped(t, o), t.releaseOld(o.b)),
      perform,
      holds,
    ),
    after(
      `${access} after a second mapBuffer without unmapping points at the new memory`,
      (t, o) => (moved(t, o), mapped(t, o), t.releaseOld(o.b)),
      perform,
      holds,
    ),
    after(
      `${access} through a mapping of a buffer that was freed and unmapped is a page fault`,
      (t, o) => (mapped(t, o), t.freeBuffer(o.b), t.unmapBuffer(o.v)),
      perform,
      misuse('unhandled-unmapped', 'a', 'v'),
    ),
  ]),
  after('reading the old memory while it is there is the right contents', moved, read, holds),
  after('writing to the old memory is lost', moved, write, dropped('write-lost')),
  after(
    'reading the old memory while the copy runs is the right contents',
    (t, o) => (mapped(t, o), t.beginMove(o.b, { placement: 1 })),
    read,
    holds,
  ),
  after(
    'reading the old memory while somebody writes the new one is not disturbed',
    (t, o) => (moved(t, o), t.beginWrite(o.b)),
    read,
    holds,
  ),
  after(
    'writing to the old memory while the copy runs is lost',
    (t, o) => (mapped(t, o), t.beginMove(o.b, { placement: 1 })),
    write,
    dropped('write-lost'),
  ),
  after(
    'reading through a mapping made during a move sees stale data',
    (t, o) => (t.beginMove(o.b, { placement: 1 }), mapped(t, o)),
    read,
    stale,
  ),
  after(
    'writing through one is overwritten',
    (t, o) => (t.beginMove(o.b, { placement: 1 }), mapped(t, o)),
    write,
    dropped('write-in-parallel'),
  ),
  after(
    'reading through a mapping while the buffer is cleared sees stale data',
    (t, o) => (mapped(t, o), t.beginClear(o.b)),
    read,
    stale,
  ),
  after(
    'writing through a mapping while the buffer is cleared is overwritten',
    (t, o) => (mapped(t, o), t.beginClear(o.b)),
    write,
    dropped('write-in-parallel'),
  ),
  after(
    'reading through a mapping while somebody writes sees half of it',
    (t, o) => (mapped(t, o), t.beginWrite(o.b)),
    read,
    stale,
  ),
  after(
    'writing through a mapping while somebody writes runs in parallel',
    (t, o) => (mapped(t, o), t.beginWrite(o.b)),
    write,
    dropped('write-in-parallel'),
  ),
  after(
    'writing through a mapping while somebody reads runs in parallel',
    (t, o) => (mapped(t, o), t.beginRead(o.b)),
    write,
    dropped('write-in-parallel'),
  ),
  after(
    'reading through a mapping while somebody reads is fine',
    (t, o) => (mapped(t, o), t.beginRead(o.b)),
    read,
    holds,
  ),
  after(
    'writing through a mapping beside a reader of the old memory is fine',
    (t, o) => (t.beginRead(o.b), move(t, o), mapped(t, o)),
    write,
    holds,
  ),
  after('mapping a freed buffer is a use after free', (t, { b }) => t.freeBuffer(b), mapped, uaf),
  after(
    'unmapping after the buffer was freed is fine',
    (t, o) => (mapped(t, o), t.freeBuffer(o.b)),
    (t, { v }) => t.unmapBuffer(v),
    holds,
  ),
  alone('unmapping what is not mapped does nothing', (t, { v }) => t.unmapBuffer(v), holds),
  {
    name: 'mappings of another buffer stay as they are',
    build: (m) => {
      const [b, c] = [m.buffer('b'), m.buffer('c')]
      const [v, w] = [m.mapping('v', { buffer: b }), m.mapping('w', { buffer: c })]
      m.thread('a', (t) => {
        t.mapBuffer(v)
        t.mapBuffer(w)
        t.freeBuffer(b)
        t.readMapped(w)
        t.writeMapped(w)
      })
    },
    expected: holds,
  },
  {
    name: 'no operation on a mapping sleeps',
    build: (m) => {
      const [b, l] = [m.buffer('b'), m.spinlock('l')]
      const v = m.mapping('v', { buffer: b })
      m.thread('a', (t) => {
        t.spinLock(l)
        t.mapBuffer(v)
        t.readMapped(v)
        t.writeMapped(v)
        t.unmapBuffer(v)
        t.spinUnlock(l)
      })
    },
    expected: holds,
  },
  ...(['zaps', 'keeps'] as const).map((importer): Fact => ({
    name: `an importer that ${importer} its mapping when the buffer moves ${importer === 'zaps' ? 'never sees' : 'goes on using'} the old memory`,
    build: (m) => {
      const b = m.buffer('b')
      const [v, submitted] = [m.mapping('v', { buffer: b, view: 1 }), m.flag('submitted')]
      m.thread('exporter', (t) => {
        if (importer === 'zaps') t.unmapBuffer(v)
        t.beginMove(b, { placement: 1 })
        t.endMove(b)
        t.releaseOld(b)
        t.set(submitted, 1)
      })
      m.hardware('nic', (t) => {
        t.readMapped(v, { unmapped: () => {} })
        t.await(submitted)
        t.readMapped(v, { unmapped: () => {} })
      })
    },
    expected: importer === 'zaps' ? holds : hazard('use-after-free', 'access-after-free', 'nic', 'v'),
  })),
]
