// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { FencecheckError } from '#base/errors'
import { githubSummary } from '#report/github-summary'
import type { Reporter } from '#report/reporter'
import { reporters } from '#report/reporters'
import { readCommands, readHtml, readJunit, readKtap, readSarif } from './formats.ts'
import { readMermaid } from './mermaid-grammar.ts'
import { broken, everything, withText } from './reported.ts'

const all = await everything()
const forms: readonly (Reporter | { readonly name: string; readonly render: Reporter['render'] })[] = [
  ...reporters,
  { name: 'summary', render: githubSummary },
]

const diagrams = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^```mermaid\n([^]*?)^```$/gm)].map((match) => match[1]!)

/** What is read from a document, without what is text of the model: the same whatever the text is. */
const structure: Readonly<Record<string, (document: string) => unknown>> = {
  text: () => undefined,
  json: (document) => {
    const { models, errors } = JSON.parse(document) as { models: { verdict: string }[]; errors: object[] }
    return [models.map(({ verdict }) => verdict), errors.length]
  },
  github: (document) => [
    document.split('\n').length,
    readCommands(document).map(({ name, properties }) => [name, Object.keys(properties)]),
  ],
  junit: readJunit,
  sarif: (document) =>
    readSarif(document).results.map(({ level, codeFlows = [] }) => [
      level,
      codeFlows.flatMap(({ threadFlows }) => threadFlows.flatMap(({ locations }) => locations.map((l) => l.kinds)))
        .length,
    ]),
  tap: (document) => readKtap(document).map(({ passes, subtests }) => [passes, subtests.map((one) => one.passes)]),
  html: (document) => {
    const { data, policy } = readHtml(document)
    return [policy, data.instances.map(({ verdict, counterexample }) => [verdict, counterexample?.steps.length])]
  },
  summary: (document) => [
    document.split('\n').filter((line) => /^(?:#|\||<|`|sequence)/.test(line)).length,
    diagrams(document).map((diagram) => readMermaid(diagram).map(([kind]) => kind)),
  ],
}

test('every reporter has a form of its own, with all that a list of them shows', () => {
  expect(reporters.map(({ name }) => name)).toEqual(['text', 'json', 'github', 'junit', 'sarif', 'tap', 'html'])
  for (const { mediaType, extension, does } of reporters) {
    expect(mediaType).toMatch(/^[a-z]+\/[a-z+]+$/)
    expect(extension).toMatch(/^[a-z]+$/)
    expect(does).not.toBe('')
  }
})

test.each(forms)(
  '$name: the same bytes each time, ending a line, and nothing at all is a document too',
  ({ name, render }) => {
    const document = render(all, [broken])
    expect(document).toBe(render(all, [broken]))
    expect(document).toMatch(/[^\n]\n$/)
    structure[name]!(render([], []))
  },
)

/** Characters that steer a terminal, and those that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- they are what must not be there
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

const hostile = {
  markup: '<script>alert(1)</script>',
  'end of CDATA': 'x]]><!-- & --><y a="\'>',
  'a line of its own': 'x\nnot ok 99 - y\n::error::y\n1..3\n# Subtest: z\n```\n# heading\n',
  'a carriage return': 'x\r::error::y\r\n::stop-commands::z',
  'a workflow command': '::error file=x,line=1::y',
  'an indented one': ' \t\u00a0::add-mask::y',
  'one in the old notation': 'x ##[add-mask]y',
  'escapes of commands': '%0A%25,title=x::y',
  'a directive': 'x # SKIP y',
  'a mark from right to left': 'a\u202eb\u2066c\u200fd',
  'a terminal escape': '\u001b[2J\u001b]8;;https://example.org\u0007x',
  'a null and non-characters': 'a\u0000b\uffff\ufffec',
  'half of a character': 'a\ud800b\udc00',
  'ten thousand characters': 'x'.repeat(10_000),
  'ten thousand lines': '\n'.repeat(10_000),
  'a Mermaid block': 'end; %% x\nend\nP0->>P1: #quot;',
  'a Markdown table': 'a | b | c | **d** | [e](javascript:alert(1)) | ![f](g) | @h | #1',
  'links and placeholders of SARIF': '[a](1) {0} {1}',
  'a path': '/etc/../../passwd',
  'a scheme': 'javascript:alert(1):7',
  nothing: '',
  words: '__proto__ constructor end END',
} as const

describe.each(forms)('$name', ({ name, render }) => {
  const plain = withText(all, 'x')
  const error = (text: string): FencecheckError =>
    new FencecheckError('model-threw', text, { site: { file: text, line: 1 }, fix: text })
  const expected = structure[name]!(render(plain, [error('x')]))

  test.each(Object.entries(hostile))('%s in every name and sentence is only text', (_, text) => {
    const document = render(withText(all, text), [error(text)])
    expect(structure[name]!(document)).toEqual(expected)
    expect(steering.exec(document)?.[0]).toBeUndefined()
    expect(document.isWellFormed()).toBe(true)
    const commands = readCommands(document).map((command) => command.name)
    expect(
      commands.filter((command) => name !== 'github' || !['error', 'warning', 'notice'].includes(command)),
    ).toEqual([])
    if (name === 'summary')
      expect(document.replace(/<\/?(?:code|details|summary)>/g, '')).not.toMatch(/<|\]\(|@|\*\*d|^# heading/m)
  })
})
