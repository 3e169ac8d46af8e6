// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { shapes } from '#ir/model'
import { contractRules } from '#semantics/contract'
import { expectRefused, Workspace } from './run.ts'

const explain = (word: string) => new Workspace().run('explain', word)

describe.concurrent('explain', () => {
  test('says what a rule of the contract is, in either case, with where it is from', async () => {
    const [upper, lower] = [await explain('R7'), await explain('r7')]
    expect(upper.status, upper.stderr).toBe(0)
    expect(upper.stdout.startsWith(`R7: ${contractRules['R7']!}\n`)).toBe(true)
    expect(upper.stdout).toContain('K: drivers/dma-buf/dma-fence.c')
    expect(lower.stdout).toBe(upper.stdout)
  })

  test('tells R3 from R38', async () => {
    expect((await explain('R3')).stdout).toContain(`R3: ${contractRules['R3']!}`)
    expect((await explain('R38')).stdout).toContain(`R38: ${contractRules['R38']!}`)
  })

  test.each([
    ['write-lost', 'buffer_mapping writeMapped'],
    ['replaced-signals-late', 'any dma_resv'],
    ['unhandled-unmapped', 'buffer_mapping readMapped'],
    ['rest-while-holding', 'comes to rest'],
    ['sleep-in-atomic', 'any operation that may sleep'],
  ])('says when the code %s is reported', async (code, where) => {
    const ran = await explain(code)
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stdout).toContain(`${code} is reported by`)
    expect(ran.stdout).toContain(where)
  })

  test.each([
    ['mutex', '## mutex'],
    ['rwsem', '## rw_semaphore'],
    ['dma_fence', '## dma_fence'],
    ['buffer', '## buffer_object'],
    ['buffer_mapping', '## buffer_mapping'],
    ['replaceFences', '### `replaceFences`'],
    ['beginMove', '### `beginMove`'],
    ['oomReap', '### `oomReap`'],
  ])('says what %s means', async (word, heading) => {
    const ran = await explain(word)
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stdout).toContain(heading)
  })

  test.each(shapes)('says what the shape %s means', async (shape) => {
    const ran = await explain(shape)
    expect(ran.status, ran.stderr).toBe(0)
    expect(ran.stdout).toMatch(new RegExp(`^${shape}: shape: `))
  })

  test('says an operation of several primitives for each', async () => {
    const { stdout } = await explain('wwLock')
    expect(stdout).toContain('## ww_mutex')
    expect(stdout).toContain('## dma_resv')
  })

  test('refuses what nothing is called, with what is meant', async () => {
    for (const [word, meant] of [
      ['mutx', "did you mean 'mutex'?"],
      ['R39', "did you mean 'R"],
      ['write-lots', "did you mean 'write-lost'?"],
    ] as const) {
      const ran = await explain(word)
      expectRefused(ran, 'unknown-name')
      expect(ran.stderr).toContain(meant)
    }
  })

  test('refuses a name that every object has', async () => {
    for (const word of ['constructor', 'toString', '__proto__']) expectRefused(await explain(word), 'unknown-name')
  })
})
