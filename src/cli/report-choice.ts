// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { FencecheckError } from '#base/errors'
import { nearest } from '#base/text'
import type { Reporter } from '#report/reporter'
import { reporters } from '#report/reporters'

/** A form that the results are told in, and where: in a file, or on stdout. */
export interface ReportChoice {
  readonly reporter: Reporter
  readonly file?: string
}

/** `NAME` or `NAME=FILE`, collected. */
export function reportChoice(text: string, before: readonly ReportChoice[] = []): readonly ReportChoice[] {
  const [, name, file] = /^([^=]*)(?:=(.*))?$/s.exec(text)!
  const reporter = reporters.find((one) => one.name === name)
  const names = reporters.map((one) => one.name)
  if (reporter === undefined) {
    const meant = nearest(name!, names)
    throw new InvalidArgumentError(meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`)
  }
  if (file === '') throw new InvalidArgumentError(`name a file, for example ${name}=report.${reporter.extension}`)
  return [...before, file === undefined ? { reporter } : { reporter, file }]
}

/**
 * The choices with the reporter that prints, which is text unless another one is asked for without a file.
 * @throws FencecheckError `wrong-usage` if two would print, or write one file.
 */
export function withPrinter(choices: readonly ReportChoice[], json: boolean): readonly ReportChoice[] {
  const named = (name: string): ReportChoice => ({ reporter: reporters.find((one) => one.name === name)! })
  const all = json ? [named('json'), ...choices] : choices
  const printing = all.filter(({ file }) => file === undefined)
  if (printing.length > 1) {
    const [, { reporter }] = printing as [ReportChoice, ReportChoice]
    const names = printing.map((choice) => choice.reporter.name).join(' and ')
    throw new FencecheckError('wrong-usage', `only one reporter can print, not ${names}`, {
      fix: `give the others a file: --reporter ${reporter.name}=report.${reporter.extension}`,
    })
  }
  const files = all.flatMap(({ file }) => (file === undefined ? [] : [resolve(file)]))
  const twice = files.find((file, i) => files.indexOf(file) < i)
  if (twice !== undefined)
    throw new FencecheckError('wrong-usage', 'two reporters cannot write one file', {
      site: { file: all.find(({ file }) => file !== undefined && resolve(file) === twice)!.file!, line: 0 },
      fix: 'give each a file of its own',
    })
  return printing.length === 0 ? [named('text'), ...all] : all
}
