// SPDX-License-Identifier: Apache-2.0
import { registerHooks } from 'node:module'
import { extname } from 'node:path'

/** The running fencecheck, as models import it. */
const self = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href

/**
 * Models import `fencecheck`; wherever they lie, that is the running one. They are modules, whatever the package they
 * lie in says about its own files, or if there is none.
 */
export function mapImports(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'fencecheck') return { url: self, shortCircuit: true }
      const found = next(specifier, context)
      return /\.m?ts$/.test(found.url) ? { ...found, format: 'module-typescript' } : found
    },
  })
}
