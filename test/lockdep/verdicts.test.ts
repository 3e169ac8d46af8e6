// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { checkStory } from '#check/check-story'
import { storyOf } from '#lockdep/stories/story-of'
import { fixtures, reportOf, textOf } from './fixture.ts'

interface Expected {
  readonly verdict: 'violated' | 'holds' | 'unknown'
  readonly kind?: string
  readonly shape?: string
  /** Who is stuck. */
  readonly processes?: readonly string[]
  readonly why: string
}

/** What a person finds who thinks the report through. */
const expected: Readonly<Record<string, Expected>> = {
  'circular-reclaim': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'cycle',
    processes: ['pump_calibrate()', 'kworker/u8:2/77'],
    why: 'in reclaim',
  },
  'circular-flush-quoted-wrapped': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'cycle',
    processes: ['lid (old)/310', '(wq_completion)tank#2/0', 'a writer of &tank->level'],
    why: 'flush_workqueue()',
  },
  'circular-2.6.18': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'cycle',
    processes: ['boat_depart()', 'cp/2101'],
    why: '&boat->anchor',
  },
  'circular-page-fault': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'cycle',
    processes: ['well_ioctl()', 'bucket/9'],
    why: 'mmap_lock',
  },
  'circular-notifier': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'self',
    processes: ['owl_build()'],
    why: 'in reclaim',
  },
  'circular-ticket': {
    verdict: 'holds',
    why: `stuck only if who takes the ticket with '&loom->thread_lock' held goes on`,
  },
  'circular-trylock': { verdict: 'holds', why: 'trylock' },
  'circular-readers': { verdict: 'holds', why: 'it would take a writer' },
  'circular-readers-and-writer': {
    verdict: 'violated',
    kind: 'deadlock',
    processes: ['hen_leave()', 'hen/7', 'a writer of &coop->door'],
    why: 'queued',
  },
  'recursive-one-object': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'self',
    processes: ['fox/12'],
    why: 'holds itself',
  },
  'recursive-two-objects': { verdict: 'holds', why: 'it would have to be the same one' },
  'inconsistent-softirq': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'irq',
    processes: ['kite_launch()', 'kite_timer()'],
    why: 'is interrupted by',
  },
  'inconsistent-reclaim-3.10': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'self',
    processes: ['barn_fill()'],
    why: 'in reclaim',
  },
  'irq-inversion-took': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'irq',
    processes: ['bell_pull()', 'bell_irq()', 'clapper_hang()', 'tower_tie()'],
    why: 'is interrupted by',
  },
  'irq-inversion-taken': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'irq',
    processes: ['gong_polish()', 'gong_tasklet()', 'gong_strike()'],
    why: 'is interrupted by',
  },
  'safe-unsafe': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'irq',
    processes: ['oven_load()', 'oven_irq()', 'cook/55', 'rack_slide()'],
    why: 'is interrupted by',
  },
  'wait-context-mutex': { verdict: 'violated', kind: 'misuse', processes: ['smith/81'], why: 'sleep-in-atomic' },
  'wait-context-rt': { verdict: 'unknown', why: 'PREEMPT_RT' },
  'held-lock-freed': { verdict: 'unknown', why: 'freed while it is held' },
  'hung-task-mutexes': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'cycle',
    processes: ['left:201', 'right:202'],
    why: '&loft->west',
  },
  'hung-task-fence': {
    verdict: 'violated',
    kind: 'deadlock',
    shape: 'cycle',
    processes: ['ring1:71', 'dyer:72'],
    why: 'provided that the fence that is waited for is one that ring1:71 would signal',
  },
}

test('every report has its verdict here', () => {
  expect(fixtures.filter((name) => name !== 'several')).toEqual(Object.keys(expected).toSorted())
})

const judge = (text: string) => checkStory(storyOf(reportOf(text)), 'report.txt')

test.each(Object.entries(expected))('%s', async (name, { verdict, kind, shape, processes, why }) => {
  const judged = await judge(textOf(name))
  const violation = judged.result?.violation
  expect(judged.verdict).toBe(verdict)
  expect(violation?.kind).toBe(kind)
  if (shape !== undefined) expect(violation?.shape).toBe(shape)
  if (processes !== undefined) expect(violation!.processes.toSorted()).toEqual(processes.toSorted())
  expect(judged.why).toContain(why)
  // Nothing in the model is there for show: every step of a circle that closes is one that somebody can take.
  if (verdict === 'violated') expect(judged.result!.findings).toEqual([])
})

/** The other way to each verdict: one word of the report is another. */
test.each([
  ['a lock instead of a trylock', 'circular-trylock', 'mutex_trylock', 'mutex_lock', 'violated'],
  ['a trylock instead of a lock', 'circular-page-fault', '__mutex_lock', 'mutex_trylock', 'holds'],
  [
    'a section instead of a fence wait',
    'circular-reclaim',
    '__dma_fence_might_wait',
    'dma_fence_begin_signalling',
    'holds',
  ],
  ['one object instead of two', 'recursive-two-objects', 'ffff8880aaaa2220', 'ffff8880aaaa1110', 'violated'],
  ['no addresses', 'recursive-two-objects', /ffff8880aaaa..../g, '(ptrval)', 'violated'],
  ['a spinlock instead of a mutex', 'wait-context-mutex', '__mutex_lock', '_raw_spin_lock', 'unknown'],
] as const)('with %s', async (_, name, before, after, verdict) => {
  const text = textOf(name)
  const changed = text.replace(before, after)
  expect(changed).not.toBe(text)
  expect((await judge(text)).verdict).not.toBe(verdict)
  expect((await judge(changed)).verdict).toBe(verdict)
})

test('what NMIs do is read, and not modelled', async () => {
  const text = textOf('inconsistent-softirq')
    .replaceAll('{SOFTIRQ-ON-W}', '{INITIAL USE}')
    .replaceAll('{IN-SOFTIRQ-W}', '{IN-NMI}')
  const { verdict, why, story } = await judge(text)
  expect([verdict, why, story.classes]).toEqual(['unknown', 'NMIs are not modelled', ['&kite->string']])
})

test('steps stand for lines of the report, and objects have the names of its classes', async () => {
  const { result } = await judge(textOf('circular-reclaim'))
  const places = result!.violation!.explanation.table.map(({ at, kernel }) => [at, kernel])
  expect(places).toEqual(
    expect.arrayContaining([
      ['report.txt:17', 'dma_resv_lockdep+0x201/0x310'],
      ['report.txt:30', 'pump_close_valves+0x24/0x90 [pump]'],
    ]),
  )
})

test('a circle that is too long to be searched is unknown, not a long wait', async () => {
  const n = 60
  const entries = Array.from({ length: n + 1 }, (_, k) => `-> #${n - k} (l${n - k}){+.+.}:\n f${n - k}+0x1/0x2\n`)
  const judged = await judge(`WARNING: possible circular locking\nthe existing dependency chain\n${entries.join('')}`)
  expect(judged.verdict).toBe('unknown')
  expect(judged.why).toContain('too long')
  expect(judged.story.classes).toHaveLength(n + 1)
})
