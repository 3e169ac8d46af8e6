// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { XmlDocument, XsdValidator, XmlElement } from 'libxml2-wasm'
import type { PageData } from '#page/data'

// What accepts the documents of the reporters: the published schema, or what the format's readers do, written down here.
// Each answers what it has read; each throws at what it does not take.

/** The schema of SARIF 2.1.0 as it was published. */
const sarifSchema = JSON.parse(
  readFileSync(
    createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'),
    'utf8',
  ),
) as object
const ajv = new Ajv.default({ strict: false, unicodeRegExp: false, allErrors: true })
addFormats.default(ajv)
const isSarif = ajv.compile(sarifSchema)

export interface SarifLocation {
  readonly message?: { readonly text: string }
  readonly physicalLocation?: {
    readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string }
    readonly region?: { readonly startLine: number }
  }
}
export interface SarifResult {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly SarifLocation[]
  readonly occurrenceCount: number
  readonly partialFingerprints: Readonly<Record<string, string>>
  readonly codeFlows?: readonly {
    readonly threadFlows: readonly {
      readonly id: string
      readonly locations: readonly {
        readonly executionOrder: number
        readonly kinds: readonly string[]
        readonly location: SarifLocation
      }[]
    }[]
  }[]
}
interface SarifRun {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
  readonly invocations: readonly { readonly executionSuccessful: boolean }[]
  readonly results: readonly SarifResult[]
}

export function readSarif(text: string): SarifRun {
  const log = JSON.parse(text) as { readonly runs: readonly [SarifRun] }
  if (!isSarif(log)) throw new Error(`not SARIF: ${ajv.errorsText(isSarif.errors)}`)
  const [run] = log.runs
  for (const { ruleId, ruleIndex } of run.results)
    if (run.tool.driver.rules[ruleIndex]?.id !== ruleId) throw new Error(`${ruleId} is not the rule ${ruleIndex}`)
  const uris = [...text.matchAll(/"uri": "([^"]*)"/g)].map((match) => match[1]!)
  for (const uri of uris)
    if (!/^(?!\/)(?:[A-Za-z0-9._~!'()*-]|%[0-9A-F]{2}|\/)+$/.test(uri) || uri.split('/').includes('..'))
      throw new Error(`a URI that may leave its root: ${uri}`)
  return run
}

/** The structure that Jenkins (jenkins-junit.xsd) and Surefire agree on, and `file` and `line`, which GitLab reads. */
const junitSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:complexType name="problem">
    <xs:simpleContent><xs:extension base="xs:string">
      <xs:attribute name="message" type="xs:string"/><xs:attribute name="type" type="xs:string" use="required"/>
    </xs:extension></xs:simpleContent>
  </xs:complexType>
  <xs:attributeGroup name="counts">
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="time" type="xs:decimal" use="required"/>
  </xs:attributeGroup>
  <xs:element name="testcase"><xs:complexType>
    <xs:sequence>
      <xs:choice minOccurs="0">
        <xs:element name="skipped" type="xs:string"/>
        <xs:element name="failure" type="problem"/>
        <xs:element name="error" type="problem"/>
      </xs:choice>
      <xs:element name="system-out" type="xs:string" minOccurs="0"/>
      <xs:element name="system-err" type="xs:string" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="classname" type="xs:string" use="required"/>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="time" type="xs:decimal" use="required"/>
    <xs:attribute name="file" type="xs:string"/>
    <xs:attribute name="line" type="xs:positiveInteger"/>
  </xs:complexType></xs:element>
  <xs:element name="testsuite"><xs:complexType>
    <xs:sequence><xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attributeGroup ref="counts"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
  </xs:complexType></xs:element>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" type="xs:string"/>
    <xs:attributeGroup ref="counts"/>
  </xs:complexType></xs:element>
</xs:schema>`
const junit = XsdValidator.fromDoc(XmlDocument.fromString(junitSchema))

/** Names of the elements, in the order of the document, with how often each stands there; counts must add up. */
export function readJunit(text: string): Readonly<Record<string, number>> {
  const document = XmlDocument.fromString(text)
  junit.validate(document)
  const found = (path: string): number => document.find(path).length
  const says = (element: XmlElement, name: string): number => Number(element.attr(name)?.value)
  for (const suite of document.find('//testsuite') as XmlElement[])
    for (const [count, path] of [
      ['tests', 'testcase'],
      ['failures', 'testcase/failure'],
      ['errors', 'testcase/error'],
    ] as const)
      if (says(suite, count) !== suite.find(path).length) throw new Error(`${count} of a suite does not add up`)
  for (const [count, path] of [
    ['tests', '//testcase'],
    ['failures', '//failure'],
    ['errors', '//error'],
  ] as const)
    if (says(document.root, count) !== found(path)) throw new Error(`${count} does not add up`)
  return Object.fromEntries(
    ['testsuite', 'testcase', 'failure', 'error', 'system-out'].map((name) => [name, found(`//${name}`)]),
  )
}

interface KtapTest {
  readonly passes: boolean
  readonly name: string
  readonly directive?: string
  readonly subtests: readonly KtapTest[]
}

/** KTAP 1 (Documentation/dev-tools/ktap.rst): version, plan, numbered results; diagnostics; subtests two deeper. */
export function readKtap(text: string): readonly KtapTest[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const lines = text.split('\n').slice(0, -1)
  let at = 0
  const block = (indent: string): KtapTest[] => {
    const next = (): string | undefined => {
      const line = lines[at]
      return line?.startsWith(indent) === true ? line.slice(indent.length) : undefined
    }
    if (next() !== 'KTAP version 1') throw new Error(`line ${at + 1}: no version`)
    at++
    while (next()?.startsWith('# ') === true) at++
    const plan = /^1\.\.(\d+)$/.exec(next() ?? '')
    if (plan === null) throw new Error(`line ${at + 1}: no plan`)
    at++
    const tests: KtapTest[] = []
    let subtests: KtapTest[] = []
    for (let line = next(); line !== undefined; line = next()) {
      if (line.startsWith('  ')) {
        subtests = block(`${indent}  `)
        continue
      }
      at++
      if (line === '#' || line.startsWith('# ')) continue
      const result = /^(not )?ok (\d+) ([^#]*?)(?: # (SKIP|TODO|XFAIL|TIMEOUT|ERROR)(?: [^#]*)?)?$/.exec(line)
      if (result === null) throw new Error(`line ${at}: neither result nor diagnostic: ${line}`)
      const [, not, number, name, directive] = result
      if (Number(number) !== tests.length + 1) throw new Error(`line ${at}: out of order`)
      tests.push({ passes: not === undefined, name: name!, ...(directive !== undefined && { directive }), subtests })
      subtests = []
    }
    if (tests.length !== Number(plan[1])) throw new Error(`${tests.length} tests, not the ${plan[1]} of the plan`)
    return tests
  }
  const tests = block('')
  if (at < lines.length) throw new Error(`line ${at + 1} is outside of everything`)
  return tests
}

export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** The commands that the runner of GitHub Actions finds in a log (ActionCommand.cs): in both of its notations. */
export function readCommands(log: string): readonly Command[] {
  const unescape = (text: string): string =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%')
  return log.split(/\r\n|\r|\n/).flatMap((line): Command[] => {
    const old = /##\[([^\] ]+)/.exec(line)
    const command = /^\s*::([^: ]+)(?: (.*?))?::(.*)$/su.exec(line)
    if (command === null) return old === null ? [] : [{ name: old[1]!, properties: {}, data: line }]
    const properties = (command[2] ?? '').split(',').map((pair): [string, string] => {
      const [key, ...value] = pair.split('=')
      return [key!, unescape(value.join('='))]
    })
    return [{ name: command[1]!, properties: Object.fromEntries(properties), data: unescape(command[3]!) }]
  })
}

/** An HTML report: the data of the page, and its policy by directive. */
export function readHtml(html: string): {
  readonly data: PageData
  readonly policy: Readonly<Record<string, readonly string[]>>
} {
  if (!html.startsWith('<!doctype html>\n')) throw new Error('no doctype')
  // What is inside of a script or style ends where its element does; all else is written as XML would be.
  const inside: string[] = []
  const skeleton = html
    .slice('<!doctype html>'.length)
    .replace(/(<(script|style)\b[^>]*>)([^]*?)(?=<\/\2)/gi, (_, start: string, _name: string, text: string) => {
      inside.push(text)
      return start
    })
  using document = XmlDocument.fromString(skeleton)
  const attribute = (element: string, name: string): string => document.get(`//${element}/@${name}`)?.content ?? ''
  if (inside.length !== 3) throw new Error(`${inside.length} scripts and styles`)
  if (!html.includes('<meta charset="utf-8"/>')) throw new Error('no encoding')
  const policy = attribute('meta[@http-equiv="Content-Security-Policy"]', 'content')
  return {
    data: JSON.parse(inside[1]!) as PageData,
    policy: Object.fromEntries(
      policy.split('; ').map((directive) => {
        const [name, ...values] = directive.split(' ')
        return [name!, values]
      }),
    ),
  }
}
