// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError, Site } from '#base/errors'
import { printable } from '#base/text'
import { githubSummary } from './github-summary.ts'
import { placeOf } from './place.ts'
import type { Reported, Reporter } from './reporter.ts'
import { reasonOf, standingOf, tally } from './standing.ts'
import { kindOf, oneLine, titleOf, withoutCommands } from './words.ts'

/**
 * Workflow commands of GitHub Actions: an annotation on the line of the model for whatever does not pass, for files that
 * could not be checked, and for notes. GitHub shows the first ten of each level.
 */
export const githubReporter: Reporter = {
  name: 'github',
  extension: 'txt',
  mediaType: 'text/plain',
  does: 'annotations on the lines of the model, and a job summary, for GitHub Actions',
  render(reported, errors) {
    const commands = [
      ...errors.map((error) => annotation('error', error.site, error.code, whatIsWrong(error))),
      ...reported.flatMap(annotationOf),
      ...reported.flatMap(notes),
    ]
    const end = withoutCommands(
      `fencecheck: ${tally(
        reported.map(({ result }) => result),
        errors.length,
      )}`,
    )
    return [...new Set([...commands, end])].map((line) => `${line}\n`).join('')
  },
  appendix: { variable: 'GITHUB_STEP_SUMMARY', render: githubSummary },
}

const whatIsWrong = ({ message, fix }: FencecheckError): string =>
  fix === undefined ? message : `${message}\nfix: ${fix}`

function annotationOf(reported: Reported): readonly string[] {
  const { result } = reported
  const standing = standingOf(result)
  if (standing === 'pass') return []
  const title = [titleOf(result), kindOf(result) || result.verdict].join(': ')
  return [annotation(standing === 'fail' ? 'error' : 'warning', placeOf(reported), title, reasonOf(result))]
}

const notes = ({ result, file }: Reported): readonly string[] =>
  result.findings.map(({ code, message, site }) =>
    annotation('notice', site ?? { file, line: 0 }, `${titleOf(result)}: ${code}`, message),
  )

/** Longer messages are cut: an annotation is a hint, the summary has the rest. */
const maxMessage = 4_000

function annotation(
  level: 'error' | 'warning' | 'notice',
  site: Site | undefined,
  title: string,
  text: string,
): string {
  const place = site === undefined ? [] : [`file=${property(site.file)}`]
  const line = site === undefined || site.line === 0 ? [] : [`line=${site.line}`]
  const properties = [...place, ...line, `title=${property(oneLine(title, 200))}`].join(',')
  return `::${level} ${properties}::${data(text.slice(0, maxMessage))}`
}

/** What GitHub takes for the end of a command, or of a property of one, is escaped as its toolkit does. */
const data = (text: string): string =>
  printable(text.toWellFormed()).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
