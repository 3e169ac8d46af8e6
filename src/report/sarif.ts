// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError } from '#base/errors'
import { jsonText } from '#base/json-text'
import { fingerprintOf } from './fingerprint.ts'
import { placeOf, siteOf } from './place.ts'
import type { Reported, Reporter } from './reporter.ts'
import { codeFlow } from './sarif-flow.ts'
import { message, physicalLocation } from './sarif-location.ts'
import { levelOf, ruleOf, sarifRules } from './sarif-rules.ts'
import { reasonOf, standingOf } from './standing.ts'
import { titleOf } from './words.ts'

/**
 * SARIF 2.1.0 (OASIS), for code scanning. A result is a violation that does not pass, told once for all instances of the
 * same fingerprint; what a model expects is no alert (`--no-expect` makes every violation one). Instances and files that
 * could not be judged are results and notifications too, so that their absence does not look like a fix.
 */
export const sarifReporter: Reporter = {
  name: 'sarif',
  extension: 'sarif',
  mediaType: 'application/sarif+json',
  does: 'SARIF 2.1.0, for code scanning and editors',
  render(reported, errors) {
    const failing = reported.filter(({ result }) => standingOf(result) !== 'pass')
    const groups = Map.groupBy(failing, ({ result }) => fingerprintOf(result))
    const run = {
      tool: { driver: { name: 'fencecheck', rules: sarifRules } },
      automationDetails: { id: 'fencecheck/' },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { '%SRCROOT%': { description: message('The package that the models belong to.') } },
      invocations: [
        {
          executionSuccessful: errors.length === 0,
          ...(errors.length > 0 && { toolConfigurationNotifications: errors.map(notification) }),
        },
      ],
      results: [...groups].map(([fingerprint, group]) => resultOf(fingerprint, group)),
    }
    const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
    return `${jsonText(log)}\n`
  },
}

function resultOf(fingerprint: string, [first, ...others]: readonly Reported[]): object {
  const { result } = first!
  const { violation } = result
  const rule = ruleOf(result)
  const also = others.length === 0 ? '' : ` Also in ${others.map((other) => titleOf(other.result)).join('; ')}.`
  const related = (violation?.explanation.table ?? []).flatMap(({ process, status, waitsFor, at }) =>
    status === 'stuck' && at !== undefined ? [{ text: `'${process}' waits for ${waitsFor || 'nothing'}`, at }] : [],
  )
  return {
    ...rule,
    level: levelOf(rule.ruleId),
    message: message(`${titleOf(result)}: ${reasonOf(result)}${also}`),
    locations: [{ physicalLocation: physicalLocation(placeOf(first!)) }],
    ...(related.length > 1 && {
      relatedLocations: related.map(({ text, at }, i) => ({
        id: i + 1,
        message: message(text),
        physicalLocation: physicalLocation(siteOf(at)),
      })),
    }),
    occurrenceCount: others.length + 1,
    partialFingerprints: { 'fencecheckCycle/v1': fingerprint },
    ...(violation !== undefined && { codeFlows: [codeFlow(violation)] }),
  }
}

const notification = ({ code, message: text, site, fix }: FencecheckError): object => ({
  descriptor: { id: code },
  level: 'error',
  message: message(fix === undefined ? text : `${text} Fix: ${fix}.`),
  ...(site !== undefined && { locations: [{ physicalLocation: physicalLocation(site) }] }),
})
