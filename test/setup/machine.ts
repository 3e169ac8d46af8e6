// SPDX-License-Identifier: Apache-2.0
import { vi } from 'vitest'
import type { MachineName } from '#check/machine'

/**
 * What every check of this run of the tests searches on unless a test says otherwise: the projects of
 * `vitest.config.ts` differ in it. The only place that reads the variable.
 */
export const machineUnderTest: MachineName =
  process.env['FENCECHECK_TEST_MACHINE'] === 'interpreter' ? 'interpreter' : 'engine'

vi.mock(import('#check/options'), async (original) => {
  const options = await original()
  return { ...options, qualify: (asked) => options.qualify({ machine: machineUnderTest, ...asked }) }
})
