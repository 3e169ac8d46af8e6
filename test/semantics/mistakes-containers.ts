// SPDX-License-Identifier: Apache-2.0
import { kernelPrimitives } from '#semantics/primitives/index'
import type { PExpr, Primitive, PSet } from '#semantics/primitive'
import { all, any, its, no, positive, the } from '#semantics/vocabulary'
import type { Mistake } from './mistakes.ts'
import { withArrows, withOperation, without } from './mutants.ts'

const { fenceContext, fenceArray, fenceChain, syncobj, mempool, mmNotifiers, interval } = kernelPrimitives as Readonly<
  Record<keyof typeof kernelPrimitives, Primitive>
>

/** With one expression in the place of another, wherever it stands. */
const rewritten = <T>(whole: T, from: PExpr, to: PExpr): T =>
  JSON.parse(JSON.stringify(whole).replaceAll(JSON.stringify(from), JSON.stringify(to))) as T
/** The end of the last invalidation without one of the things it does to every notifier. */
const ending = (lacks: (effect: PSet) => boolean): Primitive =>
  withOperation(mmNotifiers, 'invalidateEnd', (o) =>
    withArrows(o, (a) => ({
      ...a,
      set: a.set!.map((s) => ('each' in s ? { ...s, do: s.do.filter((effect) => !lacks(effect)) } : s)),
    })),
  )
const assigns =
  (field: string) =>
  (effect: PSet): boolean =>
    'set' in effect ? effect.set.field === field : effect.do.some(assigns(field))
const asked = { param: 'point' } as const
const point = (f: string): PExpr => its('point', f)

/** Mistakes in timelines, containers of fences, pools and interval notifiers that change more than one place. */
export const containerMistakes: readonly Mistake[] = [
  {
    name: 'a timeline whose fences may signal in any order',
    primitives: { fenceContext: without(fenceContext, 'always') },
    caughtBy: [
      ['dma-fence-context', 'a later fence that signals first is a timeline out of order'],
      ['dma-fence-context', 'signalling under the lock of the fence counts as well'],
    ],
  },
  {
    name: 'a timeline that does not know what the hardware has completed',
    primitives: { fenceContext: rewritten(fenceContext, ['<=', the('seqno', 'f'), the('completed')], 0) },
    caughtBy: [
      [
        'dma-fence-context',
        'what the hardware has completed may be signalled in any order: somebody polled the later one',
      ],
    ],
  },
  {
    name: 'an array that takes over errors of members that have not signalled',
    primitives: {
      fenceArray: rewritten(fenceArray, all(the('signalled', 'f'), the('error', 'f')), the('error', 'f')),
    },
    caughtBy: [['dma-fence-array', 'with signalOnAny the error of a member that has not signalled is not']],
  },
  {
    name: 'a node of a chain that covers its own fence only',
    primitives: {
      fenceChain: rewritten(
        fenceChain,
        all(positive(point('f')), no(someBetween())),
        all(['<=', asked, point('f')], no(someBetween())),
      ),
    },
    caughtBy: [['dma-fence-chain', 'chainWait of a point needs what is before it, not only its own fence']],
  },
  {
    name: 'a node of a chain that covers all links, also later ones',
    primitives: { fenceChain: rewritten(fenceChain, no(someBetween()), 1) },
    caughtBy: [['dma-fence-chain', 'chainWait of point 1 needs no more than f']],
  },
  {
    name: 'a syncobj whose points cover all links',
    primitives: { syncobj: rewritten(syncobj, no(someBetween()), 1) },
    caughtBy: [['drm-syncobj', 'waitSyncobj of point 2 needs f, g']],
  },
  {
    name: 'a wait for a submission that minds no lock',
    primitives: { syncobj: rewritten(syncobj, any(no(the('lockdep')), { unlocked: true }), 1) },
    caughtBy: [['drm-syncobj', 'findFenceForSubmit with a mutex held is misuse, whether or not it would wait']],
  },
  {
    name: 'a pool whose woken waiters do not reclaim',
    primitives: {
      mempool: withOperation(mempool, 'mempoolAlloc', (o) =>
        withArrows(o, (a) => (a.from === 'waiting' ? without(a, 'enters') : a)),
      ),
    },
    caughtBy: [['mempool', 'mempoolAlloc in no scope may run a shrinker when it is woken']],
  },
  {
    name: 'the end of an invalidation that leaves its number the one under way',
    primitives: { mmNotifiers: ending(assigns('current')) },
    caughtBy: [['mmu-interval', 'after the invalidation a new reader begins at once']],
  },
  {
    name: 'the end of an invalidation that wakes nobody',
    primitives: { mmNotifiers: ending(assigns('waits')) },
    caughtBy: [['mmu-interval', 'until the invalidation is over']],
  },
  {
    name: 'the end of an invalidation that leaves a removed notifier there',
    primitives: { mmNotifiers: ending(assigns('inserted')) },
    caughtBy: [['mmu-interval', 'a removal in an invalidation takes effect with its end, whoever is served first']],
  },
  {
    name: 'a reader that waits for every invalidation, also before its callback',
    primitives: {
      interval: withOperation(interval, 'intervalReadBegin', (o) =>
        rewritten(o, the('current'), positive(the('active', 'mm'))),
      ),
    },
    caughtBy: [
      ['mmu-interval', 'while an invalidation has begun but not written the number, a reader still begins at once'],
    ],
  },
]

/** Some link that is not before the point asked for, and before that of `f`. */
function someBetween(): PExpr {
  return {
    some: 'g',
    in: 'member',
    that: all(['<=', asked, point('g')], ['<', point('g'), point('f')]),
  }
}
