// SPDX-License-Identifier: Apache-2.0
import { registerHooks } from 'node:module'
import { extname } from 'node:path'

/** The running fencecheck, as models import it. */
const running = (module: string): string => new URL(`../${module}${extname(import.meta.url)}`, import.meta.url).href
const own: ReadonlyMap<string, string> = new Map([
  ['fencecheck', running('index')],
  ['fencecheck/kernel', running('kernel/index')],
])

/**
 * Models import `fencecheck` and `fencecheck/kernel`; wherever they lie, those are the running ones. They are modules, whatever the package they
 * lie in says about its own files, or if there is none.
 */
export function mapImports(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const url = own.get(specifier)
      if (url !== undefined) return { url, shortCircuit: true }
      const found = next(specifier, context)
      return /\.m?ts$/.test(found.url) ? { ...found, format: 'module-typescript' } : found
    },
  })
}
