// SPDX-License-Identifier: Apache-2.0
import { jsonText } from '#base/json-text'
import type { Result } from '#check/result'
import { kinds } from '#ir/model'
import { lockdepViewDocument } from '#report/lockdep-json'
import { lockdepReportText, lockdepSummary, lockdepTable, lockdepLines } from '#report/lockdep-view-text'
import { oneLine } from '#report/words'
import { selectInstances, type InstanceChoice } from './arguments.ts'
import { checkAll } from './check-all.ts'
import { exitStatus, statusOf, type ExitStatus } from './exit-status.ts'
import { Faults } from './faults.ts'
import { Interrupt } from './interrupt.ts'
import { verifyFile, writeCertificate } from './lockdep-certificate.ts'
import { loadModels } from './load-models.ts'
import type { Terminal } from './terminal.ts'

export interface ViewOptions extends InstanceChoice {
  readonly annotations?: '6.12' | '6.18'
  readonly readLock?: 'queued' | 'recursive'
  readonly maxStates: number
  readonly timeout?: number
  readonly json?: boolean
  /** Where the certificate of one instance is written. */
  readonly certificate?: string
  /** The certificate that one instance is compared with; nothing is searched then. */
  readonly verify?: string
}

/** `fencecheck lockdep <models>`: what lockdep would say, beside what exhaustive search says. */
export async function lockdepOfModels(
  paths: readonly string[],
  options: ViewOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  const { maxStates, timeout, annotations, readLock, json = false } = options
  const faults = new Faults(terminal)
  const interrupt = new Interrupt(terminal)
  const instances =
    (await faults.catch(async () => {
      const { models, errors } = await loadModels(paths)
      for (const error of errors) faults.add(error)
      return models.length === 0 ? [] : selectInstances(models, options)
    })) ?? []
  const { verify, certificate } = options
  if (verify !== undefined) {
    const verdict = await faults.catch(() => ({ rejected: verifyFile(instances, verify) }))
    const isProof = verdict !== undefined && verdict.rejected === undefined
    if (isProof) terminal.out('accepted: no number of these paths can deadlock')
    else if (verdict !== undefined) terminal.out(oneLine(`rejected: ${verdict.rejected}`))
    const status = statusOf([], { ...faults, interrupted: false })
    return status !== exitStatus.asExpected || isProof ? status : exitStatus.notAsExpected
  }
  const results: Result[] = []
  const wanted = {
    kinds,
    maxStates,
    machine: 'auto',
    reduction: 'auto',
    expect: true,
    lockdep: { ...(annotations !== undefined && { annotations }), ...(readLock !== undefined && { readLock }) },
    ...(timeout !== undefined && { timeout }),
  } as const
  for await (const { result } of checkAll(instances, wanted, {}, interrupt))
    await faults.catch(async () => void results.push(await result))
  if (certificate !== undefined) await faults.catch(() => writeCertificate(results, certificate))
  if (json) terminal.out(jsonText(lockdepViewDocument(results)))
  else if (results.length === 1) terminal.out(oneInstance(results[0]!, terminal))
  else if (results.length > 1) terminal.out(`${lockdepTable(results, terminal.style)}\n\n${lockdepSummary(results)}`)
  if (interrupt.signal.aborted)
    terminal.error(`interrupted; ${results.length} of ${instances.length} instances were looked at`)
  return statusOf(results, { ...faults, interrupted: interrupt.signal.aborted })
}

/** The row of an instance, then every report, those that an earlier mode has made already left out. */
function oneInstance(result: Result, { style, width }: Terminal): string {
  const seen = new Set<string>()
  const reports = Object.values(result.lockdep?.modes ?? {})
    .flatMap((mode) => mode.reports)
    .filter(({ title, classes }) => {
      const key = JSON.stringify([title, [...classes].sort()])
      return seen.has(key) ? false : seen.add(key)
    })
  const lines = lockdepLines(result, style, width, '  ')
  const texts = reports.map((report) => `\n${lockdepReportText(report, style, width)}`)
  return [lockdepTable([result], style), '', lines, ...texts].join('\n')
}
