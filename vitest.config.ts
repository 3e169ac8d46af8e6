// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['fencecheck-source'] },
  ssr: { resolve: { conditions: ['fencecheck-source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
  },
})
