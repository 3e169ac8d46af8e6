// SPDX-License-Identifier: Apache-2.0
import { eq, field } from 'fencecheck'
import type { ObjectHandle } from '#model/handle'
import type { M, T } from '../../fixtures/models.ts'
import { hazard, holds, misuse, unknown, type Expected, type Fact } from './fact.ts'

type Buffer = ObjectHandle<'buffer'>
type Script = (t: T, b: Buffer) => void

/** One process does all that to a buffer. */
const alone = (name: string, write: Script, expected: Expected, init: { readonly unready?: boolean } = {}): Fact => ({
  name,
  build: (m) => {
    const b = m.buffer('b', init)
    m.thread('a', (t) => write(t, b))
  },
  expected,
})

/** First `before` by another process, then `after` by `a`, in that order. */
const then = (name: string, before: Script, after: Script, expected: Expected): Fact => ({
  name,
  build: (m) => {
    const [b, done] = [m.buffer('b'), m.flag('done')]
    m.thread('other', (t) => {
      before(t, b)
      t.set(done, 1)
    })
    m.thread('a', (t) => {
      t.await(done)
      after(t, b)
    })
  },
  expected,
})

const move = (t: T, b: Buffer): void => (t.beginMove(b, { placement: 1 }), t.endMove(b))
const clear = (t: T, b: Buffer): void => (t.beginClear(b), t.endClear(b))
const read = (t: T, b: Buffer): void => (t.beginRead(b), t.endRead(b))
const write = (t: T, b: Buffer): void => (t.beginWrite(b), t.endWrite(b))

const uaf = hazard('use-after-free', 'access-after-free', 'a', 'b')
const stale = (code: string): Expected => hazard('stale-data', code, 'a', 'b')
const dropped = (code: string): Expected => hazard('dropped-dependency', code, 'a', 'b')

/** Every access, by what it does. */
const accesses = {
  readBuffer: (t: T, b: Buffer) => t.readBuffer(b),
  beginRead: (t: T, b: Buffer) => t.beginRead(b),
  writeBuffer: (t: T, b: Buffer) => t.writeBuffer(b),
  beginWrite: (t: T, b: Buffer) => t.beginWrite(b),
  beginMove: (t: T, b: Buffer) => t.beginMove(b, { placement: 1 }),
  beginClear: (t: T, b: Buffer) => t.beginClear(b),
  pinBuffer: (t: T, b: Buffer) => t.pinBuffer(b),
} as const
type Access = keyof typeof accesses
const each = (list: readonly Access[], fact: (access: Access, perform: Script) => Fact): readonly Fact[] =>
  list.map((access) => fact(access, accesses[access]))
const all = Object.keys(accesses) as readonly Access[]
const writers: readonly Access[] = ['writeBuffer', 'beginWrite', 'beginClear']
const readers: readonly Access[] = ['readBuffer', 'beginRead']

const sound: readonly Fact[] = [
  alone('reading and writing a buffer that is there is fine', (t, b) => (t.readBuffer(b), t.writeBuffer(b)), holds),
  alone('accesses of one process one after another are fine', (t, b) => (read(t, b), write(t, b), read(t, b)), holds),
  alone('after a move the contents are there', (t, b) => (move(t, b), t.readBuffer(b), t.writeBuffer(b)), holds),
  alone('after a clear they are too', (t, b) => (clear(t, b), t.readBuffer(b), t.writeBuffer(b)), holds),
  alone('a move after a clear, and a clear after a move', (t, b) => (clear(t, b), move(t, b), clear(t, b)), holds),
  alone('an unused buffer may be freed', (t, b) => t.freeBuffer(b), holds),
  alone('it may be freed after its accesses', (t, b) => (read(t, b), write(t, b), t.freeBuffer(b)), holds),
  alone(
    'what has been unpinned as often as pinned may be moved',
    (t, b) => {
      t.pinBuffer(b)
      t.pinBuffer(b)
      t.unpinBuffer(b)
      t.unpinBuffer(b)
      move(t, b)
      t.freeBuffer(b)
    },
    holds,
  ),
  alone(
    'a pinned buffer may be read, written and cleared',
    (t, b) => {
      t.pinBuffer(b)
      read(t, b)
      write(t, b)
      clear(t, b)
    },
    holds,
  ),
  alone(
    'moves follow one another once the old memory has been released',
    (t, b) => {
      for (let i = 0; i < 3; i++) {
        move(t, b)
        t.releaseOld(b)
      }
    },
    holds,
  ),
  alone(
    'a second move while the first old memory is there is not judged',
    (t, b) => (move(t, b), move(t, b)),
    unknown('bound-hit'),
  ),
  then(
    'a read in flight and one beside it are fine',
    (t, b) => t.beginRead(b),
    (t, b) => read(t, b),
    holds,
  ),
  then('so is a move while somebody reads: the reader has the old memory', (t, b) => t.beginRead(b), move, holds),
  then(
    'a buffer may be pinned while it is used',
    (t, b) => t.beginWrite(b),
    (t, b) => t.pinBuffer(b),
    holds,
  ),
]

const afterFree: readonly Fact[] = [
  ...each(all, (access, perform) =>
    alone(
      `${access} after the memory was given back is a use after free`,
      (t, b) => (t.freeBuffer(b), perform(t, b)),
      uaf,
    ),
  ),
  ...each(all, (access, perform) =>
    then(`${access} after somebody else has freed it is one too`, (t, b) => t.freeBuffer(b), perform, uaf),
  ),
  ...(
    [
      ['reading', 'beginRead', 'endRead'],
      ['writing', 'beginWrite', 'endWrite'],
    ] as const
  ).flatMap(([what, begin, end]): Fact[] => [
    {
      name: `freeing under a ${what} access in flight is a use after free when the access ends`,
      build: (m) => {
        const [b, begun] = [m.buffer('b'), m.flag('begun')]
        m.hardware('gpu', (t) => {
          t[begin](b)
          t.set(begun, 1)
          t[end](b)
        })
        m.thread('a', (t) => (t.await(begun), t.freeBuffer(b)))
      },
      expected: hazard('use-after-free', 'access-after-free', 'gpu', 'b'),
    },
    {
      name: `freeing after the fence of the ${what} access is fine`,
      build: (m) => {
        const [b, f] = [m.buffer('b'), m.fence('f', { published: true })]
        m.hardware('gpu', (t) => {
          t[begin](b)
          t[end](b)
          t.signal(f)
        })
        m.thread('a', (t) => (t.wait(f), t.freeBuffer(b)))
      },
      expected: holds,
    },
    {
      name: `an access that was over (${what}) is not used after the free`,
      build: (m) => {
        const b = m.buffer('b')
        m.thread('a', (t) => {
          t[begin](b)
          t[end](b)
          t.freeBuffer(b)
        })
      },
      expected: holds,
    },
  ]),
  alone('freeing twice is misuse', (t, b) => (t.freeBuffer(b), t.freeBuffer(b)), misuse('double-free', 'a', 'b')),
]

const filling: readonly Fact[] = [
  ...(['beginMove', 'beginClear'] as const).flatMap((fill) =>
    each(readers, (access, perform) =>
      then(
        `${access} before ${fill === 'beginMove' ? 'a move' : 'a clear'} is done sees stale data`,
        accesses[fill],
        perform,
        stale('read-unready'),
      ),
    ),
  ),
  ...(['beginMove', 'beginClear'] as const).flatMap((fill) =>
    each(fill === 'beginMove' ? writers : writers.filter((w) => w !== 'beginClear'), (access, perform) =>
      then(
        `${access} before ${fill === 'beginMove' ? 'a move' : 'a clear'} is done is overwritten by it`,
        accesses[fill],
        perform,
        dropped('write-in-parallel'),
      ),
    ),
  ),
  ...(['beginMove', 'beginClear'] as const).map((fill) =>
    then(
      `a move before ${fill === 'beginMove' ? 'another one' : 'a clear'} is done copies stale data`,
      accesses[fill],
      move,
      stale('move-unready'),
    ),
  ),
  ...each(readers, (access, perform) =>
    then(
      `${access} while somebody writes sees half of it`,
      (t, b) => t.beginWrite(b),
      perform,
      stale('read-while-written'),
    ),
  ),
  ...each(writers, (access, perform) =>
    then(
      `${access} while somebody writes runs in parallel`,
      (t, b) => t.beginWrite(b),
      perform,
      dropped('write-in-parallel'),
    ),
  ),
  ...each(writers, (access, perform) =>
    then(
      `${access} while somebody reads runs in parallel`,
      (t, b) => t.beginRead(b),
      perform,
      dropped('write-in-parallel'),
    ),
  ),
  then(
    'a move while somebody writes may lose what is written',
    (t, b) => t.beginWrite(b),
    move,
    dropped('move-while-written'),
  ),
  {
    name: 'a second clear that begins before the first one is done is an overlapping write',
    build: (m) => {
      const [b, begun] = [m.buffer('b'), m.flag('begun')]
      m.thread('a', (t) => (t.beginClear(b), t.set(begun, 1)))
      m.thread('c', (t) => (t.await(begun), t.beginClear(b)))
    },
    expected: hazard('dropped-dependency', 'write-in-parallel', 'c', 'b'),
  },
  {
    name: 'a clear that nobody began cannot end, of memory that nobody has filled either',
    build: (m) => {
      const b = m.buffer('b', { unready: true })
      m.thread('a', (t) => t.endClear(b))
    },
    expected: misuse('fill-not-begun', 'a', 'b'),
  },
  ...(['endMove', 'endClear'] as const).map((op) =>
    alone(`${op} of what was not begun is misuse`, (t, b) => t[op](b), misuse('fill-not-begun', 'a', 'b')),
  ),
  alone(
    'beginClear of memory that nobody has filled is fine',
    (t, b) => (clear(t, b), t.readBuffer(b), t.writeBuffer(b)),
    holds,
    { unready: true },
  ),
  alone(
    'beginClear of memory that nobody has filled fills nothing yet',
    (t, b) => (t.beginClear(b), t.readBuffer(b)),
    stale('read-unready'),
    { unready: true },
  ),
  ...(
    [
      ['endMove', 'a clear', (t: T, b: Buffer) => t.beginClear(b)],
      ['endClear', 'a move', accesses.beginMove],
    ] as const
  ).map(([op, of, begin]) =>
    alone(
      `${op} does not end ${of}`,
      (t, b) => {
        begin(t, b)
        t[op](b)
      },
      misuse('fill-not-begun', 'a', 'b'),
    ),
  ),
  alone(
    'endMove does not fill memory that a buffer was declared without contents',
    (t, b) => t.endMove(b),
    misuse('fill-not-begun', 'a', 'b'),
    { unready: true },
  ),
  {
    name: 'unready tells a clear from a move',
    build: (m) => {
      const b = m.buffer('b')
      m.thread('a', (t) => {
        t.beginClear(b)
        t.assert(eq(field(b, 'unready'), 3))
        t.endClear(b)
        t.assert(eq(field(b, 'unready'), 0))
        t.beginMove(b, { placement: 1 })
        t.assert(eq(field(b, 'unready'), 2))
        t.endMove(b)
        t.assert(eq(field(b, 'unready'), 0))
      })
    },
    expected: holds,
  },
  ...(['endMove', 'endClear'] as const).map((op) =>
    then(
      `${op} after the buffer was freed is a use after free`,
      op === 'endMove' ? accesses.beginMove : accesses.beginClear,
      (t, b) => (t.freeBuffer(b), t[op](b)),
      uaf,
    ),
  ),
  alone(
    'endMove after the old memory was released is a use after free: the copy needs its source',
    (t, b) => (t.beginMove(b, { placement: 1 }), t.releaseOld(b), t.endMove(b)),
    uaf,
  ),
  {
    name: 'a copy that runs while the old memory is released is a use after free when it ends',
    build: (m) => {
      const [b, submitted] = [m.buffer('b'), m.flag('submitted')]
      m.thread('mover', (t) => {
        t.beginMove(b, { placement: 1 })
        t.set(submitted, 1)
        t.releaseOld(b)
      })
      m.hardware('a', (t) => (t.await(submitted), t.endMove(b)))
    },
    expected: uaf,
  },
  {
    name: 'releasing the old memory after the fence of the copy is fine',
    build: (m) => {
      const [b, f, submitted] = [m.buffer('b'), m.fence('f', { published: true }), m.flag('submitted')]
      m.thread('mover', (t) => {
        t.beginMove(b, { placement: 1 })
        t.set(submitted, 1)
        t.wait(f)
        t.releaseOld(b)
        t.freeBuffer(b)
      })
      m.hardware('copy-engine', (t) => (t.await(submitted), t.endMove(b), t.signal(f)))
    },
    expected: holds,
  },
]

const oldMemory: readonly Fact[] = [
  then(
    'the old memory released under a reader that began before the move',
    (t, b) => {
      t.beginRead(b)
      move(t, b)
      t.releaseOld(b)
      t.endRead(b)
    },
    () => {},
    hazard('use-after-free', 'access-after-free', 'other', 'b'),
  ),
  alone(
    'a reader that began before the move may go on while the old memory stays',
    (t, b) => {
      t.beginRead(b)
      move(t, b)
      t.endRead(b)
      t.releaseOld(b)
    },
    holds,
  ),
  alone(
    'a reader that began after the move has nothing to do with the old memory',
    (t, b) => {
      move(t, b)
      t.beginRead(b)
      t.releaseOld(b)
      t.endRead(b)
    },
    holds,
  ),
  alone(
    'a writer that began after the move has nothing to do with the old memory either',
    (t, b) => {
      move(t, b)
      t.beginWrite(b)
      t.releaseOld(b)
      t.endWrite(b)
    },
    holds,
  ),
  alone(
    'a reader of the old memory outlives the buffer, as long as the old memory does',
    (t, b) => {
      t.beginRead(b)
      move(t, b)
      t.freeBuffer(b)
      t.endRead(b)
      t.releaseOld(b)
    },
    holds,
  ),
  then('a reader of the old memory is in no writer’s way', (t, b) => (t.beginRead(b), move(t, b)), write, holds),
  then('nor in that of a clear', (t, b) => (t.beginRead(b), move(t, b)), clear, holds),
  alone(
    'releasing old memory that is not there is misuse',
    (t, b) => t.releaseOld(b),
    misuse('no-old-memory', 'a', 'b'),
  ),
  alone(
    'releasing it twice is too',
    (t, b) => (move(t, b), t.releaseOld(b), t.releaseOld(b)),
    misuse('no-old-memory', 'a', 'b'),
  ),
]

const calls: readonly Fact[] = [
  alone('ending a read that was not begun is misuse', (t, b) => t.endRead(b), misuse('access-not-begun', 'a', 'b')),
  alone('ending a write that was not begun is misuse', (t, b) => t.endWrite(b), misuse('access-not-begun', 'a', 'b')),
  then(
    'an access is ended by who began it',
    (t, b) => t.beginRead(b),
    (t, b) => t.endRead(b),
    misuse('access-not-begun', 'a', 'b'),
  ),
  then(
    'and a writing one too',
    (t, b) => t.beginWrite(b),
    (t, b) => t.endWrite(b),
    misuse('access-not-begun', 'a', 'b'),
  ),
  ...(['beginRead', 'beginWrite'] as const).flatMap((first) =>
    (['beginRead', 'beginWrite'] as const).map((second) =>
      alone(
        `${second} after ${first} of one process is misuse`,
        (t, b) => (t[first](b), t[second](b)),
        misuse('access-not-ended', 'a', 'b'),
      ),
    ),
  ),
  alone(
    'endRead does not end a write',
    (t, b) => (t.beginWrite(b), t.endRead(b)),
    misuse('access-not-begun', 'a', 'b'),
  ),
  alone(
    'endWrite does not end a read',
    (t, b) => (t.beginRead(b), t.endWrite(b)),
    misuse('access-not-begun', 'a', 'b'),
  ),
  alone('moving a pinned buffer is misuse', (t, b) => (t.pinBuffer(b), move(t, b)), misuse('move-pinned', 'a', 'b')),
  alone(
    'freeing a pinned buffer is misuse',
    (t, b) => (t.pinBuffer(b), t.freeBuffer(b)),
    misuse('free-pinned', 'a', 'b'),
  ),
  alone(
    'pins nest',
    (t, b) => (t.pinBuffer(b), t.pinBuffer(b), t.unpinBuffer(b), move(t, b)),
    misuse('move-pinned', 'a', 'b'),
  ),
  then('anybody’s pin counts', (t, b) => t.pinBuffer(b), move, misuse('move-pinned', 'a', 'b')),
  alone('unpinning what is not pinned is misuse', (t, b) => t.unpinBuffer(b), misuse('unpin-not-pinned', 'a', 'b')),
  alone('a buffer may be declared freed, pinned or unready', (t, b) => t.readBuffer(b), holds),
  ...(
    [
      ['freed', (t: T, b: Buffer) => t.readBuffer(b), uaf],
      ['unready', (t: T, b: Buffer) => t.readBuffer(b), stale('read-unready')],
      ['pins', (t: T, b: Buffer) => move(t, b), misuse('move-pinned', 'a', 'b')],
    ] as const
  ).map(([field, perform, expected]): Fact => ({
    name: `a buffer that starts with ${field} = 1 is as if that had happened`,
    build: (m) => {
      const b = m.buffer('b', { [field]: 1 })
      m.thread('a', (t) => perform(t, b))
    },
    expected,
  })),
  {
    name: 'no operation on the contents sleeps',
    build: (m) => {
      const [b, l] = [m.buffer('b'), m.spinlock('l')]
      m.thread('a', (t) => {
        t.spinLock(l)
        read(t, b)
        write(t, b)
        move(t, b)
        t.releaseOld(b)
        clear(t, b)
        t.pinBuffer(b)
        t.unpinBuffer(b)
        t.readBuffer(b)
        t.writeBuffer(b)
        t.freeBuffer(b)
        t.spinUnlock(l)
      })
    },
    expected: holds,
  },
  {
    name: 'placement says where a move put it',
    build: (m) => {
      const b = m.buffer('b')
      m.thread('a', (t) => {
        t.beginMove(b, { placement: 2 })
        t.assert(eq(field(b, 'placement'), 2))
        t.endMove(b)
        t.assert(eq(field(b, 'placement'), 2))
      })
    },
    expected: holds,
  },
]

/** What the fences of a reservation are for. */
const withFences: readonly Fact[] = ([true, false] as const).flatMap((waits): Fact[] => [
  {
    name: waits
      ? 'an access that waits for the move sees the contents'
      : 'an access that does not wait for the move sees stale data',
    build: moving((t, { r, b }) => {
      if (waits) t.waitFences(r, { usage: 1 })
      t.readBuffer(b)
    }),
    expected: waits ? holds : hazard('stale-data', 'read-unready', 'reader', 'b'),
  },
])

interface Moved {
  readonly r: ObjectHandle<'resv'>
  readonly b: Buffer
}
/** A move as a fence of usage KERNEL, done by a device; a reader comes once the move has been submitted. */
function moving(reader: (t: T, moved: Moved) => void): (m: M) => void {
  return (m) => {
    const r = m.resv('r', { class: m.wwClass('K', { waitDie: true }) })
    const [b, f, submitted] = [m.buffer('b'), m.fence('f'), m.flag('submitted')]
    m.thread('mover', (t) => {
      t.wwLockPlain(r)
      t.reserveFences(r)
      t.addFence(r, { fence: f, usage: 1 })
      t.beginMove(b, { placement: 1 })
      t.wwUnlock(r)
      t.set(submitted, 1)
    })
    m.hardware('copy-engine', (t) => {
      t.idle()
      t.await(submitted)
      t.endMove(b)
      t.signal(f)
    })
    m.thread('reader', (t) => {
      t.await(submitted)
      reader(t, { r, b })
    })
  }
}

export const bufferFacts: readonly Fact[] = [...sound, ...afterFree, ...filling, ...oldMemory, ...calls, ...withFences]
