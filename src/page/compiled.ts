// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// The page as a browser runs it. `npm run build` puts the two constants in the place of this module; only who runs from
// source compiles here.

const browser = fileURLToPath(new URL('./browser', import.meta.url))

/** Minified JavaScript, one classic script. */
export const pageScript: string = await compile()

/** The parts of its style sheet; what comes later wins. */
const parts = [
  'palette',
  'page',
  'verdict-list',
  'instance',
  'step-bar',
  'lane-chart',
  'panels',
  'phone',
  'paper',
] as const

/** Its style sheet, without comments. */
export const pageStyle: string = parts
  .map((part) => readFileSync(`${browser}/style/${part}.css`, 'utf8'))
  .join('\n')
  .replace(/\/\*[^]*?\*\//g, '')
  .replace(/\n\s+/g, '\n')
  .replace(/\n+/g, '\n')
  .trim()

async function compile(): Promise<string> {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: `${browser}/main.tsx`,
    platform: 'browser',
    tsconfig: `${browser}/tsconfig.json`,
    transform: { target: 'es2024' },
  })
  const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false })
  await bundle.close()
  const [{ code }] = output
  if (output.length > 1) throw new Error('the page is more than one file')
  return code.trim()
}
