// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { invariant } from '#base/assert'
import { safeJson } from '#base/json-text'
import { pageScript, pageStyle } from '#page/compiled'
import { pageData } from './page-data.ts'
import type { Reporter } from './reporter.ts'

/**
 * One page that needs nothing else, for a browser. Names of a model are in it only as JSON, in which nothing ends an
 * element, and become text nodes and attributes. The policy lets only the page's own script and style be: even markup that
 * got in could neither run nor send anything.
 */
export const htmlReporter: Reporter = {
  name: 'html',
  extension: 'html',
  mediaType: 'text/html',
  does: 'one page that steps through the counterexamples, for a browser',
  render: (reported, errors) => htmlDocument(JSON.stringify(pageData(reported, errors))),
}

const hashOf = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`

/** What ends a script element, or lets one not end. */
const breaksOut = /<\/script|<!--|<script/i

function htmlDocument(json: string): string {
  invariant(!breaksOut.test(pageScript), 'the script of the page can stand in an element')
  invariant(!/<\/style/i.test(pageStyle), 'the style of the page can stand in an element')
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(pageScript)}`,
    `style-src ${hashOf(pageStyle)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<title>fencecheck</title>
<style>${pageStyle}</style>
</head>
<body>
<div id="page"></div>
<noscript><p>This page steps through counterexamples with a script of its own. Without one: <code>fencecheck check --reporter text=report.txt</code>.</p></noscript>
<script type="application/json" id="data">${island(json)}</script>
<script>${pageScript}</script>
</body>
</html>
`
}

/** JSON in which nothing is markup. */
const island = (json: string): string => safeJson(json).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e')
