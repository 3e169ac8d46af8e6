// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'

/** The files of a project that checks its models and tests them, as they lie in the package. */
const folder = new URL('../../templates/project/', import.meta.url)
const paths = [
  'fencecheck.config.ts',
  'models/reset-waits.ts',
  'test/reset-waits.test.ts',
  '.github/workflows/fencecheck.yml',
] as const

export interface StarterFile {
  readonly path: string
  readonly content: string
}

/** What `fencecheck init` writes; with `manifest` also the package.json that it needs. */
export const starter = (version: string, manifest: boolean): readonly StarterFile[] => [
  ...(manifest ? [{ path: 'package.json', content: packageJson(version) }] : []),
  ...paths.map((path) => ({ path, content: readFileSync(new URL(path, folder), 'utf8') })),
]

const packageJson = (version: string): string =>
  `${JSON.stringify(
    {
      private: true,
      type: 'module',
      scripts: { check: 'fencecheck check', test: 'vitest run' },
      devDependencies: { fencecheck: `^${version}`, vitest: '^5.1.1' },
    },
    null,
    2,
  )}\n`
