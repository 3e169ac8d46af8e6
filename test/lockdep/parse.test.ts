// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { lockAt } from '#lockdep/report/lock'
import { parseReports } from '#lockdep/report/parse'
import { storyOf } from '#lockdep/stories/story-of'
import { fixtures, parsed, reportOf, textOf } from './fixture.ts'

interface Facts {
  readonly kind: string
  readonly kernel: string | undefined
  readonly line: number
  readonly classes: readonly string[]
  readonly edges: readonly string[]
  readonly held: readonly string[]
  readonly tasks: readonly string[]
}

/** Read off the texts by hand. */
const facts: Readonly<Record<string, Facts>> = {
  'circular-reclaim': {
    kind: 'circular',
    kernel: '6.11.2-pump+',
    line: 3,
    classes: ['&pump->valve_lock', 'fs_reclaim', 'dma_fence_map'],
    edges: ['reclaim', 'fence-wait', 'fence-signalling-section'],
    held: ['(wq_completion)pump-reset', '(work_completion)(&pump->reset)', 'dma_fence_map'],
    tasks: ['kworker/u8:2/77'],
  },
  'circular-flush-quoted-wrapped': {
    kind: 'circular',
    kernel: '5.10.0-rc4+',
    line: 6,
    classes: ['(wq_completion)tank#2', '(work_completion)(&tank->refill)', '&tank->level'],
    edges: ['work-flush', 'work-flush', 'work-flush'],
    held: ['&tank->level'],
    tasks: ['lid (old)/310'],
  },
  'circular-2.6.18': {
    kind: 'circular',
    kernel: undefined,
    line: 2,
    classes: ['&boat->anchor', '&boat->sail'],
    edges: ['ordinary-lock', 'ordinary-lock'],
    held: ['&boat->sail'],
    tasks: ['cp/2101'],
  },
  'circular-page-fault': {
    kind: 'circular',
    kernel: '6.4.0',
    line: 1,
    classes: ['&well->rim', '&mm->mmap_lock'],
    edges: ['page-fault', 'ordinary-lock'],
    held: ['&mm->mmap_lock'],
    tasks: ['bucket/9'],
  },
  'circular-notifier': {
    kind: 'circular',
    kernel: '6.7.0',
    line: 1,
    classes: ['&owl->nest', 'fs_reclaim', 'mmu_notifier_invalidate_range_start'],
    edges: ['reclaim', 'notifier', 'notifier'],
    held: [],
    tasks: ['owl/3'],
  },
  'circular-ticket': {
    kind: 'circular',
    kernel: '6.1.9',
    line: 2,
    classes: ['reservation_ww_class_acquire', 'reservation_ww_class_mutex', '&loom->thread_lock'],
    edges: ['acquire-ticket', 'ordinary-lock', 'acquire-ticket'],
    held: ['&loom->thread_lock'],
    tasks: ['compositor/900'],
  },
  'circular-trylock': {
    kind: 'circular',
    kernel: '5.19.0',
    line: 1,
    classes: ['&mill->stone', '&mill->wheel'],
    edges: ['ordinary-lock', 'ordinary-lock'],
    held: [],
    tasks: ['mill/44'],
  },
  'circular-readers': {
    kind: 'circular',
    kernel: '5.12.0-rc8',
    line: 1,
    classes: ['&coop->door', '&coop->perch'],
    edges: ['ordinary-lock', 'ordinary-lock'],
    held: [],
    tasks: ['hen/7'],
  },
  'circular-readers-and-writer': {
    kind: 'circular',
    kernel: '5.12.0-rc8',
    line: 1,
    classes: ['&coop->door', '&coop->perch'],
    edges: ['ordinary-lock', 'ordinary-lock'],
    held: [],
    tasks: ['hen/7'],
  },
  'recursive-one-object': {
    kind: 'recursive',
    kernel: '6.6.0-rc2+',
    line: 2,
    classes: ['&den->hole'],
    edges: ['ordinary-lock'],
    held: ['&den->hole'],
    tasks: ['fox/12'],
  },
  'recursive-two-objects': {
    kind: 'recursive',
    kernel: '6.6.0-rc2+',
    line: 2,
    classes: ['&den->hole'],
    edges: ['ordinary-lock'],
    held: ['&den->hole'],
    tasks: ['fox/12'],
  },
  'inconsistent-softirq': {
    kind: 'inconsistent',
    kernel: '6.3.0-kite',
    line: 2,
    classes: ['&kite->string'],
    edges: ['interrupt'],
    held: ['(&kite->timer)'],
    tasks: ['swapper/1/0'],
  },
  'inconsistent-reclaim-3.10': {
    kind: 'inconsistent',
    kernel: '3.10.0',
    line: 2,
    classes: ['&barn->hay'],
    edges: ['reclaim'],
    held: [],
    tasks: ['kswapd0/30'],
  },
  'irq-inversion-took': {
    kind: 'irq-inversion',
    kernel: '5.15.0',
    line: 2,
    classes: ['&bell->clapper', '&bell->tower', '&bell->rope'],
    edges: ['ordinary-lock', 'ordinary-lock', 'interrupt'],
    held: [],
    tasks: ['swapper/0/0'],
  },
  'irq-inversion-taken': {
    kind: 'irq-inversion',
    kernel: '4.19.0',
    line: 1,
    classes: ['&gong->mallet', '&gong->frame'],
    edges: ['ordinary-lock', 'interrupt'],
    held: [],
    tasks: ['monk/5'],
  },
  'safe-unsafe': {
    kind: 'safe-unsafe',
    kernel: '6.8.0',
    line: 2,
    classes: ['&oven->door', '&oven->rack', '&oven->tray'],
    edges: ['ordinary-lock', 'ordinary-lock', 'interrupt'],
    held: ['&oven->door'],
    tasks: ['cook/55'],
  },
  'wait-context-mutex': {
    kind: 'wait-context',
    kernel: '6.12.0-rc1',
    line: 2,
    classes: ['&forge->anvil', '&forge->fire'],
    edges: ['ordinary-lock'],
    held: ['&forge->shop', '&forge->anvil'],
    tasks: ['smith/81'],
  },
  'wait-context-rt': {
    kind: 'wait-context',
    kernel: '6.12.0-rc1',
    line: 2,
    classes: ['&forge->anvil', '&forge->fire'],
    edges: ['ordinary-lock'],
    held: ['&forge->shop', '&forge->anvil'],
    tasks: ['smith/81'],
  },
  'held-lock-freed': {
    kind: 'held-lock-freed',
    kernel: '5.4.0+',
    line: 2,
    classes: ['&lamp->wick'],
    edges: [],
    held: ['&lamp->wick'],
    tasks: ['moth/19'],
  },
  'hung-task-mutexes': {
    kind: 'hung-task',
    kernel: '6.1.20',
    line: 1,
    classes: ['&loft->east', '&loft->west'],
    edges: ['ordinary-lock', 'ordinary-lock'],
    held: ['rcu_read_lock', '&loft->east', '&loft->west', '&loft->west', '&loft->east'],
    tasks: ['left:201', 'right:202'],
  },
  'hung-task-fence': {
    kind: 'hung-task',
    kernel: '6.15.0',
    line: 1,
    classes: ['dma_fence', 'mutex of spin_run_job'],
    edges: ['fence-signalling-section', 'fence-wait'],
    held: [],
    tasks: ['ring1:71', 'dyer:72'],
  },
}

test('every report has its facts here', () => {
  expect(fixtures.filter((name) => name !== 'several')).toEqual(Object.keys(facts).toSorted())
})

test.each(Object.entries(facts))('%s is read as what it says', (name, expected) => {
  const report = reportOf(textOf(name))
  const { classes, edges } = storyOf(report)
  expect({
    kind: report.kind,
    kernel: report.kernel,
    line: report.line,
    classes,
    edges: edges.map(({ kind }) => kind),
    held: report.held.flatMap(({ locks }) => locks.map(({ name: lock }) => lock)),
    tasks: report.tasks,
  }).toEqual(expected)
  // A circle: every dependency begins where the one before ends.
  for (const [i, edge] of edges.entries())
    if (report.kind !== 'wait-context') expect(edge.from).toBe(edges.at(i - 1)!.to)
})

test('a file tells its whole reports, and of the others the line where each stopped', () => {
  const { reports, refused } = parsed('several')
  expect(reports.map(({ kind, line }) => [kind, line])).toEqual([
    ['circular', 1],
    ['held-lock-freed', 47],
  ])
  expect(refused.map(({ line }) => line)).toEqual([40, 43])
  expect(refused[0]!.why).toContain(`no entry '-> #0'`)
  expect(refused[1]!.why).toContain('suspicious RCU usage')
})

test.each([
  ['nothing', '', 1],
  ['foreign text', 'int main(void)\n{\n\treturn 0;\n}', 4],
  ['prose about lockdep', 'Hi,\nlockdep said: WARNING: possible circular locking dependency detected\n', 3],
  ['a title alone', '\nWARNING: possible circular locking dependency detected\n', 2],
  ['a header alone', 'WARNING: possible recursive locking detected\na/1 is trying to acquire lock:\n', 2],
])('%s is refused with a line', (_, text, line) => {
  const { reports, refused } = parseReports(text)
  expect(reports).toEqual([])
  expect(refused.map((refusal) => refusal.line)).toEqual([line])
})

test.each([
  ['the first sentence', /^mill.*\n.*\n/m, true],
  ['the second sentence', /^but task.*\n.*\n/m, true],
  ['the heading of the chain', /^the existing.*\n/m, true],
  ['an entry of the chain', /^-> #0.*\n/m, false],
] as const)('a circular report without %s', (_, lost, isRead) => {
  const text = textOf('circular-trylock')
  const left = text.replace(lost, '')
  expect(left).not.toBe(text)
  const { reports, refused } = parseReports(left)
  expect([reports.length, refused.length]).toEqual(isRead ? [1, 0] : [0, 1])
})

test('where nothing says that the chain begins with its first entry it may begin before', () => {
  const text = textOf('circular-trylock')
    .replace(/^but task.*\n.*\n/m, '')
    .replace(/^the existing.*\n/m, '')
  expect(parseReports(text).refused[0]).toMatchObject({ why: 'nothing says that the chain begins here' })
  const held = '1 lock held by mill/44:\n #0: ffff888100000020 (&mill->wheel){+.+.}-{3:3}, at: mill_grind+0x10/0x90\n'
  expect(parseReports(text + held).reports).toHaveLength(1)
})

test('a chain that contradicts the sentence before it is refused', () => {
  const text = textOf('circular-trylock').replace(
    '(&mill->wheel){+.+.}-{3:3}, at: mill_grind+0x10/0x90',
    '(&mill->sack){+.+.}-{3:3}, at: f+0x1/0x2',
  )
  const { reports, refused } = parseReports(text)
  expect(reports).toEqual([])
  expect(refused[0]).toMatchObject({ line: 14, why: expect.stringContaining('&mill->sack') as string })
})

test.each([
  [
    'ffff888101234567 (&x->lock){+.+.}-{3:3}, at: f+0x1/0x2 [m]',
    '&x->lock',
    '+.+.',
    'ffff888101234567',
    'f+0x1/0x2 [m]',
  ],
  ['(ptrval) (&(&x->lock)->rlock){-...}, at: f+0x1/0x2', '&(&x->lock)->rlock', '-...', undefined, 'f+0x1/0x2'],
  ['(&x->i_mutex){--..}, at: [<ffffffff8022800c>] f+0x1/0x2', '&x->i_mutex', '--..', undefined, 'f+0x1/0x2'],
  ['((wq_completion)"%s-%s""x", name){+.+.}', '(wq_completion)"%s-%s""x", name', '+.+.', undefined, undefined],
  [
    '((work_completion)(&(&a->b)->work)){+.+.}-{0:0}:',
    '(work_completion)(&(&a->b)->work)',
    '+.+.',
    undefined,
    undefined,
  ],
  ['(&q->q_usage_counter(io)#10){++++}-{0:0}', '&q->q_usage_counter(io)#10', '++++', undefined, undefined],
  ['(*(sspp++)){....}-{2:2}', '*(sspp++)', '....', undefined, undefined],
  ['((console_sem).lock){-.-.+.}', '(console_sem).lock', '-.-.+.', undefined, undefined],
])('lock %s', (text, name, usage, address, at) => {
  const lock = lockAt(text)!
  expect([lock.name, lock.usage, lock.address, lock.at]).toEqual([name, usage, address, at])
})

test.each(['', 'f+0x1/0x2', '(no usage)', 'x (&a){+.+.}', '<RELEASED>', '){+.+.}'])('no lock: %s', (text) => {
  expect(lockAt(text)).toBeUndefined()
})
