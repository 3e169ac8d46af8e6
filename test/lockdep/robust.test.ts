// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { Random } from '#base/random'
import { linesOf } from '#lockdep/report/lines'
import { parseReports } from '#lockdep/report/parse'
import type { LockReport } from '#lockdep/report/report'
import { storyOf } from '#lockdep/stories/story-of'
import { fixtures, parsed, reportOf, textOf } from './fixture.ts'

const single = fixtures.filter((name) => name !== 'several')

/** What must survive whatever was done to the text. */
function gist(report: LockReport) {
  const { classes, edges } = storyOf(report)
  return { kind: report.kind, classes, edges }
}

/** How reports come: printk prefixes, mail, consoles. A report that has prefixes already gets more. */
const dresses: Readonly<Record<string, (line: string, i: number) => string>> = {
  'a time stamp': (line, i) => `[${String(i).padStart(5)}.000123] ${line}`,
  'a delta': (line) => `[  +0.004205] ${line}`,
  'the time of day': (line) => `[Mon Jan  8 12:34:56 2024] ${line}`,
  'time and caller': (line, i) => `[  100.${i}][ T3699] ${line}`,
  'a log level': (line) => `<4>[   12.345678] ${line}`,
  syslog: (line) => `Jan  8 12:34:56 build-7 kernel: [   12.345678] ${line}`,
  journal: (line) => `2024-01-08T12:34:56.123456+01:00 build-7 kernel: ${line}`,
  'mail quotes': (line) => `> >> > ${line}`,
  'CR LF': (line) => `${line}\r`,
  colours: (line) => `\u001b[33m${line}\u001b[0m`,
  'odd blanks': (line) => line.replaceAll(' ', '\u00a0'),
  indentation: (line) => `\t   ${line}`,
}

describe.each(Object.entries(dresses))('with %s', (_, dress) => {
  test.each(single)('%s says the same', (name) => {
    const text = textOf(name)
      .split('\n')
      .map((line, i) => dress(line, i))
      .join('\n')
    expect(gist(reportOf(text))).toEqual(gist(reportOf(textOf(name))))
  })
})

/** As mailers do: a line that is too long goes on in the next one, behind the last blank that fits. */
function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => {
      const cut = line.length > width ? line.lastIndexOf(' ', width) : -1
      return cut > 10 && line.slice(0, cut).trim() !== '' ? `${line.slice(0, cut)}\n${line.slice(cut + 1)}` : line
    })
    .join('\n')
}

test.each(single.filter((name) => /^(?:circular|recursive)/.test(name)))('%s wrapped says the same', (name) => {
  for (const width of [76, 72, 68]) {
    const { kind, classes } = gist(reportOf(wrapped(textOf(name), width)))
    const whole = gist(reportOf(textOf(name)))
    expect({ kind, classes }).toEqual({ kind: whole.kind, classes: whole.classes })
  }
})

// Without the one that is quoted and wrapped already.
test.each(single.filter((name) => /^(?:circular-(?!flush)|recursive)/.test(name)))(
  '%s with lines joined says the same',
  (name) => {
    const random = new Random(7)
    const whole = gist(reportOf(textOf(name)))
    for (let n = 0; n < 40; n++) {
      // What the kernel printed on a line is joined with the next one, as when a paragraph is filled.
      const lines = textOf(name).split('\n')
      for (let k = 0; k < 3; k++) {
        const i = random.below(lines.length - 1)
        const isFree = [i, i + 1].every(
          (j) => !/^\s*(?:[=-]{9}|$)|WARNING|INFO|#\d+ |--->|Hello|Regards/.test(lines[j]!),
        )
        if (isFree && !/^\S+ [\S ]*#\d+ (?:Not|Tainted)/.test(lines[i]!))
          lines.splice(i, 2, `${lines[i]} ${lines[i + 1]!.trim()}`)
      }
      const { kind, classes } = gist(reportOf(lines.join('\n')))
      expect({ kind, classes }, lines.join('\n')).toEqual({ kind: whole.kind, classes: whole.classes })
    }
  },
)

test('the line breaks of rsyslog are line breaks', () => {
  const text = textOf('recursive-one-object').replaceAll('\n\n', '\n#012')
  expect(gist(reportOf(text))).toEqual(gist(reportOf(textOf('recursive-one-object'))))
})

test('two records on a line, each with its time', () => {
  const lines = textOf('circular-reclaim').split('\n')
  const i = lines.findIndex((line) => line.includes('pump_calibrate'))
  lines.splice(i, 2, `${lines[i]} ${lines[i + 1]}`)
  expect(gist(reportOf(lines.join('\n')))).toEqual(gist(reportOf(textOf('circular-reclaim'))))
})

test('without unwrapping a wrapped report would not be read', () => {
  const lines = linesOf(textOf('circular-flush-quoted-wrapped'))
  expect(lines.some(({ text }) => text.endsWith(', at:'))).toBe(true)
  expect(lines.some(({ text }) => text === '-> #1')).toBe(true)
})

test.each(single)('%s cut off anywhere is refused or says the same', (name) => {
  const lines = textOf(name).split('\n')
  const whole = gist(reportOf(textOf(name)))
  for (let n = 0; n < lines.length; n++) {
    const { reports, refused } = parseReports(lines.slice(0, n).join('\n'))
    expect(reports.length + refused.length).toBe(1)
    for (const { line } of refused) expect(line).toBeLessThanOrEqual(Math.max(1, n))
    const [report] = reports
    if (report === undefined) continue
    const { kind, classes } = gist(report)
    expect(kind).toBe(whole.kind)
    // Where the dependencies between two locks are cut off, the two are told, and that something is missing.
    const gaps = storyOf(report).assumptions.some((line) => line.includes('leaves out'))
    if (gaps) expect(whole.classes).toEqual(expect.arrayContaining([...classes]))
    else if (kind !== 'hung-task' && kind !== 'wait-context') expect(classes).toEqual(whole.classes)
  }
})

test.each(single)('%s twice is two reports', (name) => {
  if (name.startsWith('hung')) return
  const { reports, refused } = parseReports(`${textOf(name)}\n${textOf(name)}`)
  expect(refused).toEqual([])
  expect(reports.map(gist)).toEqual([gist(reportOf(textOf(name))), gist(reportOf(textOf(name)))])
})

const junk = [
  '\u0000',
  '\u001b[2J',
  '-> #1 (',
  '){+.+.}',
  '{',
  '>',
  ', at:',
  '\n',
  '\r\n',
  '#0: ',
  '-> #99999 (x){....}:',
  'INFO: task a:1 blocked for more than 5 seconds',
  '\u202e',
  '🂡',
]

/** Takes lines away, doubles, swaps and cuts them, and puts junk in. */
function mutated(text: string, random: Random): string {
  const lines = text.split('\n')
  for (let n = 1 + random.below(6); n > 0; n--) {
    const i = random.below(lines.length)
    const line = lines[i] ?? ''
    const at = random.below(line.length + 1)
    switch (random.below(6)) {
      case 0:
        lines.splice(i, 1 + random.below(3))
        break
      case 1:
        lines.splice(i, 0, lines[random.below(lines.length)] ?? '')
        break
      case 2:
        lines[i] = line.slice(0, at)
        break
      case 3:
        lines[i] = line.slice(0, at) + junk[random.below(junk.length)]! + line.slice(at)
        break
      case 4:
        lines[i] = line.slice(0, at) + String.fromCharCode(random.below(0x3000)) + line.slice(at + 1)
        break
      default:
        lines.length = i
    }
  }
  return lines.join('\n')
}

test('nothing that is done to a report makes the parser fall over', () => {
  const random = new Random(20240108)
  for (let n = 0; n < 4_000; n++) {
    const text = mutated(textOf(fixtures[n % fixtures.length]!), random)
    const { reports, refused } = parseReports(text)
    const lines = text.split('\n').length
    for (const { line, why } of refused) {
      expect(line).toBeGreaterThanOrEqual(1)
      expect(line).toBeLessThanOrEqual(lines)
      expect(why).not.toBe('')
    }
    expect(reports.length + refused.length).toBeGreaterThan(0)
    for (const report of reports) {
      const { classes, edges } = storyOf(report)
      expect(new Set(classes).size).toBe(classes.length)
      for (const { from, to } of edges) expect(classes).toEqual(expect.arrayContaining([from, to]))
    }
  }
})

/** Texts that make a careless parser slow. */
const nasty: Readonly<Record<string, (n: number) => string>> = {
  'one endless line': (n) => 'x'.repeat(40 * n),
  'one endless prefix': (n) => '> '.repeat(20 * n),
  'lines that go on': (n) => `WARNING: possible recursive locking detected\n${'(a){+.+.}, at:\n'.repeat(n)}`,
  'open brackets': (n) => `WARNING: possible recursive locking detected\n${'(((((((((({+.+.\n'.repeat(n)}`,
  titles: (n) => 'WARNING: possible circular locking dependency detected\n'.repeat(n),
  'chain entries': (n) =>
    `the existing dependency chain\n${Array.from({ length: n }, (_, i) => `-> #${i % 9999} (a){+.+.}:\n`).join('')}`,
  'hung tasks': (n) =>
    Array.from(
      { length: n },
      (_, i) => `INFO: task t:${i} blocked for more than 9 seconds\n mutex_lock+0x1/0x2\n`,
    ).join(''),
  'held locks': (n) =>
    `INFO: task t:1 blocked for more than 9 seconds\n mutex_lock+0x1/0x2\nShowing all locks held\n${'1 lock held by t/1:\n#0: (a){+.+.}\n'.repeat(n)}`,
  'usage blocks': (n) =>
    `${textOf('irq-inversion-took').replace('no locks held by swapper/0/0.', ' -> (b){....} {\n   IN-HARDIRQ-W at:\n f+0x1/0x2\n'.repeat(n))}`,
}

test.each(Object.entries(nasty))('%s take linear time', (_, make) => {
  const seconds = (n: number): number => {
    const text = make(n)
    const start = performance.now()
    for (const report of parseReports(text).reports) storyOf(report)
    return performance.now() - start
  }
  seconds(2_000)
  const [once, sixteenTimes] = [Math.min(seconds(2_000), seconds(2_000)), Math.min(seconds(32_000), seconds(32_000))]
  // Quadratic would be 256 times; the machine may be busy.
  expect(sixteenTimes).toBeLessThan(100 * (once + 5))
})

test('several reports in one file are not confused by prose between them', () => {
  const text = `${textOf('circular-readers')}\n\nOn Monday I wrote:\n> ${textOf('recursive-one-object').replaceAll('\n', '\n> ')}\n-- \nBye`
  expect(parseReports(text).reports.map(({ kind }) => kind)).toEqual(['circular', 'recursive'])
  expect(parsed('several').reports).toHaveLength(2)
})
