// SPDX-License-Identifier: Apache-2.0
import { showSite } from '#base/errors'
import { count, printable } from '#base/text'
import type { Result } from '#check/result'
import { lockdepModes, type LockdepMode } from '#ir/model'
import type { LockdepAnswer } from '#lockdep/view/answer'
import { lockWord, type ToldDependency, type ToldReport, type ToldTaking } from '#lockdep/view/told'
import { agreement, type Agreement } from './lockdep-agreement.ts'
import { kindOf, oneLine, titleOf, wrap, withoutCommands, type Style } from './words.ts'

/** How a mode is called where there is room for words. */
export const modeWords: Readonly<Record<LockdepMode, string>> = {
  plain: 'as it is',
  annotated: 'with fence signalling annotated',
  'cross-release': 'with cross-release',
  exact: 'with exact waits',
}

const heads = ['model', 'search', ...lockdepModes, 'any number']
const cellWords: Readonly<Record<Agreement, string>> = {
  caught: 'reports',
  missed: 'MISSED',
  'false alarm': 'FALSE ALARM',
  silent: '-',
  undecided: '?',
}

/** One row an instance: what the search says, and what lockdep would say in each mode. */
export function lockdepTable(results: readonly Result[], style: Style): string {
  const rows = results.map((result) => [
    oneLine(titleOf(result), 60),
    oneLine(kindOf(result) || result.verdict, 28),
    ...lockdepModes.map((mode) => cellWords[agreement(result, mode) ?? 'undecided']),
    result.lockdep?.certificate === undefined ? '-' : 'proven',
  ])
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)))
  const line = (row: readonly string[], paint: (cell: string, i: number) => string = (cell) => cell): string =>
    row
      .map((cell, i) => paint(cell, i) + ' '.repeat(widths[i]! - cell.length))
      .join('  ')
      .trimEnd()
  const painted = (cell: string, i: number): string =>
    cell === 'MISSED' || cell === 'FALSE ALARM'
      ? style.bad(cell)
      : cell === 'proven'
        ? style.good(cell)
        : i > 1 && cell === '-'
          ? style.faint(cell)
          : cell
  return withoutCommands([style.strong(line(heads)), ...rows.map((row) => line(row, painted))].join('\n'))
}

/** How many of each, a line a mode. */
export function lockdepSummary(results: readonly Result[]): string {
  const lines = lockdepModes.map((mode) => {
    const of = (wanted: Agreement): number => results.filter((result) => agreement(result, mode) === wanted).length
    const undecided = of('undecided')
    return [
      `${`${mode}:`.padEnd(14)} ${of('caught')} caught, ${of('missed')} missed, ${count(of('false alarm'), 'false alarm')}`,
      ...(undecided === 0 ? [] : [`${undecided} undecided`]),
    ].join(', ')
  })
  const proven = results.filter(({ lockdep }) => lockdep?.certificate !== undefined).length
  return [...lines, `${count(proven, 'instance')} cannot deadlock, however many of their paths run`].join('\n')
}

/** The two answers of one instance, in a line or two for each mode that differs from the one before. */
export function lockdepLines({ lockdep, ...result }: Result, style: Style, width: number, indent: string): string {
  if (lockdep === undefined) return ''
  const lines = lockdepModes.map((mode) => {
    const how = agreement({ lockdep, ...result }, mode)!
    const { reports, says } = lockdep.modes[mode]
    const [first, ...others] = reports
    const what =
      first === undefined
        ? says
        : `${shortTitle(first)}${others.length === 0 ? '' : ` and ${count(others.length, 'more report')}`}`
    const mark = how === 'missed' || how === 'false alarm' ? `, ${style.bad(how)}` : ''
    return `${wrap(printable(oneLine(`lockdep ${modeWords[mode]}: ${what}`)), width, indent)}${mark}`
  })
  const proof = result.verdict === 'holds' ? certificateLines(lockdep, width, indent) : []
  return [...lines, ...proof].join('\n')
}

function certificateLines({ certificate, refused }: LockdepAnswer, width: number, indent: string): readonly string[] {
  if (certificate === undefined)
    return refused === undefined
      ? []
      : [wrap(printable(`not proven for any number of paths: ${refused}`), width, indent)]
  const order = certificate.classes.map(({ name }) => oneLine(name))
  const why =
    order.length === 0
      ? 'nobody waits for anything'
      : `whoever waits for one of these owes only what comes after it: ${order.join(', ')}`
  return [wrap(printable(`cannot deadlock, however many of these paths run: ${why}`), width, indent)]
}

/** `possible circular locking dependency: A -> B -> A` */
function shortTitle({ title, classes, kind, remark }: ToldReport): string {
  const what = title.replace(/^(?:WARNING|BUG): /, '').replace(/ detected!?$/, '')
  const names = kind === 'circular' ? [...classes, classes[0]!] : classes
  return [
    `${what}${remark === undefined ? '' : ` (${remark})`}`,
    ...(names.length === 0 ? [] : [names.join(' -> ')]),
  ].join(': ')
}

/** One report as lockdep words it, with lines of the model for stack traces. */
export function lockdepReportText(report: ToldReport, style: Style, width: number): string {
  const { kind, title, next, held, chain, usages, remark } = report
  const say = (text: string, indent: string): string => wrap(printable(oneLine(text)), width, indent)
  const lines = [
    style.strong(title),
    ...(remark === undefined ? [] : [say(remark, '  ')]),
    ...(next === undefined
      ? []
      : [
          say(
            `${next.process ?? 'the kernel'} is ${next.class === '' ? `in ${next.call}` : `trying to ${kind === 'unlock-balance' ? 'release' : 'acquire'} ${takenText(next)}`}`,
            '  ',
          ),
        ]),
    ...held.map((one) => say(`while it holds ${takenText(one)}`, '  ')),
    ...usages.map(({ state, taking }) => say(`${taking.class} {${state}} ${whereText(taking)}`, '  ')),
    ...chain.map((dependency) => say(dependencyText(dependency), '  ')),
    ...scenario(report).map((line) => printable(line)),
  ]
  return withoutCommands(lines.join('\n'))
}

const whereText = ({ process, call, site, kernel }: ToldTaking): string =>
  [
    ...(process === undefined ? [] : [`by ${process}`]),
    ...(call === undefined ? [] : [`in ${call}`]),
    ...(site === undefined ? [] : [`at ${showSite(site)}`]),
    ...(kernel === undefined ? [] : [`(${kernel})`]),
  ].join(' ')

/** `(a){+.+.}-{4:4}`, as lockdep names a lock. */
const classText = ({ class: name, usage = '' }: ToldTaking): string => `(${name})${usage}`

const takenText = (taking: ToldTaking): string =>
  `${classText(taking)}${taking.mode === 'write' ? '' : ` (${taking.mode})`}, ${whereText(taking)}`

function dependencyText({ outer, inner, causal, primed }: ToldDependency): string {
  if (primed !== undefined) return `${outer.class} -> ${inner.class}: said at boot by ${primed}`
  return causal
    ? `${outer.class} -> ${inner.class}: ${whereText(outer)} it comes only after ${takenText(inner)}`
    : `${outer.class} -> ${inner.class}: taken ${whereText(inner)}, holding ${takenText(outer)}`
}

/** The table of who takes what, for the kinds that have one. */
function scenario({ kind, chain, classes, next, usages }: ToldReport): readonly string[] {
  const rows = scenarioRows()
  if (rows.length === 0) return []
  const left = Math.max(24, ...rows.map(([first]) => first.length + 2))
  return [
    '',
    '   Possible unsafe locking scenario:',
    '',
    ...rows.map(([first, second]) => `         ${first.padEnd(left)}${second}`.trimEnd()),
    '',
    '    *** DEADLOCK ***',
  ]

  function scenarioRows(): readonly (readonly [string, string])[] {
    const lock = (taking: ToldTaking): string => `${lockWord(taking.mode)}(${oneLine(taking.class)});`
    if (kind === 'recursive')
      return [
        ['CPU0', ''],
        ['----', ''],
        [lock(next!), ''],
        [lock(next!), ''],
      ]
    if (kind === 'irq' && chain.length === 0)
      return [
        ['CPU0', ''],
        ['----', ''],
        [lock(usages[1]!.taking), ''],
        ['<Interrupt>', ''],
        [`  ${lock(usages[0]!.taking)}`, ''],
      ]
    const first = chain[0]
    if (first === undefined) return []
    const last = chain.at(-1)!
    const head: readonly (readonly [string, string])[] = [
      ...(classes.length > 2
        ? [[`chain exists of: ${classes.map((name) => oneLine(name)).join(' --> ')}`, ''] as const]
        : []),
      ['CPU0', 'CPU1'],
      ['----', '----'],
    ]
    if (kind === 'irq')
      return [
        ...head,
        [lock(usages[1]!.taking), ''],
        ['', 'local_irq_disable();'],
        ['', lock(first.outer)],
        ['', lock(last.inner)],
        ['<Interrupt>', ''],
        [`  ${lock(usages[0]!.taking)}`, ''],
      ]
    return [...head, [lock(last.outer), ''], ['', lock(first.outer)], ['', lock(first.inner)], [lock(last.inner), '']]
  }
}
