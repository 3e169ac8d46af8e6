// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { pageScript, pageStyle } from '#page/compiled'
import { htmlReporter } from '#report/html'
import { pageData } from '#report/page-data'
import { readHtml } from './formats.ts'
import { broken, everything, reportedOf } from './reported.ts'

// The HTML report without a browser; test/page/ has it in one.

const all = await everything()
const html = htmlReporter.render(all, [broken])

test('is a well-formed document that holds all that is shown', () => {
  expect(readHtml(html).data).toEqual(JSON.parse(JSON.stringify(pageData(all, [broken]))))
  expect(readHtml(html).data.instances).toHaveLength(all.length)
  expect(readHtml(html).data.errors).toEqual([broken.report])
})

test('lets nothing run or load but its own script and style', () => {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  expect(readHtml(html).policy).toEqual({
    'default-src': ["'none'"],
    'script-src': [hash(pageScript)],
    'style-src': [hash(pageStyle)],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ["'none'"],
  })
})

test('asks for nothing: no link, no source, no handler in the markup, no way to the network in the script', () => {
  const markup = html.replace(pageScript, '').replace(pageStyle, '')
  expect(markup).not.toMatch(/\s(?:src|href|action|on[a-z]+|style)=/i)
  expect(markup).not.toMatch(/https?:/)
  expect(pageStyle).not.toMatch(/@import|https?:|url\((?!#)/)
  // Names of markup languages are no addresses.
  const words = pageScript.replaceAll(/http:\/\/www\.w3\.org\/(?:2000\/svg|1999\/xhtml|1998\/Math\/MathML)/g, '')
  expect(words).not.toMatch(/https?:|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|\beval\b|new Function|importScripts/)
})

test('has no timing in it: the same verdicts give the same bytes', async () => {
  const again = all.map((one) => ({
    ...one,
    result: { ...one.result, statistics: { ...one.result.statistics, seconds: 7, peakMemoryBytes: 8 } },
  }))
  expect(htmlReporter.render(again, [broken])).toBe(html)
})

test('is small: the page itself is less than 64 KiB', () => {
  expect(pageScript.length + pageStyle.length).toBeLessThan(65_536)
})

describe('links to instances', () => {
  test('name model, variant and settings, each another one', async () => {
    const one = await reportedOf('fine')
    const { instances } = pageData([one, one, await reportedOf('copies', { N: 2 }), one], [])
    expect(instances.map(({ key }) => key)).toEqual([
      'test/sample fine N=1',
      'test/sample fine N=1 (2)',
      'test/sample copies N=2',
      'test/sample fine N=1 (3)',
    ])
  })
})

test('a text of a model is there once, with its lines', async () => {
  const text = 'first\r\nsecond\rthird'
  const [a, b] = [await reportedOf('expected'), await reportedOf('surprising')].map((one) => ({ ...one, source: text }))
  const { sources, instances } = pageData([a!, b!], [])
  expect(sources).toEqual(['first\nsecond\nthird'])
  expect(instances.map(({ counterexample }) => counterexample?.source)).toEqual([0, 0])
})

test('the licence of what is inside the page is shipped', () => {
  expect(readFileSync(new URL('../../dist/THIRD-PARTY-LICENSES', import.meta.url), 'utf8')).toMatch(
    /^preact\n\nThe MIT License/m,
  )
})
