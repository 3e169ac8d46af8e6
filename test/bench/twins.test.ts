// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { families } from '../../bench/families.ts'
import { verify } from '../../bench/spin.ts'
import { missingTool } from '../referee/spin.ts'

const folder = join(import.meta.dirname, '../../bench/spin')

test('every twin is used, and every family has one', () => {
  const used = new Set(families.map(({ twin }) => twin.file))
  expect(readdirSync(folder).toSorted()).toEqual([...used].toSorted())
})

if (missingTool !== undefined && process.env['CI'] === undefined)
  test.skip(`the twins give the same verdict (not run: ${missingTool} is not installed)`, () => {})
else
  describe('the twin gives the same verdict as the model', () => {
    /** Compiling takes longer than running. */
    const verdictOf = (text: string, defines: readonly string[]) => verify(text, { defines, compile: ['-O0'] }).verdict

    test.each(families.map((family) => [family.name, family] as const))('%s', async (_, { source, variant, twin }) => {
      const { verdict } = await check(source.instantiate(variant, { N: 3 }), source.registry)
      const text = readFileSync(join(folder, twin.file), 'utf8')
      expect(verdictOf(text, ['-DN=3', ...twin.defines])).toBe(verdict)
    })

    test('and would not if the ring closed', () => {
      const text = readFileSync(join(folder, 'looping-philosophers.pml'), 'utf8')
      const closed = text
        .replace('(_pid == N - 1 -> 0 : _pid)', '_pid')
        .replace('(_pid == N - 1 -> N - 1 : _pid + 1)', '((_pid + 1) % N)')
      expect(verdictOf(closed, ['-DN=3'])).toBe('violated')
    })
  })
