// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vitest/config'

/** Everything runs with searches on the engine; whatever searches through `check`, on the interpreter as well. */
const onBothMachines = ['check/*', 'contract/*', 'ir/model-json-page', 'models/*', 'semantics/*']
/** Searches with the interpreter in any case. */
const onInterpreterAnyway = 'test/semantics/planted.test.ts'

export default defineConfig({
  resolve: { conditions: ['fencecheck-source'] },
  ssr: { resolve: { conditions: ['fencecheck-source'] } },
  test: {
    testTimeout: 60_000,
    // Unless said, a machine of two cores runs one file at a time.
    maxWorkers: '100%',
    setupFiles: ['test/setup/machine.ts'],
    projects: [
      { extends: true, test: { name: 'engine', include: ['test/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'interpreter',
          include: onBothMachines.map((name) => `test/${name}.test.ts`),
          exclude: [onInterpreterAnyway],
          env: { FENCECHECK_TEST_MACHINE: 'interpreter' },
        },
      },
    ],
  },
})
